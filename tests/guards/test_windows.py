"""Weekly hours, through every kind of day that a clock knows."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.guards.windows import is_open, opens_at
from chalicelib.plan import Window
from tests.guards.making import at, guard


def window(zone: str = "UTC", **hours: str | list[str]) -> Window:
    made = guard(window={"timezone": zone, **hours})["window"]
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("zone", "hours", "moment", "expected"),
    [
        ("UTC", {"only": "Mon-Fri 08:00-19:00"}, "2026-11-23T08:00:00", True),
        ("UTC", {"only": "Mon-Fri 08:00-19:00"}, "2026-11-23T07:59:59", False),
        ("UTC", {"only": "Mon-Fri 08:00-19:00"}, "2026-11-23T19:00:00", False),
        ("UTC", {"only": "Mon-Fri 08:00-19:00"}, "2026-11-22T12:00:00", False),
        ("UTC", {"never": "Mon-Fri 08:00-19:00"}, "2026-11-23T08:00:00", False),
        ("UTC", {"never": "Mon-Fri 08:00-19:00"}, "2026-11-22T12:00:00", True),
        ("UTC", {"only": "22:00-06:00"}, "2026-11-23T23:00:00", True),
        ("UTC", {"only": "22:00-06:00"}, "2026-11-23T05:59:00", True),
        ("UTC", {"only": "22:00-06:00"}, "2026-11-23T12:00:00", False),
        # Sunday's night belongs to Sunday until Monday at six
        ("UTC", {"only": "Sun 22:00-06:00"}, "2026-11-23T05:00:00", True),
        ("UTC", {"only": "Mon 22:00-06:00"}, "2026-11-23T05:00:00", False),
        ("UTC", {"only": "Sat,Sun"}, "2028-02-29T12:00:00", False),
        ("UTC", {"only": "Tue"}, "2028-02-29T12:00:00", True),
        ("UTC", {"only": ["Mon 08:00-09:00", "Mon 10:00-11:00"]}, "2026-11-23T10:30:00", True),
        ("Europe/Rome", {"only": "08:00-09:00"}, "2026-11-23T07:30:00", True),
        ("Europe/Rome", {"only": "08:00-09:00"}, "2026-07-23T06:30:00", True),
        ("Asia/Kolkata", {"only": "08:00-09:00"}, "2026-11-23T02:45:00", True),
        # 02:30 does not exist on the day that the clock goes forward
        ("Europe/Rome", {"only": "02:00-03:00"}, "2026-03-29T00:59:59", False),
        ("Europe/Rome", {"only": "02:00-03:00"}, "2026-03-29T01:00:00", False),
        # and happens twice on the day that it goes back
        ("Europe/Rome", {"only": "02:00-03:00"}, "2026-10-25T00:30:00", True),
        ("Europe/Rome", {"only": "02:00-03:00"}, "2026-10-25T01:30:00", True),
        ("Europe/Rome", {"only": "02:00-03:00"}, "2026-10-25T02:00:00", False),
    ],
)
def test_open_or_closed(zone: str, hours: dict[str, str], moment: str, expected: bool) -> None:
    assert is_open(window(zone, **hours), at(moment)) is expected


@pytest.mark.parametrize(
    ("zone", "hours", "moment", "expected"),
    [
        ("UTC", {"only": "Mon 08:00-09:00"}, "2026-11-23T09:00:30", "2026-11-30T08:00:00"),
        ("UTC", {"never": "Mon-Fri 08:00-19:00"}, "2026-11-23T09:00:00", "2026-11-23T19:00:00"),
        ("Europe/Rome", {"only": "Sun 03:00-04:00"}, "2026-03-28T12:00:00", "2026-03-29T01:00:00"),
        ("UTC", {"only": "Mon", "never": "Mon"}, "2026-11-23T09:00:00", None),
    ],
)
def test_when_it_opens(zone: str, hours: dict[str, str], moment: str, expected: str | None) -> None:
    found = opens_at(window(zone, **hours), at(moment))
    assert found == (None if expected is None else at(expected))


@pytest.mark.parametrize("zone", ["Europe/Rome", "America/New_York", "Australia/Lord_Howe"])
@given(seconds=st.integers(int(at("2025-01-01T00:00:00")), int(at("2040-01-01T00:00:00"))))
def test_it_agrees_with_the_time_zone_database(zone: str, seconds: int) -> None:
    local = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone))
    expected = local.weekday() < 5 and 8 <= local.hour < 19
    assert is_open(window(zone, only="Mon-Fri 08:00-19:00"), seconds) is expected
