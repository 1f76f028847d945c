"""cron() and rate() as EventBridge takes them, and what is offered for those it does not."""

from __future__ import annotations

import pytest

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
        ("cron(0 9 * * *)", SIX, "cron(0 9 ? * * *)"),
        ("cron(0  9 * * ? *)", SIX, "cron(0 9 * * ? *)"),
        ("cron()", SIX, None),
        ("cron(0 9 * * * *)", TWO_DAYS, "cron(0 9 ? * * *)"),
        ("cron(0 9 ? * ? *)", TWO_DAYS, "cron(0 9 * * ? *)"),
        ("cron(0 9 1 * MON *)", TWO_DAYS, "cron(0 9 1 * ? *)"),
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
