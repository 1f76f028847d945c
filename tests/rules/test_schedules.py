"""cron() and rate() as EventBridge takes them, and what is offered for those it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.rules.schedules import check
from opsloop.rules.words import Refused


@pytest.mark.parametrize(
    "text",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 hour)",
        "rate(1 day)",
        "rate(365 days)",
        # AWS's own examples
        "cron(0 10 * * ? *)",
        "cron(15 12 * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
        "cron(0 8 1 * ? *)",
        "cron(0/15 * * * ? *)",
        "cron(0/10 * ? * MON-FRI *)",
        "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(0/30 20-2 ? * MON-FRI *)",
        "cron(0 9 ? * 2#1 *)",
        "cron(0 0 L * ? *)",
        "cron(0 0 3W * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 ? * 6L *)",
        "cron(0 0 ? * FRI#2 *)",
        "cron(0 0 ? * L *)",
        "cron(0,30 0 1,15 JAN,jul ? 2027-2030)",
        "cron(0 0 1 1/3 ? 2199)",
    ],
)
def test_taken(text: str) -> None:
    assert check(text) == text


TWO_DAYS = "a ? in exactly one of the two"
SIX = "six fields: minutes hours day-of-month month day-of-week year"
UNITS = "rate(value unit): a whole number above 0, then minutes, hours or days"


@pytest.mark.parametrize(
    ("text", "expected", "correction"),
    [
        ("rate(1 minutes)", "the unit 'minute' for one", "rate(1 minute)"),
        ("rate(2 hour)", "the unit 'hours' for more than one", "rate(2 hours)"),
        ("rate(0 minutes)", UNITS, None),
        ("rate(5m)", UNITS, "rate(5 minutes)"),
        ("rate(1 Hours)", UNITS, "rate(1 hour)"),
        ("rate(1.5 hours)", UNITS, None),
        ("rate(2 weeks)", UNITS, None),
        ("5 minutes", "rate(…) or cron(…)", "rate(5 minutes)"),
        ("every day", "rate(…) or cron(…)", None),
        ("at(2026-11-23T10:00:00)", "rate(…) or cron(…)", None),
        ("0 9 * * *", "rate(…) or cron(…)", "cron(0 9 ? * * *)"),
        ("0 9 * * MON", "rate(…) or cron(…)", "cron(0 9 ? * MON *)"),
        ("0 9 1 * *", "rate(…) or cron(…)", "cron(0 9 1 * ? *)"),
        ("0 9 * * 1-5", "rate(…) or cron(…)", "cron(0 9 ? * MON-FRI *)"),
        ("0 9 * * ?", "rate(…) or cron(…)", "cron(0 9 * * ? *)"),
        ("0 9 1 * MON", "rate(…) or cron(…)", None),
        ("0 9 * * 5-1", "rate(…) or cron(…)", None),
        ("0 9 * * 1/2", "rate(…) or cron(…)", None),
        ("0 9 * * 5#2", "rate(…) or cron(…)", None),
        ("cron(0 9 * * 1-5)", SIX, "cron(0 9 ? * MON-FRI *)"),
        ("cron(0 9 * * 0)", SIX, "cron(0 9 ? * SUN *)"),
        ("cron(0 9 * * 7)", SIX, "cron(0 9 ? * SUN *)"),
        ("cron(0 9 * * 5-7)", SIX, "cron(0 9 ? * FRI,SAT,SUN *)"),
        ("cron(0 9 * * 0,6)", SIX, "cron(0 9 ? * SAT,SUN *)"),
        ("cron(0 9 * * */2)", SIX, "cron(0 9 ? * TUE,THU,SAT,SUN *)"),
        ("cron(0 9 * * 0-6)", SIX, "cron(0 9 ? * * *)"),
        ("cron(0 9 ? * 2-6)", SIX, "cron(0 9 ? * MON-FRI *)"),
        ("cron(0 9 * * 1-5 *)", f"{TWO_DAYS}, and days of the week by name: here 1 is SUN", None),
        ("cron(0 9 * * *)", SIX, "cron(0 9 ? * * *)"),
        ("cron(0  9 * * ? *)", SIX, "cron(0 9 * * ? *)"),
        ("cron()", SIX, None),
        ("cron(0 9 * * * *)", TWO_DAYS, "cron(0 9 ? * * *)"),
        ("cron(0 9 ? * ? *)", TWO_DAYS, "cron(0 9 * * ? *)"),
        ("cron(0 9 1 * MON *)", TWO_DAYS, None),
        ("cron(60 9 * * ? *)", "0-59 in its minutes, with * , - and /", None),
        ("cron(0 9 32 * ? *)", "1-31 in its day of month, with * , - and /", None),
        ("cron(0 9 * 13 ? *)", "1-12, or JAN-DEC in its month, with * , - and /", None),
        ("cron(0 9 ? * 0 *)", "1-7, or SUN-SAT in its day of week, with * , - and /", None),
        ("cron(0 9 ? * MON#6 *)", "1-7, or SUN-SAT in its day of week, with * , - and /", None),
        ("cron(0 9 * * ? 1969)", "1970-2199 in its year, with * , - and /", None),
        ("cron(*/0 9 * * ? *)", "0-59 in its minutes, with * , - and /", None),
        ("cron(? 9 * * ? *)", "0-59 in its minutes, with * , - and /", None),
        ("cron(1- 9 * * ? *)", "0-59 in its minutes, with * , - and /", None),
        ("cron(٣ 9 * * ? *)", "0-59 in its minutes, with * , - and /", None),
    ],
)
def test_refused(text: str, expected: str, correction: str | None) -> None:
    with pytest.raises(Refused) as refused:
        check(text)
    assert (refused.value.fault.expected, refused.value.fault.correction) == (expected, correction)


@pytest.mark.parametrize("text", ["5 minutes", "0 9 * * *", "rate(2 hour)", "cron(0 9 ? * ? *)"])
def test_what_is_offered_is_taken(text: str) -> None:
    with pytest.raises(Refused) as refused:
        check(text)
    assert check(str(refused.value.fault.correction))


DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
UNIX_ITEMS = st.one_of(
    st.integers(0, 7).map(lambda day: (f"{day}", {day % 7})),
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 7)).map(
        lambda three: _unix_range(min(three[:2]), max(three[:2]), three[2])
    ),
    st.integers(1, 7).map(lambda step: (f"*/{step}", set(range(0, 7, step)))),
    st.sampled_from(DAYS).map(lambda name: (name.title(), {DAYS.index(name)})),
)


def _unix_range(low: int, high: int, step: int) -> tuple[str, set[int]]:
    written = f"{low}-{high}" if step == 1 else f"{low}-{high}/{step}"
    return written, {day % 7 for day in range(low, high + 1, step)}


def _of_eventbridge(field: str) -> set[int]:
    """The days that EventBridge runs on, Sunday as 0: names and ranges of names alone."""
    days: set[int] = set()
    for item in DAYS if field == "*" else field.split(","):
        low, _, high = item.upper().partition("-")
        days |= set(range(DAYS.index(low), DAYS.index(high or low) + 1))
    return days


@given(st.lists(UNIX_ITEMS, min_size=1, max_size=5))
def test_what_is_offered_runs_on_the_days_that_unix_means(
    items: list[tuple[str, set[int]]],
) -> None:
    with pytest.raises(Refused) as refused:
        check(f"0 20 * * {','.join(text for text, _ in items)}")
    offered = check(str(refused.value.fault.correction))
    field = offered.removeprefix("cron(0 20 ? * ").removesuffix(" *)")
    assert _of_eventbridge(field) == set().union(*(days for _, days in items))
