"""What is known of a value before there is one. Pure data.

`None` stands for a value of which nothing is known; most of an event is that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.expressions.values import kind


@dataclass(frozen=True, slots=True)
class Type:
    """A kind in JMESPath's words. Any value may also be absent."""

    kind: str
    #: all fields an object can have, where they are known
    fields: Mapping[str, Type | None] | None = None
    #: what an array's elements are
    items: Type | None = None
    #: a string that is an ISO 8601 time
    is_time: bool = False


STRING = Type("string")
TIME = Type("string", is_time=True)
NUMBER = Type("number")
BOOLEAN = Type("boolean")
OBJECT = Type("object")
ARRAY = Type("array")
STRINGS = Type("array", items=STRING)
NULL = Type("null")
EXPRESSION = Type("expression")

#: the names in scope and what is known of them
Names = Mapping[str, Type | None]


def of_value(value: Any) -> Type:
    """The type of a literal."""
    if isinstance(value, list):
        kinds = {kind(each) for each in value}
        return Type("array", items=Type(kinds.pop()) if len(kinds) == 1 else None)
    return Type(kind(value))


def a(name: str) -> str:
    """`an array`, `a string`, `null`."""
    if name == "null":
        return name
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
