"""What is known of a value before there is one. Pure data.

`None` stands for a value of which nothing is known; most of an event is that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.expressions.values import kind


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Why a name is not there at this place though it is at others, and what to do."""

    why: str
    expected: str


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
    #: set for a name that is none at this place: whoever reads it is told why
    elsewhere: Elsewhere | None = None


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


def elsewhere(why: str, expected: str) -> Type:
    """A name that is there at other places; `why` goes on from "`name`, "."""
    return Type("nothing", elsewhere=Elsewhere(why, expected))


def there(names: Names) -> list[str]:
    """The names that may be read, sorted."""
    return sorted(name for name, known in names.items() if known is None or not known.elsewhere)


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
