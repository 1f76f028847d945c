"""How a value looks in a text and in an error. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

#: a text longer than this is refused by the functions that search in it
MAX_TEXT = 65_536
_SHOWN = 80
_EXACT = 2**53
_DEEPEST = 100

KINDS = {
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "NoneType": "null",
    "str": "string",
    "int": "number",
    "float": "number",
    "_Expression": "expression",
}


class Misuse(ValueError):
    """A function was given what it cannot use. The message holds no value of the rule's."""


def kind(value: Any) -> str:
    """The value's type in the words of JMESPath."""
    return KINDS.get(type(value).__name__, "unknown")


def whole(number: float) -> float:
    """JSON has one kind of number: 12.0 is 12, which is what AWS's integers want."""
    if isinstance(number, float) and number.is_integer() and abs(number) < _EXACT:
        return int(number)
    return number


def as_text(value: Any) -> str:
    """The value inside a longer text: numbers without `.0`, maps and lists as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        value = whole(value)
    return as_json(value)


def as_json(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def shown(value: Any) -> str:
    """The value in an error, cut where it is long; half a character is told by its number."""
    text = as_json(value[: _SHOWN + 1] if isinstance(value, str) else value)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def tagged(record: Mapping[str, Any]) -> tuple[str, Any]:
    """The key of a record that has one, such as a Condition or a Value, and what it holds."""
    [(key, content)] = record.items()
    return key, content


def fresh(value: Any) -> Any:
    """A copy that an action may change: the Plan's own stays for the next execution."""
    if isinstance(value, dict):
        return {key: fresh(each) for key, each in value.items()}
    if isinstance(value, list):
        return [fresh(each) for each in value]
    return value


def shallow(value: Any) -> bool:
    """Whether it is nested no deeper than later code can follow it."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return True
    return False


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def bounded(text: str, limit: int = MAX_TEXT) -> str:
    """The text itself. Raises `Misuse` where an event's text is too long to search in."""
    if len(text) > limit:
        raise Misuse(f"a text of {len(text)} characters is longer than {limit}")
    return text
