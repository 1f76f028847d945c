"""Reading foreign JSON: what was found in words, what must be there, what may be there.

Used by the other modules of this package. Standard library only.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any, NoReturn

from chalicelib.errors import EventError

_SHOWN = 40
_KEYS = 8
_DEEPEST = 100
#: written out, a union would be made anew for each value that is asked
_NESTING = (dict, list)
_KINDS = {type(None): "null", bool: "a boolean", int: "a number", float: "a number"}


def found(value: object) -> str:
    """A value in a few words for an error: its kind and its keys, never all of it."""
    if isinstance(value, dict):
        return _keys(value)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        return f"the text {_short(value)}" if value else "an empty text"
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def _keys(value: dict[Any, Any]) -> str:
    if not value:
        return "an empty object"
    names = ", ".join(_short(key) for key in list(value)[:_KEYS])
    more = f" and {len(value) - _KEYS} more" if len(value) > _KEYS else ""
    return f"an object with the keys {names}{more}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return ascii(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…").replace("\\u2026", "...")


def wrong(where: str, value: object, expected: str) -> EventError:
    """The error for a value that is not what it must be."""
    return EventError(f"{where}: found {found(value)}, expected {expected}")


def mapping(value: object, where: str, expected: str = "an object") -> dict[str, Any]:
    """The value as an object. Raises `EventError` where it is none."""
    if not isinstance(value, dict):
        raise wrong(where, value, expected)
    return value


def text(value: object, where: str) -> str:
    """The value as a text that is not empty and can be stored. Raises `EventError`."""
    if not isinstance(value, str) or not value:
        raise wrong(where, value, "a text")
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise wrong(where, value, "a text of whole characters (this has half a surrogate pair)")
    return value


def moment(value: object, where: str) -> datetime:
    """An ISO 8601 time with its offset, in UTC. Raises `EventError`."""
    try:
        read = datetime.fromisoformat(text(value, where))
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # said below, as for a time without an offset
    raise wrong(where, value, "an ISO 8601 time with its offset, as 2026-01-31T09:30:00Z")


def iso(value: object, where: str) -> str:
    """An ISO 8601 time in the one form opsloop keeps: UTC, Z, milliseconds unless zero."""
    read = moment(value, where)
    spec = "milliseconds" if read.microsecond >= 1000 else "seconds"  # noqa: PLR2004
    return read.isoformat(timespec=spec).removesuffix("+00:00") + "Z"


def shallow(value: dict[str, Any], where: str) -> None:
    """Raise `EventError` for what is nested deeper than later code could follow it."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for values in inner for each in values if isinstance(each, _NESTING)]
        if not level:
            return
    raise EventError(f"{where}: found JSON nested deeper than {_DEEPEST} levels")


def dig(value: object, path: str) -> Any:
    """What lies at a dotted path (`items.0.id`), or None where anything on it is absent."""
    for key in path.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def word(value: object, path: str) -> str | None:
    """The text at a dotted path; None where there is none, or an empty one."""
    there = dig(value, path)
    return there if isinstance(there, str) and there else None


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number} is beyond what a number holds")
    return value


_JSON = json.JSONDecoder(parse_constant=_constant, parse_float=_finite)


def structured(content: str, where: str) -> Any:
    """JSON's object or list in a text, else the text itself: "42" stays a text.

    Raises `EventError` where it is nested too deep to be read.
    """
    if content.lstrip()[:1] not in ("{", "["):
        return content
    try:
        return _JSON.decode(content)
    except ValueError:
        return content
    except RecursionError:
        raise EventError(f"{where}: found JSON nested too deep to be read") from None
