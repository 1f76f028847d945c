"""Weekly hours in a time zone: is it open now, and when will that change? Pure.

A zone comes as the list of its offsets from UTC, which the compiler takes from the time zone
database: Lambda's images do not all have one. Hours are wall-clock hours: on the day a
clock goes forward an hour is missing, on the day it goes back an hour counts twice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.plan import Hours, Window

_DAY = 24 * 60
#: minutes
WEEK = 7 * _DAY
#: how far a change is looked for: a week, and the hour that a clock may jump
_AHEAD = WEEK + 120


def is_open(window: Window, now: float) -> bool:
    """Whether a rule may run at this time."""
    return is_open_at(window, _minute_of_week(window, now))


def is_open_at(window: Window, minute: int) -> bool:
    """Whether a rule may run in this minute of a week that begins on Monday."""
    if any(_covers(hours, minute) for hours in window["never"]):
        return False
    return not window["only"] or any(_covers(hours, minute) for hours in window["only"])


def opens_at(window: Window, now: float) -> float | None:
    """When a closed window opens, in epoch seconds; None where it does not within a week."""
    start = now - now % 60
    for minutes in range(1, _AHEAD):
        moment = start + 60 * minutes
        if is_open(window, moment):
            return moment
    return None


def _minute_of_week(window: Window, now: float) -> int:
    local = datetime.fromtimestamp(now, UTC) + timedelta(seconds=_offset(window["offsets"], now))
    return local.weekday() * _DAY + local.hour * 60 + local.minute


def _offset(offsets: Sequence[Sequence[int]], now: float) -> int:
    """The offset in force: that of the last change that is not after now."""
    place = bisect_right([change[0] for change in offsets], now) - 1
    return offsets[max(place, 0)][1] if offsets else 0


def _covers(hours: Hours, minute: int) -> bool:
    """From `begin`, included, to `end`, not included; over midnight where `end` is not later."""
    length = (hours["end"] - hours["begin"]) % _DAY or _DAY
    return any((minute - day * _DAY - hours["begin"]) % WEEK < length for day in hours["days"])
