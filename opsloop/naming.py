"""Names that a command line gives: the thing of that name, or what was probably meant.

Called by the commands and by what looks things up for them. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from chalicelib.errors import OpsloopError
from opsloop.aws.names import listing, nearest

Thing = TypeVar("Thing")


class UnknownName(OpsloopError):
    """There is nothing of this name: the command line is wrong, not the rules."""


def named(there: Mapping[str, Thing], name: str, what: str) -> Thing:
    """The thing of this name. Raises UnknownName, with the nearest name or some of them."""
    if name not in there:
        raise unknown(what, name, sorted(there))
    return there[name]


def unknown(what: str, name: str, there: Sequence[str]) -> UnknownName:
    """What to raise for a name that is none of those."""
    return UnknownName(f"found the {what} {name!r}; expected {_meant(name, there)}")


def _meant(name: str, there: Sequence[str]) -> str:
    if not there:
        return "some: there is none"
    close = nearest(name, there)
    return f"{close}?" if close else listing(there)
