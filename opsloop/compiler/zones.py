"""A time zone as the list of its offsets, so that Lambda needs no time zone database.

The database is the `tzdata` package, never the machine's own: the same rules give the same
plans everywhere, and a new version of the package is a reviewable change.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

#: the years that a plan knows; recompiling moves nothing until the package does
FIRST, LAST = 2024, 2045
_STEP = timedelta(hours=12)


def names() -> frozenset[str]:
    """All of them."""
    return _names()


def known(zone: str) -> bool:
    """Whether there is such a time zone."""
    return zone in _names()


@functools.cache
def offsets(zone: str) -> list[list[int]]:
    """`[epoch seconds, seconds from UTC]` for each change of the zone, from the first year on."""
    return [list(change) for change in _changes(_load(zone))]


@functools.cache
def _names() -> frozenset[str]:
    listing = (files("tzdata") / "zones").read_text(encoding="utf-8")
    return frozenset(listing.split())


def _load(zone: str) -> ZoneInfo:
    resource = files("tzdata.zoneinfo").joinpath(*zone.split("/"))
    with resource.open("rb") as file:
        return ZoneInfo.from_file(file, key=zone)


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    moment = datetime(FIRST, 1, 1, tzinfo=UTC)
    end = datetime(LAST + 1, 1, 1, tzinfo=UTC)
    yield int(moment.timestamp()), _offset(zone, moment)
    while moment < end:
        later = moment + _STEP
        if _offset(zone, later) != _offset(zone, moment):
            change = _between(zone, moment, later)
            yield int(change.timestamp()), _offset(zone, change)
        moment = later


def _between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second of the one change between two moments."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
