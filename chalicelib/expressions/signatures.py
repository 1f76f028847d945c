"""The signature of a function, in the shape jmespath's registry wants. Nothing imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def takes(*parameters: str) -> Callable[[F], F]:
    """Declare the kinds of the arguments: `string`, `array|null`, `any`.

    A last `any?` may be left out, a last `number...` may be repeated.
    """

    def declare(function: F) -> F:
        function.signature = [_parameter(text) for text in parameters]  # type: ignore[attr-defined]
        return function

    return declare


def _parameter(text: str) -> dict[str, Any]:
    kinds = text.removesuffix("...").removesuffix("?")
    parameter: dict[str, Any] = {"types": [] if kinds == "any" else kinds.split("|")}
    if text.endswith("..."):
        parameter["variadic"] = True
    if text.endswith("?"):
        parameter["optional"] = True
    return parameter
