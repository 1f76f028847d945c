"""Whether JSON that an older opsloop compiled has the shape that this one reads. Pure.

A schema's number tells what its author thought of; `chalicelib.plan` tells what is read. Called
before a committed or a deployed plan is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from chalicelib.plan import Plan, Stage
from chalicelib.plans import SCHEMA


def plan_misfit(content: Any) -> str | None:
    """What is wrong with a plan, in words; None where it can be read."""
    return _misfit(content, Plan)


def stage_misfit(content: Any) -> str | None:
    """The same of a stage."""
    return _misfit(content, Stage)


def _misfit(content: Any, kind: Any) -> str | None:
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        return f"schema {schema!r}"
    return next(_misfits(content, kind, ""), None)


def _misfits(value: Any, kind: Any, place: str) -> Iterator[str]:
    origin, inner = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        yield from _of_map(value, kind, place)
    elif origin in (Union, UnionType):
        yield from _of_union(value, inner, place)
    elif origin is Literal:
        yield from () if value in inner else (f"{value!r} as {place}",)
    elif origin is list and isinstance(value, list):
        for number, one in enumerate(value):
            yield from _misfits(one, inner[0], f"{place}[{number}]")
    elif origin is dict and isinstance(value, dict):
        for key, one in value.items():
            yield from _misfits(one, inner[1], _below(place, key))
    elif kind is not Any and not isinstance(value, _classes(origin or kind)):
        yield f"another {place}"


def _of_union(value: Any, kinds: tuple[Any, ...], place: str) -> Iterator[str]:
    """It fits one of them; where there is but one beside null, what is wrong is known."""
    if all(any(_misfits(value, one, place)) for one in kinds):
        some = [one for one in kinds if one is not NoneType]
        yield from _misfits(value, some[0], place) if len(some) == 1 else (f"another {place}",)


def _of_map(value: Any, kind: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"another {place}"
        return
    for key, inner in _keys(kind).items():
        optional = get_origin(inner) is NotRequired
        if key in value:
            yield from _misfits(
                value[key], get_args(inner)[0] if optional else inner, _below(place, key)
            )
        elif kind.__total__ and not optional:
            yield f"no {_below(place, key)}"


@cache
def _keys(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _classes(kind: Any) -> tuple[type, ...]:
    """What JSON makes of a class."""
    return {float: (float, int), NoneType: (NoneType,)}.get(kind, (kind,))


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
