"""What a call gives, as far as that follows from what it was given. Called by `checker`.

The catalogue of functions says what each gives at all: a list, a text, anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opsloop.expressions.types import Type, either

Types = Sequence[Type | None]

#: the argument whose elements a function's `&expression` is about
ELEMENTS_OF = {"sort_by": 0, "max_by": 0, "min_by": 0, "map": 1}


def of(name: str, arguments: Types, returned: Type | None) -> Type | None:
    """The type of a call's value, where `returned` is what the function always gives."""
    flows = _FLOWS.get(name)
    return flows(arguments) or returned if flows and arguments else returned


def items(known: Type | None) -> Type | None:
    """What is known of a list's elements."""
    return known.items if known is not None and known.kind == "array" else None


def _same(arguments: Types) -> Type | None:
    first = arguments[0]
    return first if first is not None and first.kind == "array" else None


def _element(arguments: Types) -> Type | None:
    return items(arguments[0])


def _mapped(arguments: Types) -> Type:
    """An expression's type holds that of its value as its items."""
    first = arguments[0]
    return Type("array", items=first.items if first is not None else None)


def _listed(arguments: Types) -> Type | None:
    first = arguments[0]
    return first if first is None or first.kind == "array" else Type("array", items=first)


_FLOWS: dict[str, Callable[[Types], Type | None]] = {
    "map": _mapped,
    "max": _element,
    "max_by": _element,
    "min": _element,
    "min_by": _element,
    "not_null": either,
    "reverse": _same,
    "sort": _same,
    "sort_by": _same,
    "take": _same,
    "to_array": _listed,
}
