"""Why a criterion was not met: the path that was absent, or the value that was seen.

Called by `evaluator` after the decision is made; it evaluates parts of the tree again,
only to describe them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.errors import ExpressionError
from chalicelib.expressions.interpreter import Interpreter, Unordered
from chalicelib.expressions.values import kind, shown
from chalicelib.expressions.walking import paths, written

if TYPE_CHECKING:
    from chalicelib.plan import Node


class Cause(NamedTuple):
    """What decided. `path` is what was absent or looked at, None where it has no name."""

    reason: str
    path: str | None
    value: Any


def why_false(interpreter: Interpreter, tree: Node) -> Cause:
    """The cause of a criterion that came out false or empty."""
    for path, node in paths(tree):
        if _seen(interpreter, node) is None:
            return Cause(f"{path} is absent", path, None)
    node = _decisive(interpreter, tree)
    return _described(interpreter, node)


def why_failed(interpreter: Interpreter, tree: Node, error: ExpressionError) -> Cause:
    """The path and value that could not be used; else the first path that is absent."""
    if isinstance(error.__cause__, Unordered):
        unordered = error.__cause__
        return Cause(error.reason, written(unordered.operand), unordered.value)
    for path, node in paths(tree):
        if _seen(interpreter, node) is None:
            return Cause(error.reason, path, None)
    return Cause(error.reason, None, None)


def _described(interpreter: Interpreter, node: Node) -> Cause:
    subject = _subject(node)
    path, value = written(subject), _seen(interpreter, subject)
    return Cause(f"{path or 'the value'} is {display(interpreter, value)}", path, value)


def _subject(node: Node) -> Node:
    """What a reader wants to see: the side that is no literal, else the first path."""
    if node["type"] == "comparator":
        return next((child for child in node["children"] if child["type"] != "literal"), node)
    return next((inner for _, inner in paths(node)), node)


def _decisive(interpreter: Interpreter, node: Node) -> Node:
    """The first part of an `&&` that was not true; anything else decides by itself."""
    while node["type"] == "and_expression":
        first, second = node["children"]
        node = second if interpreter.is_true(_seen(interpreter, first)) else first
    return node


def _seen(interpreter: Interpreter, node: Node) -> Any:
    try:
        return interpreter.visit(node, interpreter.scope)
    except (ExpressionError, ValueError, TypeError):
        # a part that fails was not what decided, or it has been reported already
        return "…"


def display(interpreter: Interpreter, value: Any) -> str:
    """The value for people; only its kind once a secret was read."""
    return kind(value) if interpreter.discreet else shown(value)
