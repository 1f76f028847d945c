"""One function for a group of branches: it reads only their fields and ANDs their masks.

Called by Group. Imports shapes and masks. The source holds numbers only, and names that those make
(`n3`, `f7`, `m7`): no text of a pattern is ever in it; types, memos and masks are bound as globals.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import UNSET

from opsloop.patterns.masks import Masks
from opsloop.patterns.shapes import Node, Surprise

Namespace: TypeAlias = dict[str, Any]
FUNCTION = "match"


def compile_match(
    root: Node, masks: Mapping[str, Masks], given: Namespace, *, careful: bool
) -> Any:
    """The group's match function.

    `given` binds what it calls: decode, names, settle, unhashable, surprised, SURPRISES; and two
    masks: everyone, all branches, and undecided, those that only settle can decide. A careful
    function expects arrays where leaves are.
    """
    return _Compiler(masks, given, careful=careful).match(root)


class _Compiler:
    def __init__(self, masks: Mapping[str, Masks], given: Namespace, *, careful: bool) -> None:
        self._masks = masks
        self._careful = careful
        self._asked = 0
        self._globals: Namespace = {**given, "Surprise": Surprise, "UNSET": UNSET}

    def match(self, root: Node) -> Any:
        """The function for whole events."""
        return self._run(
            f"def {FUNCTION}(data):",
            "    try:",
            "        left, doubt = everyone, undecided",
            f"        n{root.index} = decode(data)",
            *_indented(2, self._object(root)),
            "        if left & doubt:",
            "            return settle(data, left, doubt)",
            "        return names[left].copy()",
            "    except TypeError:",
            "        return unhashable(data)",
            "    except SURPRISES:",
            "        return surprised(data)",
        )

    def _run(self, *lines: str) -> Any:
        local: Namespace = {}
        exec("\n".join(lines), self._globals, local)  # noqa: S102 - made of numbers only
        return local[FUNCTION]

    def _object(self, node: Node) -> Iterator[str]:
        """Lines for the members of an object that is no array's element."""
        for child in node.children.values():
            value = f"n{node.index}.f{child.index}"
            if child.struct is None:
                yield from self._leaf(child, value, "left &=")
            else:
                yield f"n{child.index} = {value}"
                yield from self._member(child)
            yield from self._give_up_early(child)

    def _give_up_early(self, node: Node) -> Iterator[str]:
        """Nobody can be left out before each branch has been asked something."""
        for leaf in node.leaves():
            self._asked |= self._masks_of(leaf).asking
        if self._asked == self._globals["everyone"]:
            yield "if not left: return []"

    def _member(self, node: Node) -> Iterator[str]:
        """Lines for a member below which there are fields: an object, an array, or neither."""
        me, n = f"n{node.index}", node.index
        self._bind(f"N{n}", node.struct)
        yield f"if {me}.__class__ is N{n}:"
        if node.leaf is not None:
            yield f"    left &= {self._bind(f'A{n}', self._masks[node.leaf][UNSET])}"
        yield from _indented(1, self._object(node))
        yield f"elif {me}.__class__ is list:"
        yield from _indented(1, self._array(node))
        yield f"elif {me}.__class__ is float: raise Surprise"
        yield "else:"
        if node.leaf is not None:
            yield from _indented(1, self._leaf(node, me, "left &="))
        yield f"    left &= {self._bind(f'K{n}', self._nothing_below(node))}"

    def _array(self, node: Node) -> Iterator[str]:
        if node.leaf is not None:
            yield "raise Surprise"
            return
        yield f"doubt |= {self._bind(f'D{node.index}', self._doubtful(node))}"
        yield f"left &= a{node.index}(n{node.index})"
        self._globals[f"a{node.index}"] = self._elements(node)

    def _elements(self, node: Node) -> Callable[[list[Any]], int]:
        """A function from an array's elements to a mask, compiled when first called."""

        def compile_first(items: list[Any]) -> int:
            leaves = [leaf for child in node.children.values() for leaf in child.leaves()]
            found = self._run(
                f"def {FUNCTION}(items):",
                *(f"    a{leaf.index} = {self._absent(leaf)}" for leaf in leaves),
                f"    for n{node.index} in items:",
                *_indented(2, self._element(node)),
                f"    return {' & '.join(f'a{leaf.index}' for leaf in leaves)}",
            )
            self._globals[f"a{node.index}"] = found
            return int(found(items))

        return compile_first

    def _element(self, node: Node) -> Iterator[str]:
        """Lines for an element: what holds in one element of an array may hold in the event."""
        self._bind(f"N{node.index}", node.struct)
        yield f"if n{node.index}.__class__ is N{node.index}:"
        for child in node.children.values():
            value = f"n{node.index}.f{child.index}"
            if child.struct is None:
                yield from _indented(1, self._leaf(child, value, f"a{child.index} |="))
            else:
                yield f"    n{child.index} = {value}"
                yield from _indented(1, self._element(child))
        unexpected = f"n{node.index}.__class__ is list"
        yield f"elif {unexpected if node.leaf is None else f'n{node.index} is not UNSET'}:"
        yield "    raise Surprise"

    def _leaf(self, node: Node, value: str, into: str) -> Iterator[str]:
        masks = self._masks_of(node)
        memo = self._bind(f"m{node.index}", masks)
        found = f"{memo}[{value}]"
        if masks.tells_booleans or self._careful:
            yield f"v = {value}"
            found = f"{memo}[v]"
        if masks.tells_booleans:
            yes = self._bind(f"T{node.index}", masks.of(True))  # noqa: FBT003
            no = self._bind(f"F{node.index}", masks.of(False))  # noqa: FBT003
            found = f"{yes} if v is True else {no} if v is False else {found}"
        if self._careful:
            many = "v.__class__ is list or v.__class__ is dict"
            found = f"{memo}.of_many(v) if {many} else {found}"
        yield f"{into} {found}"

    def _bind(self, name: str, value: Any) -> str:
        self._globals[name] = value
        return name

    def _masks_of(self, node: Node) -> Masks:
        return self._masks[node.leaf or ""]

    def _absent(self, leaf: Node) -> str:
        return self._bind(f"A{leaf.index}", self._masks_of(leaf)[UNSET])

    def _nothing_below(self, node: Node) -> int:
        mask = -1
        for child in node.children.values():
            for leaf in child.leaves():
                mask &= self._masks_of(leaf)[UNSET]
        return mask

    def _doubtful(self, node: Node) -> int:
        """Branches that an array here leaves undecided: two fields in it, or one that is absent."""
        seen = twice = absent = 0
        for leaf in node.leaves():
            masks = self._masks_of(leaf)
            twice |= seen & masks.asking
            seen |= masks.asking
            absent |= masks.may_be_absent
        return twice | absent


def _indented(depth: int, lines: Iterator[str]) -> Iterator[str]:
    return ("    " * depth + line for line in lines)
