"""Whether a name is another one mistyped: within two edits of it. Pure; standard library only.

Called by `absent` and by what checks patterns. `nearest` of the checker guesses what may have
been meant; this says that something was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MOST_EDITS = 2
#: shorter names are near to too many others: up to here one edit counts, below `_SHORTEST` none
_SHORT = 4
_SHORTEST = 3


def misspelt(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one must have been meant to be; None where none is that near."""
    near = [(edits(name, each), each) for each in known if is_near(name, each)]
    return min(near)[1] if near else None


def is_sibling(name: str, known: str) -> bool:
    """Whether the names differ in their digits only, as `cidrIpv4` and `cidrIpv6`."""
    return _without_digits(name) == _without_digits(known)


def is_near(name: str, known: str) -> bool:
    """Whether the names differ in case and separators only, or by at most two edits.

    Siblings do not: what differs in its digits was not mistyped.
    """
    if _plain(name) == _plain(known):
        return True
    if is_sibling(name, known):
        return False
    shorter = min(len(name), len(known))
    most = _MOST_EDITS if shorter > _SHORT else 1 if shorter >= _SHORTEST else 0
    return abs(len(name) - len(known)) <= most and edits(name, known) <= most


def edits(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two names."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        last, before, row = before, row, [place]
        for at, wanted in enumerate(other, 1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != wanted))
            swapped = place > 1 and at > 1 and (letter, one[place - 2]) == (other[at - 2], wanted)
            row.append(min(cost, last[at - 2] + 1) if swapped else cost)
    return row[-1]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _without_digits(name: str) -> str:
    return re.sub(r"[0-9]", "", name)
