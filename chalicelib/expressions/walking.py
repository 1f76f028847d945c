"""Paths in a syntax tree: which names it reads, and how they are written.

Used by `explaining` here and by `opsloop.expressions` at the desk. Pure, on plain trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.expressions.values import shown

if TYPE_CHECKING:
    from chalicelib.plan import Node

#: only the first child is evaluated on the same current value as the node itself
_LEADING = frozenset(
    {
        "subexpression",
        "index_expression",
        "pipe",
        "projection",
        "filter_projection",
        "value_projection",
    }
)


def children(node: Node, *, at_root: bool) -> Iterator[tuple[Node, bool]]:
    """The children that are nodes, each with whether the scope is its current value."""
    if node["type"] == "expref":
        at_root = False
    leads = node["type"] in _LEADING
    for place, child in enumerate(node["children"]):
        # a slice's children are numbers
        if isinstance(child, dict):
            yield child, at_root and (place == 0 or not leads)


def is_name(node: Node, *, at_root: bool) -> bool:
    """Whether the node reads a name of the scope."""
    return node["type"] == "variable" or (node["type"] == "field" and at_root)


def names(node: Node, *, outside: str | None = None) -> Iterator[Node]:
    """Every node that reads a name, in no order, but those in the arguments of one function."""
    open_ = [(node, True)]
    while open_:
        node, at_root = open_.pop()
        if is_name(node, at_root=at_root):
            yield node
        if node["type"] != "function_expression" or node["value"] != outside:
            open_ += children(node, at_root=at_root)


def paths(node: Node) -> Iterator[tuple[str, Node]]:
    """Every path that starts at the scope, with its text, in the order of reading."""
    text = written(node)
    if text is not None:
        yield text, node
        return
    for child, rooted in children(node, at_root=True):
        if rooted:
            yield from paths(child)


def written(node: Node) -> str | None:
    """`event.detail.tags[0]`, as the rule has it; None for anything but a path."""
    if node["type"] == "variable":
        return f"${node['value']}"
    tail = _tail(node)
    return tail and tail.removeprefix(".")


def _tail(node: Node) -> str | None:
    if node["type"] == "field":
        return f".{_name(node['value'])}"
    if node["type"] == "index":
        return f"[{node['value']}]"
    if node["type"] not in ("subexpression", "index_expression"):
        return None
    first, *rest = node["children"]
    head = written(first) if first["type"] == "variable" else _tail(first)
    tails = [head, *map(_tail, rest)]
    return None if None in tails else "".join(filter(None, tails))


def _name(name: str) -> str:
    plain = name.isascii() and name.replace("_", "a").isalnum() and not name[0].isdigit()
    return name if plain else shown(name)
