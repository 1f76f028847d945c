"""A span of time, and what a folder's name says of the events in it. Pure.

CloudTrail and Firehose put files under the date of delivery (`…/2026/05/31/`, `…/2026/05/31/23/`),
in UTC: such a folder holds nothing later than itself, and nothing much earlier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: how late a delivery may be
LATE = timedelta(days=1)
EARLIEST, LATEST = "", "~"
_FOLDERS = re.compile(
    r"(?:^|/)(?:year=)?(20\d\d)(?:/(?:month=)?([01]\d)(?:/(?:day=)?([0-3]\d)(?:/(?:hour=)?([0-2]\d))?)?)?(?=/)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` up to and with `until`; None: without an end. Both in UTC."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def texts(self) -> tuple[str, str]:
        """Both ends as EventBridge writes times, to be compared as texts."""
        first = _text(self.since) if self.since else EARLIEST
        last = _text(self.until) if self.until else LATEST
        return first, last

    def may_hold(self, folder: str) -> bool:
        """Whether events of this span may lie under a folder; its path ends with a slash."""
        dates = _dates(folder)
        if dates is None:
            return True
        begin, end = dates
        return (self.since is None or end > self.since) and (
            self.until is None or begin - LATE <= self.until
        )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def _dates(folder: str) -> tuple[datetime, datetime] | None:
    """What a folder's path says of when its files were delivered; None: nothing."""
    named = list(_FOLDERS.finditer(folder))
    if not named:
        return None
    year, month, day, hour = (int(part) if part else None for part in named[-1].groups())
    try:
        begin = datetime(year or 0, month or 1, day or 1, hour or 0, tzinfo=UTC)
    except ValueError:
        return None  # no date after all: 2026/13, say
    return begin, _end(begin, month, day, hour)


def _end(begin: datetime, month: int | None, day: int | None, hour: int | None) -> datetime:
    if hour is not None:
        return begin + timedelta(hours=1)
    if day is not None:
        return begin + timedelta(days=1)
    if month is not None:
        return (begin + timedelta(days=31)).replace(day=1)
    return begin.replace(year=begin.year + 1)
