"""Time as bars: hours put together so that no more bars come out than there is room for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_HOUR = timedelta(hours=1)
_DAY = 24
#: lengths of bars, in hours, that people can read
_LENGTHS = (1, 2, 3, 4, 6, 8, 12, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY, 91 * _DAY)


@dataclass(frozen=True, slots=True)
class Axis:
    """`count` bars of `length` hours each, the first one beginning at `begin`."""

    begin: datetime
    length: int
    count: int

    @classmethod
    def over(cls, hours: Mapping[str, int], most: int) -> Axis | None:
        """From the first of these hours (`2026-05-31T23`) to the last; None where there is none."""
        if not hours:
            return None
        first, last = _moment(min(hours)), _moment(max(hours))
        for length in _LENGTHS:
            begin = _floor(first, length)
            count = (last - begin) // (length * _HOUR) + 1
            if count <= most:
                return cls(begin, length, count)
        # years upon years: days by the hundred
        hours_in_all = (last - _floor(first, _DAY)) // _HOUR + 1
        length = -(-hours_in_all // (most * _DAY)) * _DAY
        return cls(_floor(first, _DAY), length, -(-hours_in_all // length))

    def bars(self, hours: Mapping[str, int]) -> list[int]:
        """Counts by hour as counts by bar."""
        bars = [0] * self.count
        for hour, count in hours.items():
            bars[(_moment(hour) - self.begin) // (self.length * _HOUR)] += count
        return bars

    def label(self, bar: int) -> str:
        """When a bar begins, and how long it is."""
        begin = self.begin + bar * self.length * _HOUR
        if self.length == 1:
            return f"{begin:%Y-%m-%d %H}h"
        if self.length % _DAY:
            return f"{begin:%Y-%m-%d %H}h, {self.length} hours"
        days = self.length // _DAY
        return f"{begin:%Y-%m-%d}" if days == 1 else f"{begin:%Y-%m-%d}, {days} days"

    def ticks(self, most: int) -> Iterator[tuple[int, str]]:
        """Some bars to write a date or an hour under."""
        every = max(1, -(-self.count // most))
        days = self.length * self.count > 2 * _DAY
        if days and self.length < _DAY:
            # under bars that begin at midnight, where there are any
            every = -(-every * self.length // _DAY) * _DAY // self.length
        for bar in range(0, self.count, every):
            begin = self.begin + bar * self.length * _HOUR
            yield bar, f"{begin:%b} {begin.day}" if days else f"{begin:%H}h"


def _moment(hour: str) -> datetime:
    return datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC)


def _floor(moment: datetime, length: int) -> datetime:
    """Bars of up to a day begin where days can be told; longer ones at midnight."""
    day = moment.replace(hour=0)
    return day if length >= _DAY else moment.replace(hour=moment.hour // length * length)
