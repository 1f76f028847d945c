"""JSON text in, numbers kept as they were written; for pattern and event.

Called by the compiler and by Pattern; imports nothing of the project but its errors.

A number's text matters: EventBridge compares a number that a double cannot hold by its text. A
name given twice in a pattern matters too: both `$or` count. So patterns read here keep both.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Never

from opsloop.patterns.errors import InvalidEvent, InvalidPattern

LONG_INT_BITS = 10_000  # above this Python refuses str(int); Decimal has no such limit


class NumberText(str):
    """A number of JSON, as its text."""

    __slots__ = ()


class Members(tuple[tuple[str, Any], ...]):
    """The members of a JSON object in their order, repeated names kept."""

    __slots__ = ()


def read_pattern(text: str | bytes) -> Any:
    """A pattern's JSON with objects as Members and numbers as NumberText."""
    try:
        return _decode(text, Members)
    except (ValueError, RecursionError) as error:
        raise InvalidPattern("$", f"not JSON: {error}") from error


def read_event(text: str | bytes) -> Any:
    """An event's JSON with numbers as NumberText; a name given twice keeps its last value."""
    try:
        return _decode(text, dict)
    except (ValueError, RecursionError) as error:
        raise InvalidEvent(f"not JSON: {error}") from error


def _decode(text: str | bytes, objects: type[Members | dict[str, Any]]) -> Any:
    return json.loads(
        text if isinstance(text, str) else text.decode(),
        parse_int=NumberText,
        parse_float=NumberText,
        parse_constant=_refuse,
        object_pairs_hook=objects,
    )


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON number")


def number_text(value: Any) -> str | None:
    """The JSON text of a number, None for anything that is not one."""
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int) and value.bit_length() > LONG_INT_BITS:
        return str(Decimal(value))
    return str(value)


def members(value: Any) -> Iterable[tuple[str, Any]] | None:
    """An object's members in order, None for anything that is not an object."""
    if isinstance(value, Members):
        return value
    return value.items() if isinstance(value, Mapping) else None


def elements(value: Any) -> list[Any] | tuple[Any, ...] | None:
    """An array's elements, None for anything that is not an array."""
    if isinstance(value, Members):
        return None
    return value if isinstance(value, list | tuple) else None


def json_text(value: Any) -> str:
    """The JSON of a value read here or given as Python objects, on one line."""
    if type(value) is str:  # nearly all are; a number may be a kind of text
        return encode_basestring(value)
    number = number_text(value)
    if number is not None:
        return number
    pairs = members(value)
    if pairs is not None:
        return "{" + ", ".join(f"{json_text(k)}: {json_text(v)}" for k, v in pairs) + "}"
    items = elements(value)
    if items is not None:
        return "[" + ", ".join(map(json_text, items)) + "]"
    return json.dumps(value, ensure_ascii=False, default=repr)
