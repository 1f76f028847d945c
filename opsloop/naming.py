"""What a command line says, held against what there is.

Called by the commands and by what looks things up for them. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from chalicelib.errors import OpsloopError
from opsloop.aws.names import listing, nearest, plain

Thing = TypeVar("Thing")
#: `StopInstances` has two; shorter ones are in everything
_WORD = re.compile(r"[A-Za-z]+[0-9]+|[A-Z]?[a-z]{2,}|[A-Z]{3,}")


class WrongUsage(OpsloopError):
    """The command line is wrong, not the rules: it names or gives what does not fit."""


def named(there: Mapping[str, Thing], name: str, what: str) -> Thing:
    """The thing of this name. Raises WrongUsage, with the nearest name or some of them."""
    if name not in there:
        raise unknown(what, name, sorted(there))
    return there[name]


def unknown(what: str, name: str, there: Sequence[str], *, lists: str = "") -> WrongUsage:
    """What to raise for a name that is none of those; of many, `lists` says where they stand."""
    return WrongUsage(f"found the {what} {name!r}; expected {_meant(name, there, lists)}")


def _meant(name: str, there: Sequence[str], lists: str) -> str:
    if not there:
        return "none: there are none"
    if near := nearest(name, there):
        return near
    return listing(alike(name, there)) if lists and alike(name, there) else lists or listing(there)


def alike(name: str, there: Iterable[str]) -> list[str]:
    """The names that have words of this one in them, as many as any has."""
    words = {plain(word) for word in _WORD.findall(name)}
    shared = {one: sum(word in plain(one) for word in words) for one in there}
    most = max(shared.values(), default=0)
    return [one for one in shared if most and shared[one] == most]
