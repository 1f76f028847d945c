"""Do the values that expressions give fit the parameters they are given to? For `steps`.

Literal values are `opsloop.aws.calls` and `opsloop.actions.check` to judge. Here is told of a
template that is all of a value, `"${facts.db}"`, and whose type is known to be another one.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from chalicelib.actions import TABLE, find
from chalicelib.expressions.values import kind as kind_of
from chalicelib.expressions.values import tagged
from chalicelib.plan import Expr, Value
from opsloop.actions.doc import describe
from opsloop.actions.kinds import described
from opsloop.aws import operations, shapes
from opsloop.aws.calls import TEXT_OR_MAP
from opsloop.aws.faults import FaultError
from opsloop.expressions.check import infer
from opsloop.expressions.types import Names, Type
from opsloop.problems import Fault, Path

_AWS = 3
_SHAPES: Mapping[str, tuple[str, ...]] = {
    "structure": ("object",),
    "map": ("object",),
    "list": ("array",),
    "string": ("string",),
    "character": ("string",),
    "blob": ("string",),
    "boolean": ("boolean",),
    "integer": ("number",),
    "long": ("number",),
    "bigdecimal": ("number",),
    "float": ("number",),
    "double": ("number",),
    "timestamp": ("string", "number"),
}
#: one and many of a kind
_WORDS: Mapping[str, tuple[str, str]] = {
    "string": ("text", "texts"),
    "number": ("a number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "array": ("a list", "lists"),
    "object": ("a map", "maps"),
    "expression": ("an expression", "expressions"),
}
_PYTHON: Mapping[Any, str] = {str: "string", int: "number", float: "number", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a parameter takes: kinds in JMESPath's words, and in words for people."""

    kinds: tuple[str, ...]
    words: str
    #: of a list: what its elements are
    items: Wanted | None = None
    #: of a map: what is below, where that is known; a shape of botocore's
    shape: Any = None
    service: str = ""

    def field(self, name: str) -> Wanted | None:
        """What a key of a map takes; None where that is not known."""
        if self.shape is None:
            return None
        if self.shape.type_name == "map":
            return _of_shape(self.service, self.shape.value)
        member = self.shape.members.get(name)
        return None if member is None else _of_shape(self.service, member)


def check(do: str, data: Mapping[str, Any], value: Value, names: Names) -> Iterator[Fault]:
    """A fault for each template whose value cannot be what its parameter takes."""
    tag, entries = tagged(value)
    if tag != "map":
        return
    taken = _parameters(do)
    for name, below in entries.items():
        yield from _value(taken.get(name), data[name], below, names, (name,))


def check_list(expr: Expr, names: Names) -> Iterator[Fault]:
    """A fault where what is gone through is known to be no list."""
    known = infer(expr, names)
    if known is not None and known.kind not in ("array", "null"):
        found = f"{_WORDS[known.kind][0]}: `{expr['text']}`"
        yield Fault(found, "a list", doubt=known.doubtful)


@functools.cache
def _parameters(do: str) -> Mapping[str, Wanted | None]:
    """What each parameter of a call takes; nothing of a call that there is not."""
    if do in TABLE:
        return {one.name: _of_python(one.type) for one in describe(find(do)).parameters}
    parts = do.split(".")
    if parts[0] != "aws" or len(parts) != _AWS:
        return {}
    try:
        taken = operations.operation(parts[1], parts[2]).input
    except FaultError:
        return {}
    members = {} if taken is None else taken.members
    return {name: _of_shape(parts[1], shape) for name, shape in members.items()}


def _of_shape(service: str, shape: Any) -> Wanted | None:
    if (service, shape.name) in TEXT_OR_MAP or shape.serialization.get("jsonvalue"):
        return None
    if getattr(shape, "is_document_type", False) or shape.type_name not in _SHAPES:
        return None
    kinds, words = _SHAPES[shape.type_name], shapes.described(shape)
    if shape.type_name == "list":
        return Wanted(kinds, words, items=_of_shape(service, shape.member))
    below = shape if shape.type_name in ("structure", "map") else None
    return Wanted(kinds, words, shape=below, service=service)


def _of_python(wanted: Any) -> Wanted | None:
    inner = [one for one in get_args(wanted) if one is not NoneType]
    match get_origin(wanted):
        case origin if origin is list:
            return Wanted(("array",), described(wanted), items=_of_python(inner[0]))
        case origin if origin is dict:
            return Wanted(("object",), described(wanted))
        case origin if origin is Literal:
            kinds = tuple(dict.fromkeys(map(kind_of, inner)))
            return Wanted(kinds, described(wanted))
    return Wanted((_PYTHON[wanted],), described(wanted)) if wanted in _PYTHON else None


def _value(
    wanted: Wanted | None, data: Any, value: Value, names: Names, path: Path
) -> Iterator[Fault]:
    if wanted is None:
        return
    match tagged(value):
        case "expr", expr:
            yield from _expression(wanted, str(data), expr, names, path)
        case "map", entries if "object" in wanted.kinds:
            for name, below in entries.items():
                yield from _value(wanted.field(name), data[name], below, names, (*path, name))
        case "list", elements if "array" in wanted.kinds:
            for place, below in enumerate(elements):
                yield from _value(wanted.items, data[place], below, names, (*path, place))


def _expression(wanted: Wanted, data: str, expr: Expr, names: Names, path: Path) -> Iterator[Fault]:
    known = infer(expr, names)
    if known is None or known.kind == "null":
        return
    offset = data.find("${") + len("${")
    if known.kind not in wanted.kinds:
        correction, spelt = _corrected(wanted, data, expr, known)
        yield Fault(
            f"{_WORDS[known.kind][0]}: `{expr['text']}`",
            wanted.words,
            correction,
            path,
            0 if spelt else offset,
            spelt=spelt,
            doubt=known.doubtful,
        )
    elif (given := _elements(wanted, known)) is not None:
        found = f"a list of {_WORDS[given.kind][1]}: `{expr['text']}`"
        yield Fault(found, wanted.words, path=path, offset=offset, doubt=given.doubtful)


def _elements(wanted: Wanted, known: Type) -> Type | None:
    """What a list's elements are, where they are not what they should be."""
    if wanted.items is None or known.items is None or known.items.kind == "null":
        return None
    return None if known.items.kind in wanted.items.kinds else known.items


def _corrected(wanted: Wanted, data: str, expr: Expr, known: Type) -> tuple[str | None, bool]:
    """The text as it should be, and whether that is spelt as YAML has it."""
    text = expr["text"]
    if wanted.items is not None and known.kind in wanted.items.kinds and '"' not in data:
        return f'["{data}"]', True
    if known.kind == "number" and "string" in wanted.kinds:
        return f"${{to_string({text})}}", False
    if known.kind == "string" and wanted.kinds == ("number",):
        return f"${{to_number({text})}}", False
    return None, False
