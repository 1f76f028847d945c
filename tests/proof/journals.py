"""What stands in a journal's table, read whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from chalicelib.guards.state import State
from chalicelib.journal import item, memory
from chalicelib.journal.record import Execution
from tests.proof.sandboxes import TABLE

#: what stands in a rule's partition beside its executions
_OTHERS = ("guard", "refused#")


def executions(client: Any, rule: str) -> list[Execution]:
    """All executions of a rule, refused ones too, by id."""
    return [item.from_item(row) for row in rows(client, rule) if not row["id"].startswith(_OTHERS)]


def refused(client: Any, rule: str) -> int:
    """The journal's count of refusals without an entry."""
    counted = (row for row in rows(client, rule) if row["id"].startswith("refused#"))
    known = {"rule", "id", "lower_bound", "expires"}
    return sum(int(row[name]) for row in counted for name in row.keys() - known)


def state(client: Any, rule: str, key: str | None = None) -> State:
    """What the guards of a rule, or of one of its keys, remember."""
    name = memory.item_id("rule", "") if key is None else memory.item_id("key", key)
    found = {row["id"]: row for row in rows(client, rule)}
    remembered = memory.from_items(key or "", found).memory
    assert name in found
    return remembered.rule if key is None else remembered.key


def rows(client: Any, rule: str) -> Iterator[dict[str, Any]]:
    """Every item of a rule's partition, plain."""
    pages = client.get_paginator("query").paginate(
        TableName=TABLE,
        ConsistentRead=True,
        KeyConditionExpression="#rule = :rule",
        ExpressionAttributeNames={"#rule": "rule"},
        ExpressionAttributeValues={":rule": {"S": rule}},
    )
    plain = TypeDeserializer().deserialize
    for page in pages:
        for row in page["Items"]:
            yield {name: plain(value) for name, value in row.items()}
