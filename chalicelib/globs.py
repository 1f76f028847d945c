"""Wildcards as IAM has them: `*` is any text, `?` any one character. Case counts.

What `glob()`, the patterns of principals and the guards `only` and `except` stand on. Standard
library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

_WILD = frozenset("*?")
#: an ARN's parts; its last one may hold colons of its own
_PARTS = 6


def fits(text: str, pattern: str) -> bool:
    """Whether the whole text fits the pattern.

    Between two stars the leftmost fit is always as good as any later one, so nothing is ever
    taken back: the work is at most the product of the two lengths.
    """
    first, *rest = pattern.split("*")
    if not _at(text, first, 0):
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
    return end >= place and _at(text, last, end)


def is_open(pattern: str) -> bool:
    """Whether it stands for more than one text."""
    return not _WILD.isdisjoint(pattern)


def covers(pattern: str, other: str) -> bool:
    """Whether the pattern is sure to fit every text that the other one fits."""
    if "?" in pattern and "*" in other:
        return pattern == other
    return fits(other, pattern)


def meets(one: str, other: str) -> bool:
    """Whether some text fits both patterns."""
    reached = _passed({0}, one)
    for sign in other:
        if sign == "*":
            reached = set(range(min(reached, default=len(one) + 1), len(one) + 1))
        else:
            reached = _passed(set(_steps(reached, one, sign)), one)
    return len(one) in reached


def arn_fits(arn: str, pattern: str) -> bool:
    """Whether an ARN fits a pattern, part by part: no wildcard reaches into the next part."""
    return _by_part(arn, pattern, fits)


def arn_covers(pattern: str, other: str) -> bool:
    """`covers`, part by part."""
    return _by_part(pattern, other, covers)


def arn_meets(one: str, other: str) -> bool:
    """`meets`, part by part."""
    return _by_part(one, other, meets)


def parts(arn: str) -> list[str]:
    """An ARN's six parts: `arn`, partition, service, region, account, resource."""
    return arn.split(":", _PARTS - 1)


def _by_part(one: str, other: str, test: Callable[[str, str], bool]) -> bool:
    left, right = parts(one), parts(other)
    return len(left) == len(right) == _PARTS and all(map(test, left, right))


def _steps(reached: set[int], pattern: str, sign: str) -> Iterator[int]:
    """Where one more sign leads: `?` is any of them."""
    for place in reached:
        here = pattern[place : place + 1]
        if here == "*":
            yield place
        elif here and (here in ("?", sign) or sign == "?"):
            yield place + 1


def _passed(reached: set[int], pattern: str) -> set[int]:
    """With the places behind stars, which may stand for nothing."""
    found = set(reached)
    for place in reached:
        behind = place
        while pattern.startswith("*", behind):
            behind += 1
            found.add(behind)
    return found


def _find(text: str, part: str, start: int) -> int:
    if "?" not in part:
        return text.find(part, start)
    places = range(start, len(text) - len(part) + 1)
    return next((place for place in places if _at(text, part, place)), -1)


def _at(text: str, part: str, place: int) -> bool:
    if "?" not in part:
        return text.startswith(part, place)
    window = text[place : place + len(part)]
    return len(window) == len(part) and all(
        wanted in ("?", seen) for wanted, seen in zip(part, window, strict=True)
    )
