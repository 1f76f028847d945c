"""22,774 verdicts of AWS's own engine, against ours."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from opsloop.patterns import InvalidPattern, Pattern
from tests.patterns.corpus import Row, Verdict, corpus, corpus_by_op


def _verdict(pattern: Any, event: Any) -> Verdict:
    try:
        return Pattern(pattern).matches(event)
    except InvalidPattern:
        return "invalid"


def _disagreements(rows: list[Row], read: Callable[[str], Any]) -> list[tuple[Verdict, Row]]:
    """Rows that we see differently: none is left. One that has to stay would be listed here."""
    verdicts = [(_verdict(read(row.pattern), read(row.event)), row) for row in rows]
    return [(verdict, row) for verdict, row in verdicts if verdict != row.expect]


def test_whole_corpus_is_there() -> None:
    assert len(corpus()) == 22_774


@pytest.mark.parametrize("op", sorted(corpus_by_op()))
def test_agrees_with_aws_on_text(op: str) -> None:
    assert _disagreements(corpus_by_op()[op], str) == []


@pytest.mark.parametrize("op", sorted(corpus_by_op()))
def test_agrees_with_aws_on_python_objects(op: str) -> None:
    rows = [row for row in corpus_by_op()[op] if not row.lossy]
    assert _disagreements(rows, json.loads) == []
