"""Is this `with` a call that AWS would accept? Checked against botocore's model, offline.

Called by the compiler. What an expression will give is unknown and passes; everything
literal is checked for its name and type at any depth. Lengths and patterns are AWS's to
judge: its models disagree with its services there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from opsloop.aws.names import listing, nearest
from opsloop.aws.operations import operation
from opsloop.aws.shapes import described, mistyped
from opsloop.aws.templates import UNKNOWN, Joined, Splitter, known, pieces
from opsloop.problems import Fault, Path

#: botocore fills these in itself
_AUTOMATIC = {"glacier": {"accountId"}}

#: botocore takes a map here where its model says text
TEXT_OR_MAP = frozenset({("s3", "CopySource")})


def check_call(
    service: str, method: str, data: Any, *, templated: Splitter = pieces
) -> list[Fault]:
    """All that is wrong with the parameters `data` of one operation; empty when nothing is.

    `templated` tells the literal parts of a text from the expressions in it. Raises
    FaultError for an operation that boto3 does not have.
    """
    called = operation(service, method)
    given = known({} if data is None else data, templated)
    if called.input is None:
        return [_takes_nothing(called.do)] if given else []
    return list(_value(_Call(service, called.do), called.input, given, ()))


def _takes_nothing(do: str) -> Fault:
    return Fault(found=f"parameters for {do}, which takes none", expected="no `with`")


@dataclass(frozen=True, slots=True)
class _Call:
    service: str
    do: str

    def owner(self, path: Path) -> str:
        """What has the parameter below `path`, for people."""
        names = [step for step in path if isinstance(step, str)]
        return f"{names[-1]} of {self.do}" if names else self.do


def _value(call: _Call, shape: Any, value: Any, path: Path) -> Iterator[Fault]:
    if value is UNKNOWN or (call.service, shape.name) in TEXT_OR_MAP:
        return
    if value is None:
        yield Fault("null", f"{described(shape)}, or no {path[-1]} at all", path=path)
    elif not isinstance(value, _TAKES[shape.type_name]) or _is_flag(shape, value):
        yield mistyped(shape, value, path)
    elif check := _INSIDE.get(shape.type_name):
        yield from check(call, shape, value, path)


def _is_flag(shape: Any, value: Any) -> bool:
    """Python takes true for a number; AWS does not."""
    return isinstance(value, bool) and shape.type_name != "boolean"


def _structure(call: _Call, shape: Any, value: dict[str, Any], path: Path) -> Iterator[Fault]:
    if getattr(shape, "is_document_type", False):
        return
    unknown = list(_unknown(call, shape, value, path))
    yield from unknown
    yield from _missing(call, shape, {*value, *(fault.correction for fault in unknown)}, path)
    if shape.is_tagged_union and len(value) != 1 and not unknown:
        yield Fault(
            found=f"{len(value)} of the alternatives of {call.owner(path)}",
            expected=f"exactly one of {listing(list(shape.members))}",
            path=path,
        )
    for name, below in value.items():
        if name in shape.members:
            yield from _value(call, shape.members[name], below, (*path, name))


def _unknown(call: _Call, shape: Any, value: dict[str, Any], path: Path) -> Iterator[Fault]:
    free = [name for name in shape.members if name not in value]
    for name in value:
        if name not in shape.members:
            meant = nearest(str(name), free)
            yield Fault(
                found=f"{name}, which {call.owner(path)} does not have",
                expected=meant or listing(list(shape.members)),
                correction=meant,
                path=(*path, name),
                key=True,
            )


def _missing(call: _Call, shape: Any, given: set[str | None], path: Path) -> Iterator[Fault]:
    given |= _AUTOMATIC.get(call.service, set())
    for name in shape.required_members:
        member = shape.members[name]
        if name in given or "idempotencyToken" in member.metadata:
            continue
        yield Fault(
            found=f"no {name}",
            expected=f"{name} ({described(member)}), which {call.owner(path)} needs",
            path=path,
        )


def _list(call: _Call, shape: Any, value: list[Any], path: Path) -> Iterator[Fault]:
    for index, below in enumerate(value):
        yield from _value(call, shape.member, below, (*path, index))


def _map(call: _Call, shape: Any, value: dict[str, Any], path: Path) -> Iterator[Fault]:
    for name, below in value.items():
        for fault in _string(call, shape.key, str(name), (*path, name)):
            yield replace(fault, key=True)
        yield from _value(call, shape.value, below, (*path, name))


def _string(_call: _Call, shape: Any, value: str, path: Path) -> Iterator[Fault]:
    if shape.enum and value not in shape.enum and not isinstance(value, Joined):
        meant = nearest(value, shape.enum)
        expected = meant or listing(shape.enum)
        yield Fault(repr(value), expected, correction=meant, path=path)


_NUMBER = (int, float)
_TAKES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "character": str,
    "blob": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "bigdecimal": _NUMBER,
    "float": _NUMBER,
    "double": _NUMBER,
    "timestamp": (str, *_NUMBER),
}

_INSIDE: dict[str, Callable[[_Call, Any, Any, Path], Iterator[Fault]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
}
