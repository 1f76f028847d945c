"""All functions of the language: JMESPath's, and ours by subject.

Called by `interpreter`. This module checks arguments; the subjects hold the functions.
Imports jmespath's functions, whose registry makes the table of every `_func_` method.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from jmespath import functions as jmespath_functions

from chalicelib.clock import Clock
from chalicelib.expressions.aws import AwsFunctions
from chalicelib.expressions.calculus import NumberFunctions
from chalicelib.expressions.signatures import takes
from chalicelib.expressions.texts import TextFunctions
from chalicelib.expressions.times import TimeFunctions
from chalicelib.expressions.values import Misuse

_NOT_JSON = frozenset("_nNfF")


class Functions(
    TextFunctions,
    TimeFunctions,
    NumberFunctions,
    AwsFunctions,
    jmespath_functions.Functions,  # type: ignore[misc]  # jmespath publishes no types
):
    """Made once for an evaluator. `FUNCTION_TABLE` is name → function and signature."""

    def __init__(self, clock: Clock, secret: Callable[[str], str]) -> None:
        self.clock = clock
        self.reveal = secret
        #: once a secret was read, errors name the kind of a value and never the value
        self.discreet = False

    def _validate_arguments(
        self, args: Sequence[Any], signature: Sequence[dict[str, Any]], function_name: str
    ) -> None:
        least, most = arity(signature)
        if not least <= len(args) <= (len(args) if most is None else most):
            raise Misuse(f"{function_name}() takes {counted(least, most)}, not {len(args)}")
        last = len(signature) - 1
        for position, argument in enumerate(args):
            if types := signature[min(position, last)]["types"]:
                self._type_check_single(argument, types, function_name)

    @takes("string")
    def _func_secret(self, ref: str) -> str:
        self.discreet = True
        return self.reveal(ref)

    @takes("any")
    def _func_to_number(self, arg: Any) -> float | None:
        """JMESPath's, but of Python's own spellings (`1_000`, `inf`) it makes null."""
        if isinstance(arg, str) and not _NOT_JSON.isdisjoint(arg):
            return None
        number: float | None = super()._func_to_number(arg)
        return number if number is None or isfinite(number) else None


def arity(signature: Sequence[dict[str, Any]]) -> tuple[int, int | None]:
    """How many arguments at least, and at most; None where there is no end."""
    least = sum(1 for parameter in signature if not parameter.get("optional"))
    endless = bool(signature) and signature[-1].get("variadic")
    return least, None if endless else len(signature)


def counted(least: int, most: int | None) -> str:
    """`2 arguments`, `2 or 3 arguments`, `at least 1 argument`, `no argument`."""
    if most is None:
        return f"at least {least} argument{'' if least == 1 else 's'}"
    if most == 0:
        return "no argument"
    count = f"{most}" if least == most else f"{least} or {most}"
    return f"{count} argument{'' if most == 1 else 's'}"
