"""Which names an expression refers to. Called by the compiler, for order and for checks.

Works on any tree, with positions or without.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.expressions.values import tagged
from chalicelib.expressions.walking import children, is_name, names
from chalicelib.plan import Condition, Expr, Node, Value


def references(tree: Node, *, outside: str | None = None) -> set[str]:
    """The root names and `$names` that are read.

    With `outside`, only those read anywhere but in the arguments of that function: what
    reaches a shell command outside `shell_quote`, say.
    """
    return {node["value"] for node in names(tree, outside=outside)}


def member_references(tree: Node, name: str) -> set[tuple[str, int]]:
    """The members read of one name, `steps.<id>` say, each with its offset in the text."""
    return {
        (member["value"], getattr(member, "at", 0))
        for first, member in _pairs(tree, at_root=True)
        if first["value"] == name
    }


def expressions(record: Value | Condition) -> Iterator[Expr]:
    """Every expression in a compiled value or condition, in order."""
    match tagged(record):
        case (("expr" | "test"), expr):
            yield expr
        case "join", parts:
            yield from (part for part in parts if not isinstance(part, str))
        case "map", entries:
            for each in entries.values():
                yield from expressions(each)
        case (("list" | "all" | "any"), each_of):
            for each in each_of:
                yield from expressions(each)
        case "not", inner:
            yield from expressions(inner)


def _pairs(node: Node, *, at_root: bool) -> Iterator[tuple[Node, Node]]:
    """Each name that is followed by a field, with that field."""
    if node["type"] == "subexpression":
        first, second = node["children"][:2]
        member = _leading(second)
        if is_name(first, at_root=at_root) and member["type"] == "field":
            yield first, member
    for child, rooted in children(node, at_root=at_root):
        yield from _pairs(child, at_root=rooted)


def _leading(node: Node) -> Node:
    """In `steps.grow[0]` jmespath binds `grow[0]` together; what leads is `grow`."""
    while node["type"] in ("index_expression", "projection", "flatten", "filter_projection"):
        node = node["children"][0]
    return node
