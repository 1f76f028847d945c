"""botocore's shapes in words: what a value should have been, what it was, what was meant. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def described(shape: Shape) -> str:
    """What the shape takes: "text", "a list of whole numbers"."""
    if shape.type_name == "list":
        return f"a list of {_NAMES[shape.member.type_name][1]}"  # type: ignore[attr-defined]
    return _NAMES[shape.type_name][0]


def mistyped(shape: Shape, value: Any, path: Path) -> Fault:
    """The fault of a value that has another type than the shape."""
    return Fault(
        found=_seen(value), expected=described(shape), correction=_meant(shape, value), path=path
    )


def _seen(value: Any) -> str:
    match value:
        case dict():
            return "a map"
        case list():
            return "a list"
        case str():
            return f"the text {str(value)!r}"
        case bool():
            return _yaml(value)
        case _:
            return f"the number {value}"


def _meant(shape: Shape, value: Any) -> str | None:
    """The YAML that was meant, where there is no doubt."""
    kind, text = shape.type_name, _yaml(value)
    if isinstance(value, dict | list):
        return None
    if kind == "list":
        return f"[{text}]"
    if kind in ("string", "character"):
        return f'"{text}"'
    if kind in ("integer", "long") and text.removeprefix("-").isdecimal():
        return text
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower()
    return None


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
