"""What a part of an expression may read, as far as a pattern is concerned.

Made by `operands` and `names`, judged by `truth` and `calls`. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from opsloop.compiler.pushdown.filters import EVERYTHING, Filter, Place

Case = Literal["lower", "upper"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A place that a value may be read from, and what then holds of the event as well."""

    place: Place
    given: Filter = EVERYTHING

    def child(self, key: str) -> Alternative:
        """A field of the value."""
        return replace(self, place=self.place.child(key))

    def element(self, which: str) -> Alternative:
        """An element of the value."""
        return replace(self, place=self.place.element(which))


@dataclass(frozen=True, slots=True)
class Found:
    """The value at one of these places, whatever it is; or null.

    `text`: whatever is no text there, or an empty one, is read as null. `case`: what
    `lower()` or `upper()` makes of it.
    """

    alternatives: tuple[Alternative, ...]
    text: bool = False
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values, none of them null, each of which stands at this place; or null."""

    one: Alternative


@dataclass(frozen=True, slots=True)
class Members:
    """A map that opsloop makes of the event; what its fields read."""

    member: Callable[[str], Operand]


@dataclass(frozen=True, slots=True)
class Const:
    """The same value for every event."""

    value: Any


@dataclass(frozen=True, slots=True)
class Other:
    """What no pattern can ask for; why, in words."""

    why: str


Operand = Found | Many | Members | Const | Other


def stands(*steps: str, text: bool = False) -> Found:
    """What stands at one path."""
    return Found((Alternative(Place(steps)),), text)
