"""A value as EventBridge compares it: its JSON text, a string within its quotes but not escaped.

Called by operators, compiler and leaves; imports only `reading`.

The quotes keep types apart: the string `"5"` is never the number `5`, no string operator can match
a number, and prefix and suffix see where a string begins and ends.
"""

import json
from decimal import Decimal
from math import isinf
from typing import Any

from opsloop.patterns.reading import number_text

QUOTE = '"'
_LITERALS = {True: "true", False: "false", None: "null"}
_DIGITS = frozenset("123456789")


def quoted(text: str) -> str:
    """The token of a string."""
    return f"{QUOTE}{text}{QUOTE}"


def token_of(value: Any) -> str | None:
    """The token of a scalar, None for an object, an array or what JSON does not have."""
    number = number_text(value)
    if number is not None:
        return number
    if isinstance(value, str):
        return quoted(value)
    return _LITERALS[value] if value is None or isinstance(value, bool) else None


def json_of(token: str) -> str:
    """A token as JSON, for people."""
    return json.dumps(token[1:-1], ensure_ascii=False) if token.startswith(QUOTE) else token


def comparable(token: str) -> float | None:
    """The number that a token is, None if it is none or if a double cannot hold it exactly.

    "Exactly" is AWS's: the shortest text of the double must be the number written.
    """
    if token[:1] not in "-0123456789":
        return None
    try:
        value = float(token)
    except ValueError:
        return None
    if isinf(value):
        return None
    if value == 0.0:
        return None if _DIGITS.intersection(token.lower().partition("e")[0]) else 0.0
    return value if Decimal(repr(value)) == Decimal(token) else None
