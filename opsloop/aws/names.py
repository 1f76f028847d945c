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
    by_plain: dict[str, str] = {}
    for candidate in known:
        by_plain.setdefault(plain(candidate), candidate)
    close = difflib.get_close_matches(plain(name), by_plain, n=1, cutoff=0.75)
    return by_plain[close[0]] if close else None


def listing(names: Sequence[str]) -> str:
    """Some names for a message: "a, b or c", cut where there are too many to read."""
    if len(names) > _LISTED:
        return ", ".join(names[:_LISTED]) + f" and {len(names) - _LISTED} more"
    *most, last = names or ["nothing"]
    return f"{', '.join(most)} or {last}" if most else last
