"""What a command line says, held against what there is.

Called by the commands and by what looks things up for them. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from chalicelib.errors import OpsloopError
from opsloop.aws.names import listing, nearest

Thing = TypeVar("Thing")


class WrongUsage(OpsloopError):
    """The command line is wrong, not the rules: it names or gives what does not fit."""


def named(there: Mapping[str, Thing], name: str, what: str) -> Thing:
    """The thing of this name. Raises WrongUsage, with the nearest name or some of them."""
    if name not in there:
        raise unknown(what, name, sorted(there))
    return there[name]


def unknown(what: str, name: str, there: Sequence[str]) -> WrongUsage:
    """What to raise for a name that is none of those."""
    return WrongUsage(f"found the {what} {name!r}; expected {_meant(name, there)}")


def _meant(name: str, there: Sequence[str]) -> str:
    if not there:
        return "none: there are none"
    return nearest(name, there) or listing(there)
