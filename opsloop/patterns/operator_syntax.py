"""The list of a pattern's field into operators, or the reason why EventBridge refuses it.

Called by the compiler only. Imports operators, places and reading.
"""

from collections.abc import Callable
from itertools import product
from math import inf, nextafter
from sys import float_info
from typing import Any, TypeAlias

from opsloop.patterns.addresses import Block, address_digits, parse_block
from opsloop.patterns.errors import InvalidPattern
from opsloop.patterns.operators import (
    Absent,
    AnythingBut,
    EndsWith,
    Exactly,
    ExactNumber,
    IgnoringCase,
    InBlock,
    NumberRange,
    Operator,
    Present,
    StartsWith,
    Wildcard,
    fold,
    wildcard_parts,
)
from opsloop.patterns.places import child, element
from opsloop.patterns.reading import elements, json_text, members, number_text
from opsloop.patterns.tokens import QUOTE, comparable, quoted, token_of

IGNORE_CASE = "equals-ignore-case"
_LOWER, _UPPER = (">", ">="), ("<", "<=")
_SIGNS = (("=",), *product(_LOWER), *product(_UPPER), *product(_LOWER, _UPPER))


def parse_operators(values: Any, place: str) -> tuple[Operator, ...]:
    """The operators of one field's list. Raises InvalidPattern."""
    if not values:
        raise InvalidPattern(place, "an empty list matches nothing: expected at least one value")
    return tuple(_parse_value(value, element(place, i)) for i, value in enumerate(values))


def _parse_value(value: Any, place: str) -> Operator:
    wanted = json_text(value)
    number = number_text(value)
    if number is not None:
        return ExactNumber(wanted, number, comparable(number))
    if isinstance(value, str):
        digits = address_digits(value)
        return InBlock(wanted, Block(digits, digits)) if digits else _exactly(value)
    token = token_of(value)
    return Exactly(wanted, token) if token is not None else _parse_operator(value, place)


def _exactly(text: str) -> Exactly:
    return Exactly(json_text(text), quoted(text))


def _parse_operator(value: Any, place: str) -> Operator:
    name, operand = _only_member(
        value, place, "a string, a number, true, false, null or an operator"
    )
    parse = _OPERATORS.get(name)
    if parse is None:
        raise InvalidPattern(
            place, f"{name!r} is no operator: expected one of {_names(_OPERATORS)}"
        )
    return parse(operand, child(place, name), json_text(value))


def _only_member(value: Any, place: str, expected: str) -> tuple[str, Any]:
    pairs = members(value)
    if pairs is None:
        raise InvalidPattern(place, f"found {json_text(value)}: expected {expected}")
    found = list(pairs)
    if len(found) != 1:
        raise InvalidPattern(place, f"found {len(found)} keys: an operator has exactly one")
    return found[0]


def _names(table: dict[str, Any]) -> str:
    return ", ".join(sorted(table))


def _string(value: Any, place: str) -> str:
    if not isinstance(value, str) or number_text(value) is not None:
        raise InvalidPattern(place, f"found {json_text(value)}: expected a string")
    return value


def _parse_exactly(operand: Any, place: str, wanted: str) -> Operator:
    return Exactly(wanted, quoted(_string(operand, place)))


def _parse_prefix(operand: Any, place: str, wanted: str) -> Operator:
    if members(operand) is None:
        return StartsWith(wanted, QUOTE + _string(operand, place))
    return IgnoringCase(wanted, fold(QUOTE + _ignoring_case(operand, place)), whole=False)


def _parse_suffix(operand: Any, place: str, wanted: str) -> Operator:
    if members(operand) is None:
        return EndsWith(wanted, _string(operand, place) + QUOTE)
    folded = fold(_ignoring_case(operand, place) + QUOTE, backwards=True)
    return IgnoringCase(wanted, folded, whole=False, backwards=True)


def _ignoring_case(operand: Any, place: str) -> str:
    name, text = _only_member(operand, place, "a string")
    if name != IGNORE_CASE:
        raise InvalidPattern(place, f"found {name!r}: expected a string or {IGNORE_CASE!r}")
    return _string(text, child(place, name))


def _parse_ignore_case(operand: Any, place: str, wanted: str) -> Operator:
    return IgnoringCase(wanted, fold(quoted(_string(operand, place))))


def _parse_wildcard(operand: Any, place: str, wanted: str) -> Operator:
    text = _string(operand, place)
    try:
        return Wildcard(wanted, wildcard_parts(quoted(text)))
    except ValueError as error:
        raise InvalidPattern(place, str(error)) from error


def _parse_exists(operand: Any, place: str, wanted: str) -> Operator:
    if operand is True:
        return Present(wanted)
    if operand is False:
        return Absent(wanted)
    raise InvalidPattern(place, f"found {json_text(operand)}: expected true or false")


def _parse_cidr(operand: Any, place: str, wanted: str) -> Operator:
    text = _string(operand, place)
    try:
        return InBlock(wanted, parse_block(text))
    except ValueError as error:
        raise InvalidPattern(place, str(error)) from error


def _parse_numeric(operand: Any, place: str, wanted: str) -> Operator:
    terms = elements(operand) or ()
    signs = tuple(terms[::2])
    if len(terms) % 2 or signs not in _SIGNS:
        expected = 'an operator and a number, the lower bound first, as in [">", 0, "<=", 5]'
        raise InvalidPattern(place, f"found {json_text(operand)}: expected {expected}")
    bounds = [_bound(terms[i], element(place, i)) for i in range(1, len(terms), 2)]
    if signs == ("=",):
        return ExactNumber(wanted, json_text(terms[1]), bounds[0])
    low = bounds[0] if signs[0] in _LOWER else -float_info.max
    high = bounds[-1] if signs[-1] in _UPPER else float_info.max
    if low >= high:
        raise InvalidPattern(place, f"nothing lies between {low!r} and {high!r}")
    return NumberRange(
        wanted,
        nextafter(low, inf) if ">" in signs else low,
        nextafter(high, -inf) if "<" in signs else high,
    )


def _bound(value: Any, place: str) -> float:
    text = number_text(value)
    number = None if text is None else comparable(text)
    if number is None:
        expected = "a number that a 64-bit float holds exactly"
        raise InvalidPattern(place, f"found {json_text(value)}: expected {expected}")
    return number


def _parse_anything_but(operand: Any, place: str, wanted: str) -> Operator:
    if members(operand) is not None:
        return AnythingBut(wanted, _parse_excluded_operators(operand, place))
    values = elements(operand)
    numbers = [
        number_text(value) is not None for value in ([operand] if values is None else values)
    ]
    if not numbers or len(set(numbers)) != 1:
        raise InvalidPattern(
            place, "expected one or more strings, or one or more numbers, not both"
        )
    return AnythingBut(wanted, _each(operand, place, _excluded_number if numbers[0] else _excluded))


def _each(operand: Any, place: str, parse: Callable[[Any, str], Operator]) -> tuple[Operator, ...]:
    values = elements(operand)
    if values is None:
        return (parse(operand, place),)
    if not values:
        raise InvalidPattern(place, "an empty list excludes nothing: expected at least one value")
    return tuple(parse(value, element(place, i)) for i, value in enumerate(values))


def _excluded(value: Any, place: str) -> Operator:
    return _exactly(_string(value, place))


def _excluded_number(value: Any, place: str) -> Operator:
    return ExactNumber(json_text(value), json_text(value), _bound(value, place))


def _parse_excluded_operators(operand: Any, place: str) -> tuple[Operator, ...]:
    name, value = _only_member(operand, place, "a value")
    parse = _EXCLUDABLE.get(name)
    if parse is None:
        raise InvalidPattern(
            place, f"{name!r} may not be negated: expected one of {_names(_EXCLUDABLE)}"
        )

    def parse_one(one: Any, at: str) -> Operator:
        if not _string(one, at) and name in ("prefix", "suffix"):
            raise InvalidPattern(at, f"an empty {name} excludes every string")
        return parse(one, at, f"{{{json_text(name)}: {json_text(one)}}}")

    return _each(value, child(place, name), parse_one)


_Parser: TypeAlias = Callable[[Any, str, str], Operator]
_EXCLUDABLE: dict[str, _Parser] = {
    IGNORE_CASE: _parse_ignore_case,
    "prefix": _parse_prefix,
    "suffix": _parse_suffix,
    "wildcard": _parse_wildcard,
}
_OPERATORS: dict[str, _Parser] = {
    **_EXCLUDABLE,
    "anything-but": _parse_anything_but,
    "cidr": _parse_cidr,
    "exactly": _parse_exactly,
    "exists": _parse_exists,
    "numeric": _parse_numeric,
}
