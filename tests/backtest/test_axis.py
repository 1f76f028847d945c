"""Hours as bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.backtest.axis import Axis

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)


def hour(number: int) -> str:
    return f"{BEGIN + timedelta(hours=number):%Y-%m-%dT%H}"


@given(st.dictionaries(st.integers(0, 30_000), st.integers(1, 9), min_size=1), st.integers(2, 150))
def test_nothing_is_lost_and_no_more_bars_than_there_is_room_for(
    counts: dict[int, int], most: int
) -> None:
    hours = {hour(number): count for number, count in counts.items()}
    axis = Axis.over(hours, most)
    assert axis is not None
    bars = axis.bars(hours)
    assert (sum(bars), len(bars) <= most, bars[-1] > 0) == (sum(counts.values()), True, True)
    assert all(0 <= bar < axis.count for bar, _ in axis.ticks(12))


@pytest.mark.parametrize(
    ("first", "last", "most", "length", "count", "label", "ticks"),
    [
        (5, 5, 10, 1, 1, "2026-05-01 05h", ["05h"]),
        (0, 47, 48, 1, 48, "2026-05-01 00h", None),
        (5, 47, 24, 2, 22, "2026-05-01 04h, 2 hours", None),
        (5, 743, 124, 6, 124, "2026-05-01 00h, 6 hours", None),
        (5, 743, 40, 24, 31, "2026-05-01", None),
        (5, 743, 16, 48, 16, "2026-05-01, 2 days", ["May 1", "May 9", "May 17", "May 25"]),
        (0, 24 * 365, 6, 91 * 24, 5, "2026-05-01, 91 days", None),
        (0, 24 * 365 * 9, 6, 548 * 24, 6, "2026-05-01, 548 days", None),
    ],
)  # fmt: skip
def test_bars_that_people_can_read(
    first: int, last: int, most: int, length: int, count: int, label: str, ticks: list[str] | None
) -> None:
    axis = Axis.over({hour(first): 1, hour(last): 1}, most)
    assert axis is not None
    assert (axis.length, axis.count, axis.label(0)) == (length, count, label)
    if ticks is not None:
        assert [text for _, text in axis.ticks(4)] == ticks


def test_dates_stand_under_bars_that_begin_a_day() -> None:
    axis = Axis.over({hour(0): 1, hour(743): 1}, 100)
    assert axis is not None
    assert axis.length == 8
    assert [bar % 3 for bar, _ in axis.ticks(12)] == [0] * 11


def test_no_hours_no_axis() -> None:
    assert Axis.over({}, 10) is None
