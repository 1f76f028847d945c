"""Python's types as a rule's author knows them, and whether a value of YAML is of one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from opsloop.aws import words
from opsloop.aws.names import listing, nearest
from opsloop.aws.templates import UNKNOWN, Joined
from opsloop.problems import Fault, Path

_ONE = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_MANY = {str: "texts", int: "whole numbers", float: "numbers", bool: "true or false"}


def required(kind: Any) -> Any:
    """The type without None: a parameter is left out, never null."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    (only,) = (one for one in get_args(kind) if one is not NoneType)
    return only


def described(kind: Any) -> str:
    """What the type takes, in words: "text", "a list of texts", "one of a, b or c"."""
    if kind is Any:
        return "anything"
    inner = get_args(kind)
    match get_origin(kind):
        case origin if origin is Literal:
            return f"one of {listing([str(one) for one in inner])}"
        case origin if origin is list:
            return f"a list of {_MANY[inner[0]]}"
        case origin if origin is dict:
            return "a map" if inner[1] is Any else f"a map of {_MANY[inner[1]]}"
    return _ONE[kind]


def faults(kind: Any, value: Any, path: Path) -> Iterator[Fault]:
    """What is wrong with a value, at any depth. What an expression will give passes."""
    if value is UNKNOWN or kind is Any:
        return
    origin, inner = get_origin(kind), get_args(kind)
    if origin is list and isinstance(value, list):
        for index, below in enumerate(value):
            yield from faults(inner[0], below, (*path, index))
    elif origin is dict and isinstance(value, dict):
        for name, below in value.items():
            yield from faults(inner[1], below, (*path, name))
    elif origin is Literal:
        yield from _choice(inner, value, path)
    elif origin is not None or not _is(kind, value):
        correction = words.meant(_meant(kind), value)
        spelt = correction is not None
        yield Fault(words.seen(value), described(kind), correction, path, spelt=spelt)


def _is(kind: type, value: Any) -> bool:
    """Python takes true for a number, and a whole number for none with a fraction."""
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _choice(choices: tuple[Any, ...], value: Any, path: Path) -> Iterator[Fault]:
    if value in choices or isinstance(value, Joined):
        return
    names = [str(choice) for choice in choices]
    meant = nearest(str(value), names)
    expected = meant or f"one of {listing(names)}"
    yield Fault(words.seen(value), expected, meant, path)


def _meant(kind: Any) -> words.Kind | None:
    if get_origin(kind) is list:
        return "texts" if get_args(kind)[0] is str else None
    known: dict[Any, words.Kind] = {str: "text", int: "whole", bool: "flag"}
    return known.get(kind)
