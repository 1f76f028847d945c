"""The tree of names that a group's fields spell, and the struct types that read just that tree.

Made by Group, read by codegen. Imports msgspec only. What the patterns do not name is skipped by
the JSON reader; what could make a dotted name mean something else is an error, upon which the exact
path decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import GenericAlias
from typing import Any, Never

import msgspec

SCALARS = str | int | float | bool | None


class Surprise(ValueError):
    """The event is shaped as the fast path does not expect."""


class Joined:
    """The type of a member whose dotted name joins steps: a surprise if it is there at all."""


@dataclass(eq=False, slots=True)
class Node:
    """One name's place in the tree; `leaf` is its dotted name where a field of a pattern ends."""

    index: int
    leaf: str | None = None
    children: dict[str, "Node"] = field(default_factory=dict)
    struct: Any = None

    def leaves(self) -> Iterator["Node"]:
        """The nodes of this subtree at which a field ends."""
        for node in self.subtree():
            if node.leaf is not None:
                yield node

    def subtree(self) -> Iterator["Node"]:
        """This node and all below."""
        yield self
        for child in self.children.values():
            yield from child.subtree()

    def joined(self, depth: int = 0) -> Iterator[str]:
        """The names below that join two steps or more."""
        for step, child in self.children.items():
            if depth:
                yield step
            for below in child.joined(depth + 1):
                yield f"{step}.{below}"


def tree(names: Iterable[str]) -> Node:
    """The tree of dotted names, its nodes numbered."""
    root, count = Node(0), 1
    for name in names:
        node = root
        for step in name.split("."):
            if step not in node.children:
                node.children[step] = Node(count)
                count += 1
            node = node.children[step]
        node.leaf = name
    _add_structs(root)
    return root


def _add_structs(node: Node) -> None:
    for child in node.children.values():
        _add_structs(child)
    if node.children:
        fields: list[tuple[str, Any, Any]] = [
            (f"f{child.index}", _type_of(child), msgspec.field(name=step, default=msgspec.UNSET))
            for step, child in node.children.items()
        ]
        fields += [
            (f"j{i}", Joined, msgspec.field(name=name, default=None))
            for i, name in enumerate(node.joined())
        ]
        node.struct = msgspec.defstruct(f"Node{node.index}", fields, gc=False)


def _type_of(node: Node) -> Any:
    """An object of the children, an array of those, or a scalar: then there is nothing below."""
    if node.struct is None:
        return Any
    inside = node.struct | list[Any] | SCALARS
    return node.struct | GenericAlias(list, (inside,)) | SCALARS


def _surprise(_type: type, _value: object) -> Never:
    raise Surprise


def decoder(struct: Any) -> Any:
    """The function that reads an event into the struct, each float as the bytes of its text."""
    return msgspec.json.Decoder(struct, dec_hook=_surprise, float_hook=str.encode).decode
