"""`rate(…)` and `cron(…)` exactly as EventBridge takes them. Pure; called by `triggers`.

A cron expression has six fields, minutes to years, and `?` in one of the two day fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from opsloop.rules.weekdays import in_names
from opsloop.rules.words import Refused, said

# fmt: off
_MONTHS = {"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6,
           "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
# fmt: on


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the six: its bounds, its names, and what else may stand in it."""

    name: str
    low: int
    high: int
    names: dict[str, int] = field(default_factory=dict)
    extra: str = ""


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, extra=r"\?|L|LW|([1-9]|[12][0-9]|3[01])W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 1, 7, _DAYS, extra=r"\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])"),
    _Field("year", 1970, 2199),
)
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4


def check(text: str) -> str:
    """The schedule itself. Raises `Refused`, with what was probably meant."""
    try:
        _check(text)
    except Refused as refused:
        fault = refused.fault
        offered = fault.correction or next(filter(_is_taken, _meant(text)), None)
        raise Refused(fault.found, fault.expected, offered) from None
    return text


def _meant(text: str) -> Iterator[str]:
    """`0 9 * * 1-5` as other crons have it, and `5 minutes`, as EventBridge has them."""
    parts = text.removeprefix("cron(").removesuffix(")").split()
    if len(parts) == len(_FIELDS) - 1:
        # those crons that know a `?` count as EventBridge does
        parts = [*_with_one_day(parts, sunday=1 if "?" in parts else 0), "*"]
    yield f"cron({' '.join(parts)})"
    yield f"rate({text})"


def _with_one_day(parts: list[str], sunday: int) -> list[str]:
    """The fields with a `?` for the day that says nothing, and the other by name.

    As they are where both say something: other crons run on either, EventBridge cannot.
    """
    of_month, of_week = parts[_DAY_OF_MONTH], in_names(parts[_DAY_OF_WEEK], sunday=sunday)
    fixed = list(parts)
    if of_week == "?":
        fixed[_DAY_OF_MONTH] = of_month.replace("?", "*")
    elif of_month in ("*", "?") and of_week:
        fixed[_DAY_OF_MONTH], fixed[_DAY_OF_WEEK] = "?", of_week
    elif of_week == "*":
        fixed[_DAY_OF_WEEK] = "?"
    return fixed


def _is_taken(text: str) -> bool:
    try:
        _check(text)
    except Refused:
        return False
    return True


def _check(text: str) -> None:
    if found := re.fullmatch(r"rate\((.*)\)", text):
        _check_rate(text, found[1])
    elif found := re.fullmatch(r"cron\((.*)\)", text):
        _check_cron(text, found[1])
    else:
        raise Refused(said(text), "rate(…) or cron(…)")


def _check_rate(text: str, inside: str) -> None:
    found = re.fullmatch(r"([1-9][0-9]*) (minute|hour|day)(s?)", inside)
    if not found:
        expected = "rate(value unit): a whole number above 0, then minutes, hours or days"
        raise Refused(said(text), expected, _rate(inside))
    if (found[1] == "1") == bool(found[3]):
        number = "one" if found[1] == "1" else "more than one"
        unit = found[2] if found[1] == "1" else f"{found[2]}s"
        raise Refused(said(text), f"the unit '{unit}' for {number}", f"rate({found[1]} {unit})")


def _rate(inside: str) -> str | None:
    found = re.fullmatch(r"\s*0*([1-9][0-9]*)\s*(m|h|d)[a-z]*\s*", inside.lower())
    if not found:
        return None
    unit = {"m": "minute", "h": "hour", "d": "day"}[found[2]]
    return f"rate({found[1]} {unit if found[1] == '1' else unit + 's'})"


def _check_cron(text: str, inside: str) -> None:
    parts = inside.split(" ")
    if len(parts) != len(_FIELDS):
        expected = "six fields: minutes hours day-of-month month day-of-week year"
        raise Refused(f"{said(text)} with {len(parts)} fields", expected)
    for one, part in zip(_FIELDS, parts, strict=True):
        _check_field(text, one, part)
    _check_days(parts)


def _check_days(parts: list[str]) -> None:
    days = parts[_DAY_OF_MONTH], parts[_DAY_OF_WEEK]
    if days.count("?") == 1:
        return
    found = f"{' and '.join(days)} for the day of month and the day of week"
    expected = "a ? in exactly one of the two"
    if re.search("[0-9]", days[1]):
        raise Refused(found, f"{expected}, and days of the week by name: here 1 is SUN")
    fixed = _with_one_day(parts, sunday=1)
    raise Refused(found, expected, f"cron({' '.join(fixed)})" if fixed != parts else None)


def _check_field(text: str, one: _Field, part: str) -> None:
    for item in part.split(","):
        if not _fits(one, item):
            names = f", or {'-'.join(list(one.names)[:: len(one.names) - 1])}" if one.names else ""
            expected = f"{one.low}-{one.high}{names} in its {one.name}, with * , - and /"
            raise Refused(f"{item!r} in {text}", expected)


def _fits(one: _Field, item: str) -> bool:
    if one.extra and re.fullmatch(one.extra, item):
        return True
    span, slash, step = item.partition("/")
    if slash and not (re.fullmatch("[0-9]{1,4}", step) and 0 < int(step) <= one.high):
        return False
    low, dash, high = span.partition("-")
    if not dash:
        return low == "*" or _value(one, low) is not None
    return _value(one, low) is not None and _value(one, high) is not None


def _value(one: _Field, text: str) -> int | None:
    """A number or a name as a number, None where the field has no such value."""
    number = one.names.get(text.upper())
    if number is None and re.fullmatch(r"[0-9]{1,4}", text):
        number = int(text)
    return number if number is not None and one.low <= number <= one.high else None
