"""What is known of a value before there is one. Pure data.

`None` stands for a value of which nothing is known; most of an event is that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeAlias

from chalicelib.expressions.values import kind

Fields: TypeAlias = "Mapping[str, Type | None]"
Aliases: TypeAlias = "Callable[[], frozenset[str]]"


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
    fields: Fields | None = None
    #: what an array's elements are
    items: Type | None = None
    #: a string that is an ISO 8601 time
    is_time: bool = False
    #: set for a name that is none at this place: whoever reads it is told why
    elsewhere: Elsewhere | None = None
    #: it may have more fields than these: a name that is none of them is doubted, no fault
    open: bool = False
    #: only a catalogue says so, and those lag behind AWS: what contradicts it is doubted
    doubtful: bool = False
    #: names that others have for such a value's fields: none of them is a known one mistyped
    maybe: Aliases | None = field(default=None, compare=False)


STRING = Type("string")
TIME = Type("string", is_time=True)
NUMBER = Type("number")
BOOLEAN = Type("boolean")
OBJECT = Type("object")
ARRAY = Type("array")
STRINGS = Type("array", items=STRING)
NULL = Type("null")

#: the names in scope and what is known of them
Names = Mapping[str, Type | None]
#: how deep into two values it is looked for what they have in common
_DEEP = 8


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


def either(types: Sequence[Type | None]) -> Type | None:
    """What is known of a value that is one of these; null is as good as absent."""
    there = [each for each in types if each is None or each.kind != "null"]
    if not there:
        return NULL if types else None
    return reduce(_either, there)


def _either(one: Type | None, other: Type | None, depth: int = 0) -> Type | None:
    if one is None or other is None or one.kind != other.kind:
        return None
    if one == other:
        return one
    return Type(
        one.kind,
        fields=_either_fields(one.fields, other.fields, depth + 1),
        items=_either(one.items, other.items, depth + 1),
        is_time=one.is_time and other.is_time,
        open=one.open or other.open,
        doubtful=one.doubtful or other.doubtful,
        maybe=_either_names(one.maybe, other.maybe),
    )


def _either_fields(one: Fields | None, other: Fields | None, depth: int) -> Fields | None:
    """A field of one of them may be there; how deep values go is not known."""
    if one is None or other is None or depth > _DEEP:
        return None
    return {
        name: _either(one[name], other[name], depth)
        if name in one and name in other
        else one.get(name, other.get(name))
        for name in {**one, **other}
    }


def _either_names(one: Aliases | None, other: Aliases | None) -> Aliases | None:
    if one is None or other is None:
        return one or other
    return lambda: one() | other()


def a(name: str) -> str:
    """`an array`, `a string`, `null`."""
    if name == "null":
        return name
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
