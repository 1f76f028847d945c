"""A journal in memory that takes what DynamoDB would take, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from chalicelib.journal import item, memory
from chalicelib.journal.memory import Written
from chalicelib.journal.record import Execution
from tests.engine.fakes import MemoryJournal

#: DynamoDB's limits, in bytes
LARGEST_ITEM, LARGEST_SORT_KEY, LARGEST_INDEX_KEY = 400 * 1024, 1_024, 2_048
INDEXED = ("day", "resource", "attention", "due")


@dataclass
class StrictJournal(MemoryJournal):
    """Raises AssertionError, or UnicodeEncodeError, for what DynamoDB refuses."""

    def _write(self, what: str, execution: Execution) -> None:
        row = item.to_item(execution)
        values, absent = item.changes(execution)
        _check(row)
        _check(values | {"rule": execution.rule, "id": execution.id})
        assert values.keys().isdisjoint(absent)
        # what comes back is what any reader has to live with
        item.from_item(row)
        super()._write(what, execution)

    def _charge(self, rule: str, charges: Sequence[Written]) -> None:
        for charge in charges:
            _check(memory.to_item(rule, charge, 0.0))
        super()._charge(rule, charges)


def _check(row: Mapping[str, Any]) -> None:
    written = {name: TypeSerializer().serialize(each) for name, each in row.items()}
    size = sum(len(name.encode()) + _size(each) for name, each in written.items())
    assert size <= LARGEST_ITEM, f"{size} bytes"
    assert 0 < len(row["id"].encode()) <= LARGEST_SORT_KEY
    for name in INDEXED:
        if name in row:
            assert 0 < len(row[name].encode()) <= LARGEST_INDEX_KEY, name


def _size(value: Any) -> int:
    """Bytes of a serialised attribute."""
    ((kind, content),) = value.items()
    if kind == "M":
        return 3 + sum(len(name.encode()) + 1 + _size(each) for name, each in content.items())
    if kind == "L":
        return 3 + sum(1 + _size(each) for each in content)
    return len(content.encode()) if isinstance(content, str) else len(bytes(content or b"."))
