"""botocore's shapes in words: what a value should have been, what it was, what was meant. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsloop.aws import words
from opsloop.problems import Fault, Path

if TYPE_CHECKING:
    from botocore.model import Shape

_NAMES = {
    "structure": ("a map", "maps"),
    "map": ("a map", "maps"),
    "list": ("a list", "lists"),
    "string": ("text", "texts"),
    "character": ("text", "texts"),
    "blob": ("text", "texts"),
    "boolean": ("true or false", "true or false"),
    "integer": ("a whole number", "whole numbers"),
    "long": ("a whole number", "whole numbers"),
    "bigdecimal": ("a number", "numbers"),
    "float": ("a number", "numbers"),
    "double": ("a number", "numbers"),
    "timestamp": ("a time", "times"),
}

_KINDS: dict[str, words.Kind] = {
    "string": "text",
    "character": "text",
    "boolean": "flag",
    "integer": "whole",
    "long": "whole",
}


def described(shape: Shape) -> str:
    """What the shape takes: "text", "a list of whole numbers"."""
    if shape.type_name == "list":
        return f"a list of {_NAMES[shape.member.type_name][1]}"  # type: ignore[attr-defined]
    return _NAMES[shape.type_name][0]


def mistyped(shape: Shape, value: Any, path: Path) -> Fault:
    """The fault of a value that has another type than the shape."""
    correction = words.meant(_kind(shape), value)
    spelt = correction is not None
    return Fault(words.seen(value), described(shape), correction, path, spelt=spelt)


def _kind(shape: Shape) -> words.Kind | None:
    if shape.type_name == "list":
        return "texts" if shape.member.type_name == "string" else None  # type: ignore[attr-defined]
    return _KINDS.get(shape.type_name)
