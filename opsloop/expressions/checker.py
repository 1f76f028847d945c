"""Walks a tree with what is known of each value, and notes what can never be right.

Called by `check`. `comparisons` and `calls` hold the two larger subjects.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from chalicelib.plan import Node
from opsloop.expressions import calls, comparisons, results, truths
from opsloop.expressions.absent import absent_of_open, below, one_of, quoted
from opsloop.expressions.noting import Noting
from opsloop.expressions.types import BOOLEAN, STRING, Names, Type, a, either, of_value, there

_PYTHON = {"True": "true", "False": "false", "None": "null", "nil": "null", "undefined": "null"}
_PYTHON |= {"TRUE": "true", "FALSE": "false", "NULL": "null"}
#: an event's own fields, which stand below `event`
_ENVELOPE = frozenset({"detail", "source", "resources", "id", "version"})
_NEAR = 0.7


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like this one, where one is like it at all."""
    spellings = {each.lower(): each for each in names}
    close = get_close_matches(name.lower(), spellings, 1, _NEAR)
    return spellings[close[0]] if close else None


class Checker(Noting):
    """One text's faults. `visit` gives what is known of a node's value."""

    def __init__(self, text: str, names: Names) -> None:
        super().__init__(text)
        self.scope = Type("scope", fields=names)

    def visit(self, node: Node, current: Type | None) -> Type | None:
        """The type of a node's value where `current` is that of the current one."""
        self.passing(node)
        known: Type | None = getattr(self, f"_visit_{node['type']}")(node, current)
        return known

    def condition(
        self, node: Node, current: Type | None, inside: Node | None = None
    ) -> Type | None:
        """The same of a node that decides, inside of a `!`, a `&&` or a `||` perhaps."""
        if node["type"] in ("and_expression", "or_expression", "not_expression"):
            self.passing(node)
            known = [self.condition(child, current, node) for child in node["children"]]
            return BOOLEAN if node["type"] == "not_expression" else either(known)
        known_type = self.visit(node, current)
        if node["type"] == "literal" and isinstance(node["value"], str):
            truths.check_text(self, node, self.scope.fields or {}, inside=inside)
        else:
            truths.check(self, node, known_type, inside=inside)
        return known_type

    # Names and fields.

    def _visit_field(self, node: Node, current: Type | None) -> Type | None:
        if current is None:
            return None
        if current.kind in ("scope", "object"):
            return self._member(node, current)
        found, doubt = f"`.{node['value']}` of {a(current.kind)}", current.doubtful
        name = quoted(node["value"])
        listed = f"`[0].{name}` of one element, or `[].{name}` of all"
        expected = listed if current.kind == "array" else "a map before the dot"
        self.fault(node, found, expected, doubt=doubt)
        return None

    def _member(self, node: Node, current: Type) -> Type | None:
        name, fields = node["value"], current.fields
        if fields is None or name in fields:
            return self._known(node, (fields or {}).get(name))
        if current is self.scope:
            self._stray(node, in_place_of_value=False)
        elif current.open:
            if told := absent_of_open(name, current):
                new = told.meant and (quoted(told.meant) if told.meant in fields else told.meant)
                self.fault(node, told.found, told.expected, new, doubt=told.doubt, lint=told.lint)
        else:
            if meant := below(name, fields):
                wanted = f"`{meant}`"
            else:
                near = nearest(name, there(fields))
                meant, wanted = (
                    near and quoted(near),
                    f"`{near}`" if near else one_of(there(fields)),
                )
            self.fault(node, f"`{name}`, which is never there", wanted, meant)
        return None

    def _visit_variable(self, node: Node, _current: Type | None) -> Type | None:
        names, name = self.scope.fields or {}, node["value"]
        if name in names:
            return self._known(node, names[name])
        near = nearest(name, there(names))
        wanted = f"`${near}`" if near else one_of(there(names))
        self.fault(node, f"`${name}`, which names nothing in scope", wanted, near and f"${near}")
        return None

    def _known(self, node: Node, known: Type | None) -> Type | None:
        """What is known of a name that there is, unless it is one of another place."""
        if known is None or known.elsewhere is None:
            return known
        self.fault(node, f"`{self.source(node)}`, {known.elsewhere.why}", known.elsewhere.expected)
        return None

    def _stray(self, node: Node, *, in_place_of_value: bool) -> None:
        """A bare word that names nothing: a name mistyped, or a text without its quotes."""
        name, names = node["value"], self.scope.fields or {}
        expected, new = self._meant(node, name, names, in_place_of_value=in_place_of_value)
        self.fault(node, f"`{self.source(node)}`, which names nothing in scope", expected, new)

    def _meant(
        self, node: Node, name: str, names: Names, *, in_place_of_value: bool
    ) -> tuple[str, str | None]:
        quoted = self.spot(node).quoted
        if name in _PYTHON and not quoted:
            return f"`{_PYTHON[name]}`", _PYTHON[name]
        if name in _ENVELOPE and "event" in names and not quoted:
            return f"`event.{name}`", f"event.{name}"
        if meant := below(name, {"event": names.get("event")}):
            return f"`{meant}`", meant
        near = nearest(name, there(names))
        if near and not quoted and not (in_place_of_value and name.isupper()):
            return f"`{near}`", near
        if in_place_of_value or quoted:
            text = literal(name)
            why = "double quotes name a field" if quoted else "or a name in scope"
            return f"`{text}`, a text in single quotes ({why})", text
        return one_of(there(names)), None

    def value(self, node: Node, current: Type | None, *, first: bool) -> Type | None:
        """A node where a text may stand: in a comparison or an argument.

        What comes first is a field as often as not, also in double quotes.
        """
        if node["type"] != "field":
            return self.visit(node, current)
        if current is self.scope and node["value"] not in (self.scope.fields or {}):
            self._stray(node, in_place_of_value=True)
            return None
        if current is not self.scope and self.spot(node).quoted and not first:
            self._double_quoted(node)
            return STRING
        return self.visit(node, current)

    def _double_quoted(self, node: Node) -> None:
        source, text = self.source(node), literal(node["value"])
        expected = f"`{text}`, a text in single quotes (for the field: `@.{source}`)"
        self.fault(node, f"`{source}`: double quotes name a field", expected, text)

    # The current value.

    def _visit_current(self, node: Node, current: Type | None) -> Type | None:
        if current is self.scope:
            self.fault(node, "`@`, which is all names at once here", "a name")
            return None
        return current

    def _visit_identity(self, node: Node, current: Type | None) -> Type | None:
        if current is self.scope:
            source = self.source(node)
            self.fault(node, f"`{source}` with nothing before it", "a name before it")
            return None
        return current

    # What leads from one value to another.

    def _chain(self, node: Node, current: Type | None) -> Type | None:
        for child in node["children"]:
            current = self.visit(child, current)
        return current

    _visit_subexpression = _visit_pipe = _chain

    def _visit_index_expression(self, node: Node, current: Type | None) -> Type | None:
        first, *rest = node["children"]
        if first["type"] == "identity" and current is self.scope and rest[0]["type"] == "index":
            number = self.source(node)
            wanted = f"a list in backticks (`{number}`), or a name before the index"
            self.fault(node, f"`{number}`, an index of nothing", wanted, f"`{number}`")
            return None
        return self._chain(node, current)

    def _visit_index(self, node: Node, current: Type | None) -> Type | None:
        base = self._list(node, current, "an index")
        return base and base.items

    def _visit_slice(self, node: Node, current: Type | None) -> Type | None:
        return self._list(node, current, "a slice")

    def _list(self, node: Node, known: Type | None, what: str) -> Type | None:
        if known is None or known.kind == "array":
            return known
        if known is not self.scope:
            found, wanted = f"{what} of {a(known.kind)}", "a list before the bracket"
            if "items" in (known.fields or {}):
                wanted = f"{wanted}: `.items`"
            self.fault(node, found, wanted, doubt=known.doubtful)
        return None

    def _visit_projection(self, node: Node, current: Type | None) -> Type | None:
        base, each = node["children"][:2]
        known = self._list(base, self.visit(base, current), "`[*]`, `[]` or a slice")
        return Type("array", items=self.visit(each, known and known.items))

    def _visit_filter_projection(self, node: Node, current: Type | None) -> Type | None:
        base, each, condition = node["children"]
        known = self._list(base, self.visit(base, current), "a filter")
        element = known and known.items
        self.condition(condition, element)
        return Type("array", items=self.visit(each, element))

    def _visit_value_projection(self, node: Node, current: Type | None) -> Type | None:
        base, each = node["children"]
        self.visit(base, current)
        return Type("array", items=self.visit(each, None))

    def _visit_flatten(self, node: Node, current: Type | None) -> Type | None:
        known = self._list(node, self.visit(node["children"][0], current), "`[]`")
        items = known and known.items
        return Type("array", items=items.items if items and items.kind == "array" else items)

    # What makes a value.

    def _visit_literal(self, node: Node, _current: Type | None) -> Type | None:
        return of_value(node["value"])

    def _visit_multi_select_list(self, node: Node, current: Type | None) -> Type | None:
        return Type("array", items=either([self.visit(each, current) for each in node["children"]]))

    def _visit_multi_select_dict(self, node: Node, current: Type | None) -> Type | None:
        return Type(
            "object", {each["value"]: self.visit(each, current) for each in node["children"]}
        )

    def _visit_key_val_pair(self, node: Node, current: Type | None) -> Type | None:
        return self.visit(node["children"][0], current)

    def _either(self, node: Node, current: Type | None) -> Type | None:
        return either([self.visit(each, current) for each in node["children"]])

    _visit_or_expression = _visit_and_expression = _either

    def _visit_not_expression(self, node: Node, current: Type | None) -> Type | None:
        self.visit(node["children"][0], current)
        return BOOLEAN

    def _visit_comparator(self, node: Node, current: Type | None) -> Type | None:
        left, right = node["children"]
        types = self._side(left, right, current, first=True), self._side(right, left, current)
        comparisons.check(self, node, *types)
        return BOOLEAN

    def _side(
        self, side: Node, other: Node, current: Type | None, *, first: bool = False
    ) -> Type | None:
        """One side of a comparison; beside a literal it is hardly meant as a text."""
        if other["type"] == "literal":
            return self.visit(side, current)
        return self.value(side, current, first=first)

    def _visit_expref(self, node: Node, current: Type | None) -> Type | None:
        return Type("expression", items=self.visit(node["children"][0], current))

    def _visit_function_expression(self, node: Node, current: Type | None) -> Type | None:
        of = results.ELEMENTS_OF.get(node["value"])
        found: dict[int, Type | None] = {}
        # the list first: an `&expression` is about its elements
        for place in sorted(range(len(node["children"])), key=lambda place: place != of):
            element = None if of is None else results.items(found.get(of))
            found[place] = self._argument(node, place, current, element)
        types = [found[place] for place in sorted(found)]
        return results.of(node["value"], types, calls.check(self, node, types))

    def _argument(
        self, node: Node, place: int, current: Type | None, element: Type | None
    ) -> Type | None:
        argument = node["children"][place]
        if argument["type"] == "expref":
            return self.visit(argument, element)
        if calls.wants_expression(node["value"], place) and argument["type"] != "expref":
            source, value = self.source(argument), argument.get("value")
            found = f"`{source}` as argument {place + 1} of {node['value']}()"
            is_text = argument["type"] == "literal" and isinstance(value, str)
            meant = f"&{quoted(str(value)) if is_text else source}"
            self.fault(argument, found, f"`{meant}`, an expression", meant)
            return None
        return self.value(argument, current, first=place == 0)


def literal(text: str) -> str:
    """A text as the language writes it."""
    return "'{}'".format(text.replace("'", "\\'"))
