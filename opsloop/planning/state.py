"""A stage as plain data: what a checkout asks for, what AWS has, what another revision asked for.

All three are the same shape, so that one difference serves them all. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from opsloop.planning.permissions import Permission
from opsloop.planning.safeguards import Held

#: what stands or falls together: a rule's function with its role and trigger is one `rule`
Kind = Literal["stage", "package", "infra", "table", "queue", "rule", "waker"]
#: which group of facts, then what in it: ("function", "memory"), ("environment", "TABLE")
Path = tuple[str, ...]
Facts = Mapping[Path, Any]
#: inline policies by name
Policies = Mapping[str, frozenset[Permission]]


@dataclass(frozen=True, slots=True)
class Unread:
    """A read that AWS refused: what it was for, and why there is no answer."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One of what a stage is made of. A fact that does not hold is not there."""

    kind: Kind
    name: str
    facts: Facts = field(default_factory=dict)
    policies: Policies = field(default_factory=dict)
    #: a hash of what a rule does, whatever its name; None where that is not known
    content: str | None = None
    #: what holds a rule back; None where that is not known
    held: Held | None = None
    #: groups of facts that could not be read: nothing is said of them
    unknown: frozenset[str] = frozenset()
    #: what a command needs to mend a fact: what AWS calls it, or the whole of it
    handles: Mapping[Path, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Kind, str]:
        """What tells it from every other unit of its stage."""
        return self.kind, self.name

    def known(self, path: Path) -> bool:
        """Whether it is known if and how this fact holds."""
        return path[0] not in self.unknown


@dataclass(frozen=True, slots=True)
class State:
    """One stage, by its units, with what AWS would not tell and what to know besides."""

    units: Mapping[tuple[Kind, str], Unit]
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()


def state(units: list[Unit], **more: Any) -> State:
    """The state of these units, in reading order."""
    order = get_args(Kind)
    ordered = sorted(units, key=lambda unit: (order.index(unit.kind), unit.name))
    return State({unit.key: unit for unit in ordered}, **more)


def flat(prefix: Path, value: Any) -> dict[Path, Any]:
    """Facts from nested maps: one for each value that is no map, or an empty one."""
    if not isinstance(value, dict) or not value:
        return {prefix: value}
    return {
        path: below
        for key, inner in value.items()
        for path, below in flat((*prefix, str(key)), inner).items()
    }
