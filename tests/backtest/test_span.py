"""Which folders may hold events of a time range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.backtest.span import Span

MAY = Span(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, 23, tzinfo=UTC))
moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LAYOUTS = [
    "AWSLogs/123456789012/CloudTrail/us-east-1/{:%Y/%m/%d}/",
    "firehose/{:%Y/%m/%d/%H}/",
    "year={0:%Y}/month={0:%m}/day={0:%d}/hour={0:%H}/",
    "{:%Y}/",
    "{:%Y/%m}/",
]


@pytest.mark.parametrize(
    ("folder", "held"),
    [
        ("AWSLogs/123456789012/CloudTrail/us-east-1/", True),
        ("trail/2026/", True),
        ("trail/2026/04/", False),
        ("trail/2026/04/30/", False),
        ("trail/2026/05/", True),
        ("trail/2026/05/31/", True),
        ("trail/2026/06/", True),  # delivered late
        ("trail/2026/06/01/", True),
        ("trail/2026/06/02/", False),
        ("trail/2026/06/01/22/", True),
        ("trail/2026/06/01/23/", True),
        ("trail/2026/06/02/00/", False),
        ("trail/2025/", False),
        ("trail/2027/", False),
        ("trail/2026/13/", True),  # no date
        ("year=2026/month=04/", False),
        ("2026/05/01/files/", True),
        ("2026/04/29/files/", False),
        ("123420260429/", True),
    ],
)
def test_folders(folder: str, held: bool) -> None:
    assert MAY.may_hold(folder) == held


@given(
    moments, st.timedeltas(timedelta(0), timedelta(hours=24)), st.sampled_from(LAYOUTS), st.data()
)
def test_no_event_of_the_range_is_lost(
    event: datetime, late: timedelta, layout: str, data: st.DataObject
) -> None:
    since = data.draw(st.one_of(st.none(), moments.filter(lambda moment: moment <= event)))
    until = data.draw(st.one_of(st.none(), moments.filter(lambda moment: moment >= event)))
    assert Span(since, until).may_hold(layout.format(event + late))


@given(moments, moments, moments)
def test_ends_as_texts_order_as_times_do(event: datetime, since: datetime, until: datetime) -> None:
    event, since, until = (moment.replace(microsecond=0) for moment in (event, since, until))
    first, last = Span(since, until).texts
    text = Span(event).texts[0]
    assert (first <= text <= last) == (since <= event <= until)


def test_an_open_end_takes_everything() -> None:
    first, last = Span().texts
    assert all(first <= time <= last for time in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"))
