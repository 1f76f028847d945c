"""Walks a syntax tree: jmespath's interpreter, plus `$name` and our rules on ordering.

Called by `evaluator`. Imports jmespath and its neighbours here; never jmespath's parser
by itself (the package brings it along, and Powertools' Logger has already loaded it).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from jmespath.visitor import Options, TreeInterpreter

from chalicelib.expressions.functions import Functions

if TYPE_CHECKING:
    from chalicelib.plan import Node


class Scope(Protocol):
    """The names an expression may read."""

    def get(self, name: str) -> Any:
        """The value of a name, worked out when first asked for; None where there is none."""
        ...


class Unordered(ValueError):
    """One side of `<`, `<=`, `>` or `>=` is no number, where that must not pass as null."""

    def __init__(self, operand: Node, value: Any) -> None:
        super().__init__(operand, value)
        self.operand = operand
        self.value = value


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _equal(left: Any, right: Any) -> bool:
    """Equality where 1 is not true and 0 is not false."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


class Interpreter(TreeInterpreter):  # type: ignore[misc]  # jmespath publishes no types
    """One interpreter serves one scope; `strict` is set by whoever starts an evaluation."""

    def __init__(self, scope: Scope, functions: Functions) -> None:
        super().__init__(Options(custom_functions=functions))
        self.scope = scope
        self.functions = functions
        self.strict = False

    def visit(self, node: Node, value: Any) -> Any:
        """The node's value, where `value` is the current one."""
        return _VISITORS[node["type"]](self, node, value)

    def visit_field(self, node: Node, value: Any) -> Any:
        """A field of a map; of the scope itself, a name."""
        if isinstance(value, dict) or value is self.scope:
            return value.get(node["value"])
        return None

    def visit_variable(self, node: Node, _value: Any) -> Any:
        """`$name`: a name of the scope, wherever it stands."""
        return self.scope.get(node["value"])

    def visit_comparator(self, node: Node, value: Any) -> bool | None:
        """Equality of anything; order of numbers, null for all else unless strict."""
        first, second = node["children"]
        left, right = self.visit(first, value), self.visit(second, value)
        if node["value"] == "eq":
            return _equal(left, right)
        if node["value"] == "ne":
            return not _equal(left, right)
        if _number(left) and _number(right):
            return _ORDER[node["value"]](left, right)
        if self.strict:
            raise Unordered(second, right) if _number(left) else Unordered(first, left)
        return None

    def visit_filter_projection(self, node: Node, value: Any) -> list[Any] | None:
        """A filter passes over elements that cannot be ordered, as JMESPath does."""
        strict, self.strict = self.strict, False
        try:
            selected: list[Any] | None = super().visit_filter_projection(node, value)
        finally:
            self.strict = strict
        return selected

    @property
    def discreet(self) -> bool:
        """Whether a secret was read: from then on errors show no values."""
        return self.functions.discreet

    def is_true(self, value: Any) -> bool:
        """JMESPath's truth: all but null, false and what is empty."""
        return bool(self._is_true(value))


_VISITORS: dict[str, Callable[[Interpreter, Node, Any], Any]] = {
    name.removeprefix("visit_"): getattr(Interpreter, name)
    for name in dir(Interpreter)
    if name.startswith("visit_")
}
