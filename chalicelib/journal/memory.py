"""What guards remember, as items beside the executions that they count. Pure.

One item for a rule (`id` = `guard`), one for each of its keys (`guard#<key>`). Each has a
version: an admission writes a state only where the version that it read is still there, in
the same transaction that puts the execution.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.guards.state import EMPTY, Memory, State
from chalicelib.guards.times import clock_time

Scope = Literal["rule", "key"]
#: bytes of a key: it stands in an item's id, which takes 1,024; of a longer one so many, and a hash
LONGEST_KEY = 900
LEADING = 200
#: seconds that a state is kept beyond its last use: longer than any guard looks back
KEPT = 35 * 86_400


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was read: the memory, and the versions that it had. Version 0 is no item."""

    key: str
    memory: Memory = EMPTY
    rule_version: int = 0
    key_version: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """One state to write, in the place of the version that was read."""

    id: str
    state: State
    replaces: int


def item_id(scope: Scope, key: str) -> str:
    """The sort key of a state's item."""
    if scope == "rule":
        return "guard"
    return f"guard#{key_of(key)}"


def key_of(text: str) -> str:
    """What guards count by: the text, made fit for an item's id. The same if made so twice."""
    content = text.encode("utf-8", "backslashreplace")
    if len(content) <= LONGEST_KEY:
        return content.decode()
    leading = content[:LEADING].decode("utf-8", "ignore")
    return f"{leading}…{hashlib.sha256(content).hexdigest()}"


def refusals_id(now: float) -> str:
    """The sort key of a day's count of refusals that have no entry of their own."""
    return f"refused#{clock_time(now)[:10]}"


def changes(before: Remembered, after: Memory) -> Iterator[Written]:
    """The states that differ from what was read."""
    if after.rule != before.memory.rule:
        yield Written(item_id("rule", ""), after.rule, before.rule_version)
    if after.key != before.memory.key:
        yield Written(item_id("key", before.key), after.key, before.key_version)


def to_item(rule: str, written: Written, now: float) -> dict[str, Any]:
    """The item, with the next version."""
    return {
        "rule": rule,
        "id": written.id,
        "version": written.replaces + 1,
        "state": json.dumps(written.state.as_dict(), separators=(",", ":")),
        "expires": int(now) + KEPT,
    }


def from_items(key: str, items: Mapping[str, Mapping[str, Any]]) -> Remembered:
    """What the items of a rule and of one key say, by their ids."""
    rule, own = items.get(item_id("rule", "")), items.get(item_id("key", key))
    return Remembered(
        key,
        Memory(_state(rule), _state(own)),
        int(rule["version"]) if rule else 0,
        int(own["version"]) if own else 0,
    )


def _state(item: Mapping[str, Any] | None) -> State:
    return State() if item is None else State.of(json.loads(item["state"]))
