"""Criteria as filters: what an event must be like for a criterion to be met, or not to be.

Three values, as `chalicelib.expressions.criteria` has them: met, not met, failed. A filter for
"met" lets through every event on which it is met, one for "not met" every one on which it is
plainly not; on what failed neither has anything to say, for then the rule does not run.
Called by `pushing`. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from chalicelib.expressions.values import tagged
from chalicelib.plan import Condition, Node, Plan
from opsloop.compiler.pushdown import calls
from opsloop.compiler.pushdown.asking import Asking
from opsloop.compiler.pushdown.filters import (
    EVERYTHING,
    MOST_BRANCHES,
    NOTHING,
    Filter,
    both,
    either,
)
from opsloop.compiler.pushdown.found import Const, Found, Many, Operand, Other
from opsloop.compiler.pushdown.known import Known
from opsloop.compiler.pushdown.operands import ROOT, Here, Reader

_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_OPPOSITE = {"lt": "gte", "lte": "gt", "gt": "lte", "gte": "lt", "eq": "ne", "ne": "eq"}
_MIRRORED = {"lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte", "eq": "eq", "ne": "ne"}
_TOO_MANY = "it has more alternatives than a pattern should"
_YES_OR_NO = ("comparator", "not_expression")


class Truth:
    """The criteria of one rule; `asking.notes` has what its filters leave to the function."""

    def __init__(self, plan: Plan, params: Mapping[str, Any], known: Known) -> None:
        self.asking = Asking(known)
        self._reader = Reader(plan, params, self._given)

    def of(self, condition: Condition, *, met: bool = True) -> Filter:
        """What lets a condition be met, or be plainly not met."""
        match tagged(condition):
            case "test", expr:
                return self._node(expr["tree"], ROOT, met=met)
            case "not", inner:
                return self.of(inner, met=not met)
            case key, conditions:
                filters = (self.of(each, met=met) for each in conditions)
                if (key == "all") == met:
                    return reduce(self._both, filters, EVERYTHING)
                return reduce(self._either, filters, NOTHING)

    def _both(self, one: Filter, other: Filter) -> Filter:
        if len(one.branches) * len(other.branches) > MOST_BRANCHES:
            self.asking.notes.append(_TOO_MANY)
        return both(one, other)

    def _either(self, one: Filter, other: Filter) -> Filter:
        united = either(one, other)
        if united.is_everything and not (one.is_everything or other.is_everything):
            self.asking.notes.append(_TOO_MANY)
        return united

    def _given(self, node: Node, here: Here) -> Filter:
        return self._node(node, here, met=True)

    def _node(self, node: Node, here: Here, *, met: bool) -> Filter:
        node, here = self._behind(node, here)
        asks = _ASKS.get(node["type"], Truth._value)
        return asks(self, node, here, met)

    def _behind(self, node: Node, here: Here) -> tuple[Node, Here]:
        """What a `let` stands for; a `let` is always read in the scope."""
        while node["type"] == "variable" or (node["type"] == "field" and here.value is None):
            let = self._reader.let(node["value"])
            if let is None:
                break
            node, here = let["tree"], ROOT
        return node, here

    def _and(self, node: Node, here: Here, met: bool) -> Filter:
        one, other = (self._node(each, here, met=met) for each in node["children"])
        return self._both(one, other) if met else self._either(one, other)

    def _or(self, node: Node, here: Here, met: bool) -> Filter:
        one, other = (self._node(each, here, met=met) for each in node["children"])
        return self._either(one, other) if met else self._both(one, other)

    def _not(self, node: Node, here: Here, met: bool) -> Filter:
        return self._node(node["children"][0], here, met=not met)

    def _call(self, node: Node, here: Here, met: bool) -> Filter:
        if node["value"] not in calls.CALLS:
            return self._value(node, here, met)
        arguments = [self._reader.read(child, here) for child in node["children"]]
        return calls.asked(self.asking, node["value"], arguments, met=met)

    def _value(self, node: Node, here: Here, met: bool) -> Filter:
        """Whether a value is true, as JMESPath has it: neither null nor false nor empty."""
        match self._reader.read(node, here):
            case Const(value):
                return EVERYTHING if _is_true(value) == met else NOTHING
            case Found() as found:
                return self.asking.there(found) if met else self.asking.falsy(found)
            case Many(one) if met and not one.given.is_everything:
                return one.given
            case Other(why):
                return self.asking.nothing_of(why)
        return self.asking.nothing_of("whether a list is empty no pattern can ask")

    def _compare(self, node: Node, here: Here, met: bool) -> Filter:
        sign = node["value"]
        if sign in _SIGNS and not met and not here.strict:
            return self.asking.nothing_of("in a filter, what has no order is passed over")
        sides = [self._behind(child, here) for child in node["children"]]
        one, other = (self._reader.read(*side) for side in sides)
        if isinstance(one, Const):
            (one, other), sign = (other, one), _MIRRORED[sign]
            sides.reverse()
        sign = sign if met else _OPPOSITE[sign]
        if sign in ("eq", "ne") and _is_flag(other) and _says(*sides[0]):
            return self._node(*sides[0], met=(other == Const(value=True)) == (sign == "eq"))
        return self._compared(one, sign, other)

    def _compared(self, one: Operand, sign: str, other: Operand) -> Filter:
        match one, other:
            case Const(first), Const(second) if sign in ("eq", "ne"):
                return EVERYTHING if _equal(first, second) == (sign == "eq") else NOTHING
            case Found(), Const(value) if sign == "eq":
                return self.asking.same(one, value)
            case Found(), Const(value) if sign == "ne":
                return self.asking.another(one, value)
            case Found(), Const(value):
                return self.asking.ordered(one, _SIGNS[sign], value)
            case (Other(why), _) | (_, Other(why)):
                return self.asking.nothing_of(why)
        return self.asking.nothing_of("two values of an event no pattern can compare")


def _says(node: Node, here: Here) -> bool:
    """Whether a part of an expression is true or false, and nothing else."""
    if node["type"] == "function_expression":
        return node["value"] in calls.CALLS
    return node["type"] in _YES_OR_NO and (here.strict or node.get("value") not in _SIGNS)


def _is_flag(operand: Operand) -> bool:
    return isinstance(operand, Const) and isinstance(operand.value, bool)


def _equal(one: Any, other: Any) -> bool:
    """Equality where 1 is not true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _is_true(value: Any) -> bool:
    return not (value is None or value is False or value in ("", [], {}))


_ASKS: dict[str, Callable[[Truth, Node, Here, bool], Filter]] = {
    "and_expression": Truth._and,  # noqa: SLF001 - the table of this very class
    "or_expression": Truth._or,  # noqa: SLF001
    "not_expression": Truth._not,  # noqa: SLF001
    "comparator": Truth._compare,  # noqa: SLF001
    "function_expression": Truth._call,  # noqa: SLF001
}
