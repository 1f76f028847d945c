"""What the parameters of a call take, in JMESPath's kinds, so that types can be held against it.

Called by `given`. boto3's operations say it by their shapes, curated actions by annotations.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from chalicelib.actions import TABLE, find
from chalicelib.expressions.values import kind as kind_of
from opsloop.actions.doc import describe
from opsloop.actions.kinds import described
from opsloop.aws import operations, shapes
from opsloop.aws.calls import TEXT_OR_MAP
from opsloop.aws.faults import FaultError

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


@functools.cache
def parameters(do: str) -> Mapping[str, Wanted | None]:
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
