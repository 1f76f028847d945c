"""Calls: the function's name, how many arguments, of which types, and literal ones' sense.

Called by `checker`. Signatures are the run side's own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from chalicelib.expressions.aws import ARN_PARTS
from chalicelib.expressions.functions import Functions, arity, counted
from chalicelib.expressions.times import parse_time, seconds_of
from chalicelib.expressions.values import Misuse
from chalicelib.plan import Node
from opsloop.expressions.catalogue import FUNCTIONS
from opsloop.expressions.noting import Noting
from opsloop.expressions.types import Type, a

#: what other languages call them
_ALIASES = {
    "not": "!", "len": "length", "size": "length", "count": "length", "startswith": "starts_with",
    "endswith": "ends_with", "match": "regex", "matches": "regex", "int": "to_number",
    "float": "to_number", "number": "to_number", "str": "to_string", "string": "to_string",
    "concat": "join", "coalesce": "not_null", "default": "not_null", "fromjson": "json",
    "parse_json": "json", "from_json": "json", "tolower": "lower", "toupper": "upper",
    "plus": "add", "minus": "sub", "times": "mul", "multiply": "mul", "divide": "div",
    "cidr": "in_cidr", "exists": "not_null", "since": "age", "first": "take", "limit": "take",
}  # fmt: skip
_SECRET = re.compile(r"(ssm:/[A-Za-z0-9_./-]+|sm:[A-Za-z0-9/_+=.@:-]+)")
_LOOSE_DURATION = re.compile(
    r"\s*(?:PT?)?([0-9]+(?:\.[0-9]+)?)\s*([smhdw])[a-z]*\s*", re.IGNORECASE
)


def check(noting: Noting, node: Node, types: list[Type | None]) -> Type | None:
    """Note what is wrong with a call; what it gives."""
    name = node["value"]
    if name not in Functions.FUNCTION_TABLE:
        _unknown(noting, node)
        return None
    signature = Functions.FUNCTION_TABLE[name]["signature"]
    least, most = arity(signature)
    if not least <= len(types) <= (len(types) if most is None else most):
        found = f"{name}() with {counted(len(types), len(types))}"
        noting.fault(node, found, f"{counted(least, most)}: {FUNCTIONS[name].signature}")
        return FUNCTIONS[name].returns
    if _is_swapped(signature, types):
        one, two = (noting.source(argument) for argument in node["children"])
        new = f"{name}({two}, {one})"
        noting.fault(node, f"{name}() with its arguments in the wrong order", f"`{new}`", new)
        return FUNCTIONS[name].returns
    right = [_argument(noting, node, signature, place, each) for place, each in enumerate(types)]
    if all(right):
        _SENSE.get(name, _any_sense)(noting, node)
    return FUNCTIONS[name].returns


def _is_swapped(signature: Any, types: Sequence[Type | None]) -> bool:
    """Whether each of two arguments is what the other should be, and not what it should be."""
    if len(types) != len(signature) or len(types) != 2:  # noqa: PLR2004 - one pair
        return False
    wanted = [{each.partition("-")[0] for each in one["types"]} for one in signature]
    kinds = [known.kind for known in types if known is not None and not known.doubtful]
    if len(kinds) != len(wanted) or "null" in kinds:
        return False
    first, second = wanted
    return kinds[0] in second - first and kinds[1] in first - second


def wants_expression(name: str, place: int) -> bool:
    """Whether this argument of the function is an `&expression`."""
    signature = Functions.FUNCTION_TABLE.get(name, {}).get("signature", ())
    return place < len(signature) and signature[place]["types"] == ["expref"]


def _unknown(noting: Noting, node: Node) -> None:
    name, source = node["value"], noting.source(node)
    close = get_close_matches(name.lower(), FUNCTIONS, 1, 0.7)
    meant = _ALIASES.get(name.lower()) or (close[0] if close else None)
    new = None
    if meant is not None and "(" in source:
        new = meant + source[source.index("(") :]
    expected = f"`{meant}`" if meant else "a function of docs/expressions.md"
    noting.fault(node, f"`{name}()`, which is no function", expected, new)


def _argument(noting: Noting, node: Node, signature: Any, place: int, known: Type | None) -> bool:
    """Whether the argument's type, where it is known, is one that the function takes."""
    wanted = signature[min(place, len(signature) - 1)]["types"]
    kinds = [each.partition("-")[0] for each in wanted]
    name, argument = node["value"], node["children"][place]
    if known is None or not wanted or known.kind in kinds or kinds == ["expref"] or name == "regex":
        return True
    found = f"{a(known.kind)} as argument {place + 1} of {name}()"
    new = _converted(noting, argument, known.kind, kinds)
    noting.fault(argument, found, " or ".join(map(a, kinds)), new, doubt=known.doubtful)
    return False


def _converted(noting: Noting, argument: Node, kind: str, kinds: list[str]) -> str | None:
    source = noting.source(argument)
    if kind == "number" and "string" in kinds:
        return f"'{source}'" if argument["type"] == "literal" else f"to_string({source})"
    if kind == "string" and kinds == ["number"]:
        return f"to_number({source})"
    return None


# Literal arguments that can be judged now.

_Sense = Callable[[Noting, Node], None]


def _any_sense(_noting: Noting, _node: Node) -> None:
    """Nothing to say of this function's arguments."""


def _text(node: Node, place: int) -> str | None:
    argument = node["children"][place]
    value = argument.get("value")
    return value if argument["type"] == "literal" and isinstance(value, str) else None


def _pattern(noting: Noting, node: Node) -> None:
    pattern = node["children"][1]
    if pattern["type"] != "literal" or not isinstance(pattern["value"], dict):
        expected = "the pattern itself, in single quotes; for a pattern that varies, `glob()`"
        noting.fault(pattern, f"`{noting.source(pattern)}` as regex()'s pattern", expected)


def _duration(noting: Noting, node: Node) -> None:
    text = _text(node, 0)
    try:
        seconds_of(text or "0s")
    except Misuse:
        loose = _LOOSE_DURATION.fullmatch(text or "")
        new = loose and f"'{loose[1]}{loose[2].lower()}'"
        _bad(noting, node, 0, "a duration such as 90s, 5m, 1h30m, 2d or 1w", new)


def _time(noting: Noting, node: Node) -> None:
    text = _text(node, 0)
    try:
        parse_time(text or 0)
    except Misuse:
        _bad(noting, node, 0, "an ISO 8601 time such as 2026-03-01T12:00:00Z")


def _arn_part(noting: Noting, node: Node) -> None:
    part = _text(node, 1)
    if part is not None and part not in ARN_PARTS:
        close = get_close_matches(part, ARN_PARTS, 1)
        _bad(noting, node, 1, f"one of {', '.join(ARN_PARTS)}", f"'{close[0]}'" if close else None)


def _networks(noting: Noting, node: Node) -> None:
    network = _text(node, 1)
    try:
        ipaddress.ip_network(network or "::/0", strict=False)
    except ValueError:
        _bad(noting, node, 1, "a network such as 10.0.0.0/8")


def _reference(noting: Noting, node: Node) -> None:
    if not _SECRET.fullmatch(_text(node, 0) or ""):
        _bad(noting, node, 0, "a literal 'ssm:/parameter' or 'sm:secret'")


def _bad(noting: Noting, node: Node, place: int, expected: str, new: str | None = None) -> None:
    argument = node["children"][place]
    noting.fault(argument, f"`{noting.source(argument)}` in {node['value']}()", expected, new)


_SENSE: dict[str, _Sense] = {
    "regex": _pattern,
    "duration": _duration,
    "parse_time": _time,
    "age": _time,
    "arn": _arn_part,
    "in_cidr": _networks,
    "secret": _reference,
}
