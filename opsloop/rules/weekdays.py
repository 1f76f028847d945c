"""A cron's days of the week in names, which mean the same everywhere. Pure; called by `schedules`.

Unix counts from Sunday as 0, and has it as 7 as well; EventBridge counts from Sunday as 1.
"""

from __future__ import annotations

import re

_NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_DAY = rf"[0-7]|{'|'.join(_NAMES)}"
_ITEM = re.compile(rf"(?:(\*)|({_DAY})(?:-({_DAY}))?)(?:/([1-9]))?", re.IGNORECASE)
_LAST = 7
#: so many days in a row are written as a range
_ROW = 3


def in_names(field: str, *, sunday: int) -> str | None:
    """The same days by their names; None where that cannot be told."""
    if not re.search("[0-9]", field):
        return field
    days: set[int] = set()
    for item in field.split(","):
        found = _of_item(item, sunday)
        if not found:
            return None
        days |= found
    return _written(days)


def _of_item(item: str, sunday: int) -> set[int]:
    """The days of `1-5`, `*/2` or `SAT`, Sunday as 0; none where it is none of these."""
    found = _ITEM.fullmatch(item)
    if not found or (found[2] and found[4] and not found[3]):
        return set()  # `1/2`: some crons go on to the end of the week, some do not
    low = sunday if found[1] else _number(found[2], sunday)
    high = sunday + 6 if found[1] else _number(found[3] or found[2], sunday)
    if not sunday <= low <= high <= _LAST:
        return set()
    return {(number - sunday) % 7 for number in range(low, high + 1, int(found[4] or 1))}


def _number(day: str, sunday: int) -> int:
    return int(day) if day.isdigit() else sunday + _NAMES.index(day.upper())


def _written(days: set[int]) -> str:
    """Monday first, as weeks are spoken of; no range goes over the end of EventBridge's week."""
    if len(days) == len(_NAMES):
        return "*"
    rows: list[list[int]] = []
    for day in sorted(days - {0}):
        if rows and rows[-1][-1] == day - 1:
            rows[-1].append(day)
        else:
            rows.append([day])
    return ",".join([*map(_row, rows), *(_NAMES[day] for day in days & {0})])


def _row(days: list[int]) -> str:
    names = [_NAMES[day] for day in days]
    return f"{names[0]}-{names[-1]}" if len(names) >= _ROW else ",".join(names)
