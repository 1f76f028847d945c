"""Times: seconds since the epoch inside, ISO 8601 with Z outside.

Mixed into `functions.Functions`; `seconds_of` and `iso` serve others too. datetime is
imported where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.clock import Clock
from chalicelib.expressions.signatures import takes
from chalicelib.expressions.values import Misuse, shown, whole

if TYPE_CHECKING:
    from datetime import datetime

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LONGEST_TIME = 64


class TimeFunctions:
    """The clock is the evaluator's."""

    clock: Clock

    @takes()
    def _func_now(self) -> float:
        return whole(self.clock.now())

    @takes("string|number")
    def _func_age(self, time: str | float) -> float:
        return whole(self.clock.now() - parse_time(time))

    @takes("string")
    def _func_duration(self, text: str) -> float:
        return seconds_of(text)

    @takes("string|number")
    def _func_parse_time(self, time: str | float) -> float:
        return parse_time(time)

    @takes("number", "string?")
    def _func_format_time(self, seconds: float, format: str | None = None) -> str:  # noqa: A002 - the language's own name
        return _moment(seconds).strftime(format) if format else iso(seconds)


def parse_time(time: str | float) -> float:
    """Seconds since the epoch of an ISO 8601 or RFC 1123 text; a text without zone is UTC.

    A number is taken for such seconds already. Raises `Misuse`.
    """
    if not isinstance(time, str):
        return time
    moment = _read(time) if len(time) <= _LONGEST_TIME else None
    if moment is None:
        raise Misuse("parse_time(): no ISO 8601 time such as 2026-03-01T12:00:00Z")
    return whole(moment.timestamp())


def _read(text: str) -> datetime | None:
    from datetime import UTC, datetime  # noqa: PLC0415 - costs, and not every rule wants it

    try:
        # AWS Health writes RFC 1123: Sat, 04 Jun 2016 05:01:10 GMT
        moment = (
            datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %Z")  # noqa: DTZ007 - zone below
            if text[:1].isalpha()
            else datetime.fromisoformat(text)
        )
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def iso(seconds: float) -> str:
    """`2026-03-01T12:00:00Z`, with milliseconds where there are any. Raises `Misuse`."""
    precision = "seconds" if float(seconds).is_integer() else "milliseconds"
    return _moment(seconds).isoformat(timespec=precision).replace("+00:00", "Z")


def _moment(seconds: float) -> datetime:
    from datetime import UTC, datetime  # noqa: PLC0415 - costs, and not every rule wants it

    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise Misuse(
            "format_time(): no time in seconds since the epoch; milliseconds need div(ms, 1000)"
        ) from None


def seconds_of(text: str) -> float:
    """Seconds of a duration such as `90s`, `5m`, `1h30m`, `1.5h`, `2d`. Raises `Misuse`."""
    total: float = 0
    number = ""
    for character in text:
        if character in "0123456789.":
            number += character
            continue
        total += _amount(number, text) * _unit(character, text)
        number = ""
    if number or not text:
        raise _no_duration(text)
    return whole(total)


def _amount(number: str, text: str) -> float:
    try:
        return float(number)
    except ValueError:
        raise _no_duration(text) from None


def _unit(character: str, text: str) -> int:
    if character not in UNITS:
        raise _no_duration(text)
    return UNITS[character]


def _no_duration(text: str) -> Misuse:
    return Misuse(f"{shown(text)} is no duration; write it like 90s, 5m, 1h30m or 2d")
