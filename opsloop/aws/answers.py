"""What an operation answers, as a type: botocore's output shape, as results make JSON of it.

Called by the compiler for facts and for `steps.<id>.result`. The shapes are whole: botocore
gives what its model has and nothing besides, but for the few that it parses further.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from opsloop.aws import models
from opsloop.aws.operations import operation
from opsloop.expressions.types import BOOLEAN, NUMBER, OBJECT, STRING, TIME, Type

if TYPE_CHECKING:
    from botocore.model import Shape

#: strings in the model in which botocore finds JSON, by service and shape
_PARSED = frozenset({("iam", "policyDocumentType"), ("cloudformation", "TemplateBody")})
_SCALARS = {
    "string": STRING,
    "character": STRING,
    "blob": STRING,
    "boolean": BOOLEAN,
    "timestamp": TIME,
    "integer": NUMBER,
    "long": NUMBER,
    "bigdecimal": NUMBER,
    "float": NUMBER,
    "double": NUMBER,
}


@functools.cache
def answer(service: str, method: str) -> Type | None:
    """The type of a call's result. Raises FaultError for an operation that boto3 does not have."""
    output = operation(service, method).output
    if output is None:
        return Type("object", {})
    known = _typed(service, output)
    if service == "s3" and known is not None and "Expires" in (known.fields or {}):
        return Type("object", {**(known.fields or {}), "ExpiresString": STRING})
    return known


class _Members(Mapping[str, "Type | None"]):
    """A structure's members, each typed when it is asked for: shapes may hold themselves.

    Two are equal where they are one: comparing what is below would not end.
    """

    def __init__(self, service: str, shape: Any) -> None:
        self._service = service
        self._members = shape.members
        self._known: dict[str, Type | None] = {}

    def __getitem__(self, name: str) -> Type | None:
        if name not in self._known:
            self._known[name] = _typed(self._service, self._members[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


def _typed(service: str, shape: Shape) -> Type | None:
    if (service, shape.name) in _PARSED or shape.serialization.get("jsonvalue"):
        return None
    if shape.serialization.get("eventstream"):
        return None
    match shape.type_name:
        case "structure":
            return _structure(service, shape.name)
        case "list":
            return Type("array", items=_typed(service, shape.member))  # type: ignore[attr-defined]
        case "map":
            return OBJECT
    return _SCALARS.get(shape.type_name)


@functools.cache
def _structure(service: str, name: str) -> Type | None:
    """Once for each shape: what two operations answer is one type where it is one shape."""
    shape = models.model(service).shape_for(name)
    if getattr(shape, "is_document_type", False):
        return None
    return Type("object", _Members(service, shape))
