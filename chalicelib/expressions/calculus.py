"""Arithmetic. Whole results are whole numbers: AWS's integers take no 12.0.

Mixed into `functions.Functions`. Standard library only.
"""

from __future__ import annotations

from math import copysign, floor, isfinite
from typing import Any

from chalicelib.expressions.signatures import takes
from chalicelib.expressions.values import Misuse, whole


class NumberFunctions:
    """Beside JMESPath's abs, avg, ceil, floor, max, min and sum."""

    @takes("number", "number...")
    def _func_add(self, *terms: float) -> float:
        return _finite(sum(terms))

    @takes("number", "number")
    def _func_sub(self, minuend: float, subtrahend: float) -> float:
        return _finite(minuend - subtrahend)

    @takes("number", "number...")
    def _func_mul(self, *factors: float) -> float:
        product: float = 1
        for factor in factors:
            product *= factor
        return _finite(product)

    @takes("number", "number")
    def _func_div(self, dividend: float, divisor: float) -> float:
        if divisor == 0:
            raise Misuse("div(): division by zero")
        return _finite(dividend / divisor)

    @takes("number", "number?")
    def _func_round(self, number: float, digits: float = 0) -> float:
        """Halves go away from zero, as people round."""
        if not 0 <= digits <= 15 or digits != int(digits):  # noqa: PLR2004 - a float's digits
            raise Misuse("round(): digits must be a whole number from 0 to 15")
        return _finite(_half_away(number, int(digits)))

    @takes("array", "number")
    def _func_take(self, elements: list[Any], count: float) -> list[Any]:
        if count < 0 or count != int(count):
            raise Misuse("take(): the count must be a whole number, not below 0")
        return elements[: int(count)]


def _half_away(number: float, digits: int) -> float:
    if digits == 0:
        return int(copysign(floor(abs(number) + 0.5), number))
    from decimal import ROUND_HALF_UP, Decimal  # noqa: PLC0415 - costs, and is seldom wanted

    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(number)).quantize(step, rounding=ROUND_HALF_UP))


def _finite(number: float) -> float:
    if not isfinite(number):
        raise Misuse("the result is too large for a number")
    # 15 digits are what a float holds of a decimal: 10 * 1.1 is 11, not 11.000000000000002
    return whole(float(f"{number:.15g}")) if isinstance(number, float) else number
