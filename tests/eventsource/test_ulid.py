from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import EventError
from chalicelib.events.ulid import execution_id, first_id, time_of

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
ISO = "an ISO 8601 time with its offset, as 2026-01-31T09:30:00Z"
AT = "2026-11-02T09:30:00.123Z"
TEXTS = st.text(max_size=20)
PARTS = st.tuples(TEXTS, TEXTS, TEXTS)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("rule", "identity", "element", "time", "expected"),
    [
        ("reboot", "e-1", "", AT, "01M6DSG7HVWNXVZ50F4SB8JVX3"),
        ("reboot", "e-1", "0", AT, "01M6DSG7HV07AAY6T1APC043QS"),
        ("reboot", "e-1", "", "1970-01-01T00:00:00Z", "0000000000WNXVZ50F4SB8JVX3"),
        ("reboot", "e-1", "", "9999-12-31T23:59:59.999Z", "76EZ91ZPZZWNXVZ50F4SB8JVX3"),
        ("reboot", "\ud800", "", AT, "01M6DSG7HVBSZQGCXDMP5ST7KM"),
    ],
)
def test_an_id_never_changes(
    rule: str, identity: str, element: str, time: str, expected: str
) -> None:
    assert execution_id(rule, identity, element, time) == expected


@given(PARTS, MOMENTS, MOMENTS)
def test_ids_are_behind_the_first_of_their_time(
    parts: tuple[str, str, str], one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    # seconds as a float are exact to a millisecond, and no more
    begin = max(0.0, earlier.timestamp() - 0.001)
    assert first_id(begin) <= execution_id(*parts, later.isoformat())


@given(PARTS, MOMENTS)
def test_an_id_is_a_ulid_that_holds_its_time(parts: tuple[str, str, str], at: datetime) -> None:
    made = execution_id(*parts, at.isoformat())
    assert ULID.fullmatch(made)
    kept = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert time_of(made) == pytest.approx(kept.timestamp(), abs=1e-4)


@given(PARTS, PARTS)
def test_two_events_have_two_ids(first: tuple[str, str, str], second: tuple[str, str, str]) -> None:
    assert (execution_id(*first, AT) == execution_id(*second, AT)) == (first == second)


@given(PARTS, PARTS, MOMENTS, MOMENTS)
def test_ids_sort_by_time(
    first: tuple[str, str, str],
    second: tuple[str, str, str],
    early: datetime,
    late: datetime,
) -> None:
    ids = [execution_id(*first, early.isoformat()), execution_id(*second, late.isoformat())]
    times = [time_of(each) for each in ids]
    assert times[0] == times[1] or (ids[0] < ids[1]) == (times[0] < times[1])


@pytest.mark.parametrize(
    "shifted", [("ab", "c", ""), ("a", "bc", ""), ("a", "b", "c"), ("", "abc", ""), ("abc", "", "")]
)
def test_moving_a_letter_to_its_neighbour_makes_another_id(shifted: tuple[str, str, str]) -> None:
    others = [("ab", "c", ""), ("a", "bc", ""), ("a", "b", "c"), ("", "abc", ""), ("abc", "", "")]
    same = [each for each in others if execution_id(*each, AT) == execution_id(*shifted, AT)]
    assert same == [shifted]


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (
            "1969-12-31T23:59:59.999Z",
            "event time: found 1969-12-31T23:59:59.999Z, expected a time since 1970",
        ),
        (
            "10000-01-01T00:00:00Z",
            f"event time: found the text '10000-01-01T00:00:00Z', expected {ISO}",
        ),
    ],
)
def test_a_time_that_no_id_can_hold_is_refused(time: str, message: str) -> None:
    with pytest.raises(EventError) as refused:
        execution_id("r", "i", "", time)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "text",
    ["", "0" * 25, "0" * 27, "8" + "0" * 25, "0" * 25 + "U", "0" * 25 + "a", "\u0660" * 26],
)
def test_what_is_no_id_has_no_time(text: str) -> None:
    with pytest.raises(EventError) as refused:
        time_of(text)
    expected = f"execution id: found {text[:40]!a}, expected 26 letters of ULID"
    assert str(refused.value) == expected
