"""Statements become one policy: merged, sorted, named; same statements, same bytes. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from opsloop.aws.faults import FaultError
from opsloop.aws.patterns import compact
from opsloop.aws.statement import Condition, Statement
from opsloop.problems import Fault

#: of all inline policies of one role, white space not counted
LIMIT = 10_240

_READS = re.compile(r"(?:BatchGet|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select|View)")


def policy(statements: Iterable[Statement]) -> dict[str, Any]:
    """The policy document that allows and denies what the statements do.

    Raises FaultError where it would be larger than a role may hold. Raises ValueError for an
    action with a wildcard: no part of opsloop may make one.
    """
    merged = _merged(statements)
    taken: Counter[str] = Counter()
    document = {
        "Version": "2012-10-17",
        "Statement": [_as_dict(one, _unique(_sid(one), taken)) for one in merged],
    }
    if (length := size(document)) > LIMIT:
        raise FaultError(_too_large(length, merged))
    return document


def size(document: Any) -> int:
    """The characters that count against IAM's limit."""
    return len(re.sub(r"\s", "", json.dumps(document, ensure_ascii=False)))


def _merged(statements: Iterable[Statement]) -> list[Statement]:
    """Statements of one service that differ in their actions, or in their resources, as one."""
    by_action: dict[Any, set[str]] = {}
    for one in statements:
        for action in one.actions:
            key = (action, one.condition, one.purpose, one.effect)
            by_action.setdefault(key, set()).update(one.resources)
    by_resources: dict[Any, set[str]] = {}
    for (action, condition, purpose, effect), resources in by_action.items():
        group = "" if purpose else f"{action.partition(':')[0]}:{_kind(action)}"
        same = (compact(resources), condition, purpose, effect, group)
        by_resources.setdefault(same, set()).add(action)
    found = [
        Statement(frozenset(actions), frozenset(resources), condition, purpose, effect)
        for (resources, condition, purpose, effect, _), actions in by_resources.items()
    ]
    return sorted(found, key=_order)


def _order(one: Statement) -> tuple[bool, str, list[str], list[str], Condition]:
    """A rule's own statements first: they are what a reviewer reads for."""
    condition = one.condition or Condition(())
    return bool(one.purpose), one.effect, sorted(one.actions), sorted(one.resources), condition


def _as_dict(one: Statement, sid: str) -> dict[str, Any]:
    if wild := [action for action in one.actions if "*" in action]:
        raise ValueError(f"a policy may not hold the action {wild[0]!r}")
    found: dict[str, Any] = {"Sid": sid, "Effect": one.effect, "Action": sorted(one.actions)}
    found["Resource"] = sorted(one.resources)
    if one.condition:
        found["Condition"] = one.condition.as_dict()
    return found


def _kind(action: str) -> str:
    return "Read" if _READS.match(action.partition(":")[2]) else "Write"


def _sid(one: Statement) -> str:
    if one.purpose:
        return one.purpose
    first, *more = sorted(one.actions)
    service, _, name = first.partition(":")
    title = "".join(word.capitalize() for word in service.split("-"))
    never = "Never" if one.effect == "Deny" else ""
    return never + title + (_kind(first) if more else name)


def _unique(sid: str, taken: Counter[str]) -> str:
    taken[sid] += 1
    return sid if taken[sid] == 1 else _unique(f"{sid}{taken[sid]}", taken)


def _too_large(length: int, statements: list[Statement]) -> Fault:
    largest = max(statements, key=lambda one: sum(map(len, one.resources)))
    return Fault(
        found=(
            f"a policy of {length:,} characters, {len(largest.resources)} resources of "
            f"{min(largest.actions)} among them"
        ),
        expected=f"at most {LIMIT:,}, IAM's limit for a role: fewer calls or resources in one rule",
    )
