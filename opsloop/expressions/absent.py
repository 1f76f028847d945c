"""What to say of a name that a value is not known to have. Called by `checker` and `catalogue`.

A value whose fields are all known can never have it. Of an event only some are: there it is
wrong where it is a known name mistyped, or the thing that a sample shows by another name; else
it is doubted, for catalogues lag behind AWS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsloop.expressions.spelling import misspelt, same_thing
from opsloop.expressions.types import Type, there

_LISTED = 12


@dataclass(frozen=True, slots=True)
class Absent:
    """What was found, what was expected, the name that was meant, and whether all is unsure."""

    found: str
    expected: str
    meant: str | None = None
    doubt: bool = False


def absent_of_open(name: str, owner: Type) -> Absent:
    """What to say where `owner` may have more fields than are known."""
    known = there(owner.fields or {})
    found = f"`{name}`, which no such event is known to have"
    if own := same_thing(name, known):
        return Absent(found, f"`{own}`", own, owner.doubtful)
    if near := misspelt(name, known):
        return Absent(found, f"`{near}`", near, owner.maybe is not None and name in owner.maybe())
    return Absent(found, f"{one_of(known)}, unless AWS has added it", doubt=True)


def one_of(names: Sequence[str]) -> str:
    """Some of the names there are, for a message."""
    if not names:
        return "a name that there is: here are none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"one of {', '.join(names[:_LISTED])}{more}"
