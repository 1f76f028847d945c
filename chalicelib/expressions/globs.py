"""Wildcards as IAM has them: `*` is any text, `?` any one character. Case counts.

Between two stars the leftmost fit is always as good as any later one, so nothing is ever
taken back: the work is at most the product of the two lengths, which is bounded.
Standard library only.
"""

from __future__ import annotations

from chalicelib.expressions.values import Misuse

_MOST_WORK = 1 << 22


def glob(text: str, pattern: str) -> bool:
    """Whether the whole text fits the pattern. Raises `Misuse` where that is too much work."""
    if "?" in pattern and len(text) * len(pattern) > _MOST_WORK:
        raise Misuse(f"glob(): {len(text)} by {len(pattern)} characters are too many")
    first, *rest = pattern.split("*")
    if not _fits(text, first, 0):
        return False
    if not rest:
        return len(text) == len(first)
    *middle, last = rest
    place = len(first)
    for part in middle:
        found = _find(text, part, place)
        if found < 0:
            return False
        place = found + len(part)
    end = len(text) - len(last)
    return end >= place and _fits(text, last, end)


def _find(text: str, part: str, start: int) -> int:
    if "?" not in part:
        return text.find(part, start)
    places = range(start, len(text) - len(part) + 1)
    return next((place for place in places if _fits(text, part, place)), -1)


def _fits(text: str, part: str, place: int) -> bool:
    if "?" not in part:
        return text.startswith(part, place)
    window = text[place : place + len(part)]
    return len(window) == len(part) and all(
        wanted in ("?", seen) for wanted, seen in zip(part, window, strict=True)
    )
