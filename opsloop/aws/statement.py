"""One statement of a policy, as data that can be sorted, compared and merged. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Block = Mapping[str, Mapping[str, str | Iterable[str]]]


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """A condition block: operator, key and values, sorted."""

    tests: tuple[tuple[str, str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, block: Block) -> Condition:
        """The condition that IAM writes as `block`."""
        return cls(
            tuple(
                sorted(
                    (operator, key, tuple(sorted([values] if isinstance(values, str) else values)))
                    for operator, keys in block.items()
                    for key, values in keys.items()
                )
            )
        )

    def as_dict(self) -> dict[str, Any]:
        """As IAM writes it."""
        block: dict[str, Any] = {}
        for operator, key, values in self.tests:
            block.setdefault(operator, {})[key] = values[0] if len(values) == 1 else list(values)
        return block


@dataclass(frozen=True, slots=True)
class Statement:
    """What is allowed or denied, on what, and when."""

    actions: frozenset[str]
    resources: frozenset[str]
    condition: Condition | None = None
    #: what it is for, where its actions do not say: part of its Sid
    purpose: str = field(default="", compare=False)
    effect: Literal["Allow", "Deny"] = "Allow"


def allow(
    actions: str | Iterable[str],
    resources: str | Iterable[str],
    condition: Block | None = None,
    *,
    purpose: str = "",
) -> Statement:
    """A statement from its parts as IAM writes them."""
    return Statement(
        frozenset([actions] if isinstance(actions, str) else actions),
        frozenset([resources] if isinstance(resources, str) else resources),
        Condition.of(condition) if condition else None,
        purpose,
    )
