"""Names that are nearly right. Pure; standard library only."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

_LISTED = 12


def plain(name: str) -> str:
    """The name without what people vary: case, hyphens, underscores."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant: the same but for its case, or very close."""
    return next(iter(_close(name, known, 1, 0.75)), None)


def close(name: str, known: Iterable[str]) -> list[str]:
    """The known name that was most likely meant, or a few of those that may have been."""
    names = list(known)
    return _close(name, names, 1, 0.75) or sorted(_close(name, names, 3, 0.6))


def _close(name: str, known: Iterable[str], most: int, cutoff: float) -> list[str]:
    by_plain: dict[str, str] = {}
    for candidate in known:
        by_plain.setdefault(plain(candidate), candidate)
    found = difflib.get_close_matches(plain(name), by_plain, n=most, cutoff=cutoff)
    return [by_plain[one] for one in found]


def listing(names: Sequence[str]) -> str:
    """Some names for a message: "a, b or c", cut where there are too many to read."""
    if len(names) > _LISTED:
        return ", ".join(names[:_LISTED]) + f" and {len(names) - _LISTED} more"
    *most, last = names or ["nothing"]
    return f"{', '.join(most)} or {last}" if most else last
