"""What an expression's part reads: a value at places of the event, a constant, or neither.

`Reader` follows paths, `let` names, `each` and filters through the syntax tree. Called by `truth`
and `calls`. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from chalicelib.expressions.walking import written
from chalicelib.plan import Expr, Node, Plan
from opsloop.compiler.pushdown import names
from opsloop.compiler.pushdown.filters import Filter, at, both
from opsloop.compiler.pushdown.found import (
    Alternative,
    Const,
    Found,
    Many,
    Members,
    Operand,
    Other,
)
from opsloop.compiler.pushdown.wanted import Wanted

#: the spellings of a tag's key and value, as `tag()` has them
_TAGS = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"), ("tagKey", "tagValue"))


@dataclass(frozen=True, slots=True)
class Here:
    """The current value: the scope, or an element in a filter."""

    value: Operand | None = None
    #: in a filter, ordering what has no order is no failure
    strict: bool = True


ROOT = Here()
#: what a filter's condition lets through, of an element
Condition = Callable[[Node, Here], Filter]


@dataclass
class Reader:
    """The operands of one rule."""

    plan: Plan
    params: Mapping[str, Any]
    condition: Condition
    _count: count[int] = field(default_factory=lambda: count(1))
    _each: Operand | None = None

    def read(self, node: Node, here: Here = ROOT) -> Operand:
        """What a node gives."""
        reads = _READS.get(node["type"])
        return (
            reads(self, node, here) if reads else Other(f"{_shown(node)} no pattern can work out")
        )

    def let(self, name: str) -> Expr | None:
        """The `let` of a name."""
        return self.plan["let"].get(name)

    def name(self, name: str) -> Operand:
        """What a name of the scope stands for; `let`s hide all else."""
        each = self.plan["each"]
        if (let := self.let(name)) is not None:
            return self.read(let["tree"])
        if each is not None and name == each["as_name"]:
            # read once: what is asked of an element is asked of the same one
            self._each = self._each or _element(self.read(each["of"]["tree"]), "each")
            return self._each
        if name == "params":
            return Members(self._parameter)
        return names.found(name)

    def _parameter(self, name: str) -> Operand:
        if name in self.params:
            return Const(self.params[name])
        return Other(f"`params.{name}` differs between the stages, a pattern does not")

    def _field(self, node: Node, here: Here) -> Operand:
        if here.value is None:
            return self.name(node["value"])
        return _child(here.value, node["value"])

    def _variable(self, node: Node, _here: Here) -> Operand:
        return self.name(node["value"])

    def _literal(self, node: Node, _here: Here) -> Operand:
        return Const(node["value"])

    def _list(self, node: Node, here: Here) -> Operand:
        read = [self.read(child, here) for child in node["children"]]
        values = [each.value for each in read if isinstance(each, Const)]
        return (
            Const(values)
            if len(values) == len(read)
            else Other("a list that no pattern can work out")
        )

    def _current(self, _node: Node, here: Here) -> Operand:
        return here.value or Other("@ is all names at once")

    def _chain(self, node: Node, here: Here) -> Operand:
        for child in node["children"]:
            here = Here(self.read(child, here), here.strict)
        return here.value or Other("nothing")

    def _index(self, node: Node, here: Here) -> Operand:
        return _element(here.value, f"[{node['value']}]")

    def _slice(self, _node: Node, here: Here) -> Operand:
        return self._elements(here.value)

    def _flatten(self, node: Node, here: Here) -> Operand:
        match self.read(node["children"][0], here):
            case Many(one):  # its elements may be lists themselves
                return Many(one.element(self._new()))
            case other:
                return self._elements(other)

    def _projection(self, node: Node, here: Here) -> Operand:
        base, each, *conditions = node["children"]
        elements = self._elements(self.read(base, here))
        if not isinstance(elements, Many):
            return elements
        one = elements.one
        for condition in conditions:
            given = self.condition(condition, Here(Found((one,)), strict=False))
            one = replace(one, given=both(one.given, given))
        read = self.read(each, Here(Found((one,)), here.strict))
        match read:
            case Found((only,), case=None):
                return Many(only)
            case Many():
                return Other("a list of lists no pattern can ask for")
        return read if isinstance(read, Other) else Other(f"{_shown(node)} no pattern can work out")

    def _elements(self, operand: Operand | None) -> Operand:
        """The elements of a list, none in particular."""
        element = _element(operand, self._new())
        return Many(element.alternatives[0]) if isinstance(element, Found) else element

    def _new(self) -> str:
        """An element that may be another than those before."""
        return f"#{next(self._count)}"

    def _call(self, node: Node, here: Here) -> Operand:
        match node["value"], node["children"]:
            case "get", [container, key]:
                return self._get(self.read(container, here), self.read(key, here))
            case "tag", [tags, key]:
                return _tag(self.read(tags, here), self.read(key, here))
            case ("lower" | "upper") as case, [text]:
                read = self.read(text, here)
                if isinstance(read, Found) and read.case is None:
                    return replace(read, case=case)
        return Other(f"{_shown(node)} no pattern can work out")

    def _get(self, container: Operand, key: Operand) -> Operand:
        if isinstance(key, Const) and isinstance(key.value, str):
            return _child(container, key.value)
        return Other("get() with a key that varies")


def _child(operand: Operand, key: str) -> Operand:
    """A field of what was read."""
    match operand:
        case Found(alternatives, case=None):
            if [each.place.steps for each in alternatives] == [()]:
                return names.of_event(key)
            return Found(tuple(each.child(key) for each in alternatives))
        case Members(member):
            return member(key)
        case Const(value):
            return Const(value.get(key) if isinstance(value, Mapping) else None)
        case Other():
            return operand
    return Other(f"`{key}` of a list")


def _element(operand: Operand | None, which: str) -> Operand:
    """An element of a list; `which` tells it from others."""
    match operand:
        case Found((only,), case=None) if only.place.steps:
            return Found((only.element(which),))
        case Many(one):
            return Found((one,))
        case Const(list(values)) if which.startswith("["):
            place = int(which[1:-1])
            return Const(values[place] if -len(values) <= place < len(values) else None)
        case Other():
            return operand
    return Other("an element of what has several places")


def _tag(tags: Operand, key: Operand) -> Operand:
    """`tag()` reads a map, or the first pair of this key in a list."""
    match tags, key:
        case Found((only,), case=None), Const(str(name)) if only.place.steps:
            found = [only.child(name)]
            element = only.element(f"tag {name}")
            for key_name, value_name in _TAGS:
                given = at(element.child(key_name).place, Wanted.of(name))
                pair = Alternative(element.place, both(element.given, given))
                found.append(pair.child(value_name))
            return Found(tuple(found))
    return Other("`tag()` of what no pattern can work out")


def _shown(node: Node) -> str:
    """A node in a reason."""
    if node["type"] == "function_expression":
        return f"`{node['value']}()`"
    path = written(node)
    return f"`{path}`" if path else "a value that"


_READS: dict[str, Callable[[Reader, Node, Here], Operand]] = {
    "field": Reader._field,  # noqa: SLF001 - the table of this very class
    "variable": Reader._variable,  # noqa: SLF001
    "literal": Reader._literal,  # noqa: SLF001
    "multi_select_list": Reader._list,  # noqa: SLF001
    "current": Reader._current,  # noqa: SLF001
    "identity": Reader._current,  # noqa: SLF001
    "subexpression": Reader._chain,  # noqa: SLF001
    "index_expression": Reader._chain,  # noqa: SLF001
    "pipe": Reader._chain,  # noqa: SLF001
    "index": Reader._index,  # noqa: SLF001
    "slice": Reader._slice,  # noqa: SLF001
    "flatten": Reader._flatten,  # noqa: SLF001
    "projection": Reader._projection,  # noqa: SLF001
    "filter_projection": Reader._projection,  # noqa: SLF001
    "function_expression": Reader._call,  # noqa: SLF001
}
