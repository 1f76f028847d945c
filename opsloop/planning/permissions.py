"""Policies as atoms: one effect, one action, one resource, one condition. Pure.

However the statements of a policy are ordered or grouped, its atoms are the same: what is
gained or lost between two policies is the difference of two sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opsloop.aws.patterns import covers
from opsloop.aws.statement import Condition

Document = Mapping[str, Any]

ALWAYS = Condition(())
#: the common operators as people say them
_OPERATORS = {
    "StringEquals": "is",
    "StringNotEquals": "is not",
    "StringLike": "is like",
    "ArnEquals": "is",
    "ArnLike": "is like",
    "Bool": "is",
    "ForAllValues:StringEquals": "is only",
}


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """What one statement says of one action on one resource. `NotAction` is told with a `!`."""

    action: str
    resource: str
    condition: Condition = ALWAYS
    effect: str = "Allow"

    def __str__(self) -> str:
        denied = "" if self.effect == "Allow" else "never "
        return f"{denied}{self.action} on {self.resource}{_when(self.condition)}"

    def covers(self, other: Permission) -> bool:
        """Whether this says all that the other says, as far as wildcards tell."""
        return (
            self.effect == other.effect
            and _covers(self.action.lower(), other.action.lower())
            and _covers(self.resource, other.resource)
            and self.condition in (ALWAYS, other.condition)
        )

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "effect": self.effect,
            "action": self.action,
            "resource": self.resource,
            "condition": self.condition.as_dict() or None,
        }


@dataclass(frozen=True, slots=True)
class Gain:
    """A permission that is new (`gained`) or gone (`lost`), and what it takes the place of.

    `widened` is one that is gained and covers others that are lost, `narrowed` one that is lost
    and covers others that are gained: `others` are those. `within` is one that stays and covers
    it, so that in effect nothing changes.
    """

    kind: Literal["gained", "widened", "lost", "narrowed"]
    permission: Permission
    others: tuple[Permission, ...] = ()
    within: Permission | None = None

    @property
    def more(self) -> bool:
        """Whether more is allowed than before, or a thing less forbidden."""
        return (self.kind in ("gained", "widened")) == (self.permission.effect == "Allow")


def expanded(document: Document) -> frozenset[Permission]:
    """All that a policy document says, each thing alone."""
    return frozenset(
        Permission(action, resource, condition, statement.get("Effect", "Allow"))
        for statement in listed(document.get("Statement", []))
        for condition in [_condition(statement.get("Condition", {}))]
        for action in _either(statement, "Action")
        for resource in _either(statement, "Resource")
    )


def compared(before: frozenset[Permission], after: frozenset[Permission]) -> list[Gain]:
    """What is gained and lost, sorted. What is widened or narrowed is told once, not twice."""
    gained, lost, kept = after - before, before - after, before & after
    widened = {new: tuple(sorted(old for old in lost if new.covers(old))) for new in gained}
    taken = {old for olds in widened.values() for old in olds}
    narrowed = {
        old: tuple(sorted(new for new in gained if old.covers(new) and not widened[new]))
        for old in lost - taken
    }
    left = {new for news in narrowed.values() for new in news}
    found = [
        *(
            Gain("widened" if olds else "gained", new, olds, _within(new, kept))
            for new, olds in widened.items()
            if new not in left
        ),
        *(
            Gain("narrowed" if news else "lost", old, news, _within(old, kept))
            for old, news in narrowed.items()
        ),
    ]
    return sorted(found, key=lambda one: (one.kind in ("lost", "narrowed"), one.permission))


def _within(one: Permission, kept: Iterable[Permission]) -> Permission | None:
    return min((other for other in kept if other.covers(one)), default=None)


def _either(statement: Document, key: str) -> Iterator[str]:
    """The values of a key; of its opposite (`NotAction`), all of them as one."""
    if key in statement:
        yield from map(str, listed(statement[key]))
    elif f"Not{key}" in statement:
        yield f"!({', '.join(sorted(map(str, listed(statement[f'Not{key}']))))})"
    else:
        yield "*"


def _condition(block: Any) -> Condition:
    texts = {
        operator: {key: [_text(one) for one in listed(values)] for key, values in keys.items()}
        for operator, keys in block.items()
    }
    return Condition.of(texts)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _covers(pattern: str, other: str) -> bool:
    if "!" in (pattern[:1], other[:1]):
        return pattern == other
    return covers(pattern, other)


def listed(value: Any) -> list[Any]:
    """What IAM lets stand alone or in a list."""
    return value if isinstance(value, list) else [value]


def _when(condition: Condition) -> str:
    """` if ...`, nothing where there is no condition."""
    tests = [
        f"{key} {_OPERATORS.get(operator, operator)} {' or '.join(values)}"
        for operator, key, values in condition.tests
    ]
    return f" if {' and '.join(tests)}" if tests else ""
