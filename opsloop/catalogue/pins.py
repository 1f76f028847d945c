"""What an event pattern pins down of the events that fit it: source, detail-type, call. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: alternatives of one pattern that are followed; what has more pins nothing
MOST = 64


@dataclass(frozen=True, slots=True)
class Pins:
    """Each is one of these texts, or anything where it is None."""

    sources: tuple[str, ...] | None = None
    detail_types: tuple[str, ...] | None = None
    #: CloudTrail's names of the calls
    calls: tuple[str, ...] | None = None


def pins(pattern: Mapping[str, Any]) -> list[Pins]:
    """What each alternative of the pattern pins; one that pins nothing where there are many."""
    alternatives = list(_up_to(MOST + 1, pattern))
    if len(alternatives) > MOST:
        return [Pins()]
    return list(dict.fromkeys(map(_pinned, alternatives)))


def branches_of(pattern: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The alternatives of `$or`; None where there are none, or AWS takes it for a field's name."""
    branches = pattern.get("$or")
    known = isinstance(branches, list) and all(isinstance(one, Mapping) for one in branches)
    return branches if known and branches else None


def _pinned(pattern: Mapping[str, Any]) -> Pins:
    detail = pattern.get("detail")
    calls = detail.get("eventName") if isinstance(detail, Mapping) else None
    return Pins(_texts(pattern.get("source")), _texts(pattern.get("detail-type")), _texts(calls))


def _texts(matchers: Any) -> tuple[str, ...] | None:
    """The texts, where texts are all that a field may be."""
    if not isinstance(matchers, list) or not matchers:
        return None
    return tuple(matchers) if all(isinstance(one, str) for one in matchers) else None


def _up_to(most: int, pattern: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for count, alternative in enumerate(_alternatives(pattern)):
        if count == most:
            return
        yield alternative


def _alternatives(pattern: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The pattern without `$or`, once for each way through it; of `detail` too."""
    branches = branches_of(pattern)
    if branches is not None:
        rest = {key: value for key, value in pattern.items() if key != "$or"}
        for branch in branches:
            yield from _alternatives({**rest, **branch})
        return
    detail = pattern.get("detail")
    if isinstance(detail, Mapping) and branches_of(detail) is not None:
        for one in _alternatives(detail):
            yield {**pattern, "detail": one}
        return
    yield pattern
