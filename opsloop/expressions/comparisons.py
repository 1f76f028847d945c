"""Comparisons that can never come out as they were meant. Called by `checker`."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.plan import Node
from opsloop.expressions.noting import Noting
from opsloop.expressions.types import Type, a

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2}.*)?")
_DURATION = re.compile(r"([0-9]+(\.[0-9]+)?[smhdw])+")
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def check(noting: Noting, node: Node, left: Type | None, right: Type | None) -> None:
    """Note what is wrong with a comparison whose sides are of these types."""
    if node["value"] in ("eq", "ne"):
        if left and right and left.kind != right.kind and "null" not in (left.kind, right.kind):
            _never_equal(noting, node, left, right)
        return
    for side, known in zip(node["children"], (left, right), strict=True):
        if known and known.kind != "number":
            _no_order(noting, node, side, known)
            return


def _never_equal(noting: Noting, node: Node, left: Type, right: Type) -> None:
    sign = _SIGNS[node["value"]]
    found = f"`{sign}` between {a(left.kind)} and {a(right.kind)}, which are never equal"
    doubt = left.doubtful or right.doubtful
    if node["value"] == "eq" and (meant := _negated(node, noting)):
        noting.fault(node, found, f"`{meant}`: `!` takes in no comparison", meant, doubt=doubt)
        return
    for side, wanted in zip(node["children"], (right, left), strict=True):
        new = _as(wanted.kind, side, noting)
        if new is not None:
            noting.fault(side, found, f"{a(wanted.kind)}: {new}", new, doubt=doubt)
            return
    noting.fault(node, found, "two values of one type", doubt=doubt)


def _negated(node: Node, noting: Noting) -> str | None:
    """`!a == 'b'` means that they differ."""
    left, right = node["children"]
    if left["type"] != "not_expression":
        return None
    return f"{noting.source(left['children'][0])} != {noting.source(right)}"


def _as(kind: str, side: Node, noting: Noting) -> str | None:
    """A literal written as another kind, where its text allows that."""
    value = side.get("value")
    if side["type"] != "literal":
        return None
    if kind == "string" and isinstance(value, (int, float)):
        return f"'{noting.source(side).strip('`')}'"
    return _unquoted(kind, value) if isinstance(value, str) else None


def _unquoted(kind: str, text: str) -> str | None:
    if kind == "number" and _DURATION.fullmatch(text):
        return f"duration('{text}')"
    if kind == "number" and _NUMBER.fullmatch(text):
        return text
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower()
    return None


def _no_order(noting: Noting, node: Node, side: Node, known: Type) -> None:
    found = f"`{_SIGNS[node['value']]}` on {a(known.kind)}, which has no order"
    doubt = known.doubtful
    if known.is_time or _is(_TIME, side):
        parsed = _parsed(noting, node)
        noting.fault(node, found, "numbers: `parse_time()` gives seconds", parsed, doubt=doubt)
        return
    new = _as("number", side, noting)
    if new is not None:
        noting.fault(side, found, f"a number: {new}", new, doubt=doubt)
    else:
        number = _number(known.kind, noting.source(side), side)
        noting.fault(side, found, "a number", number, doubt=doubt)


def _number(kind: str, source: str, side: Node) -> str | None:
    """How a value of another kind gives a number, where there is one way."""
    if side["type"] == "literal":
        return None
    return {"string": f"to_number({source})", "array": f"length({source})"}.get(kind)


def _is(pattern: re.Pattern[str], side: Node) -> bool:
    value: Any = side.get("value")
    return side["type"] == "literal" and isinstance(value, str) and bool(pattern.fullmatch(value))


def _parsed(noting: Noting, node: Node) -> str:
    """Both sides as seconds."""
    sides = [
        source if re.match(r"(parse_time|now|add|sub)\(", source) else f"parse_time({source})"
        for source in map(noting.source, node["children"])
    ]
    return f" {_SIGNS[node['value']]} ".join(sides)
