"""YAML's values become the Plan's: texts with `${}`, expressions, conditions.

Called by the compiler. Each function looks at all of what it is given and raises one
BadExpression with every fault in it; with `names`, that includes what `check` finds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.expressions.values import tagged
from chalicelib.plan import Condition, Expr, Value
from opsloop.expressions.check import check
from opsloop.expressions.dialect import mended, parse
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.spot import replaced
from opsloop.expressions.types import Names, Type
from opsloop.problems import Fault, Path

_QUOTED = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`"""
_PIECE = re.compile(rf"""{_QUOTED}|[{{}}'"`]""", re.DOTALL)
_QUOTES = ("'", '"', "`")
_OPENING = re.compile(r"\$?\$\{")
_MISPLACED = re.compile(r"""(['"]?)\$\{(.*?)\}\1""", re.DOTALL)
_GLUED = re.compile(r"[\w-]\$\{|\}[\w-]")
#: what other languages call `any` and `all`
_JOINERS = {"or": "any", "any_of": "any", "one_of": "any", "and": "all", "all_of": "all"}
#: stands where a fault was noted; it never leaves this module
_NOTHING: Expr = {"text": "", "tree": {}}


def compile_expr(
    data: object,
    names: Names | None = None,
    *,
    rooted: bool = True,
    root: Type | None = None,
    decides: bool = False,
    doubts: list[Fault] | None = None,
) -> Expr:
    """An expression; one that `decides` is a condition. YAML's own numbers and booleans are too.

    Where not `rooted`, bare words are fields of the expression's own root, as in `pick`; `root`
    is what is known of that. Here and below, `doubts` gets the faults that fail nothing.
    """
    compiler = _Compiler(names, rooted=rooted, root=root)
    expr = compiler.expr(data, (), decides=decides)
    compiler.finish(doubts)
    return expr


def compile_condition(
    data: object, names: Names | None = None, *, doubts: list[Fault] | None = None
) -> Condition:
    """What `if` holds: an expression, a list of which all must hold, `any`, `all`, `not`."""
    compiler = _Compiler(names)
    condition = compiler.condition(data, ())
    compiler.finish(doubts)
    return condition


def compile_value(
    data: object, names: Names | None = None, *, doubts: list[Fault] | None = None
) -> Value:
    """Any value in which texts may hold `${expression}`."""
    compiler = _Compiler(names)
    value = compiler.value(data, ())
    compiler.finish(doubts)
    return value


@dataclass(frozen=True, slots=True)
class _Template:
    """An expression between `${` and `}`, and where it begins and ends."""

    text: str
    start: int
    end: int


class _Compiler:
    """Collects the faults of one value, wherever they are in it."""

    def __init__(
        self, names: Names | None, *, rooted: bool = True, root: Type | None = None
    ) -> None:
        self.names = names
        self.rooted = rooted
        self.root = root
        self.faults: list[Fault] = []

    def finish(self, doubts: list[Fault] | None) -> None:
        """Raise what was found, doubts among it, unless there is nothing but doubts."""
        if any(not fault.doubt for fault in self.faults):
            raise BadExpression(self.faults)
        if doubts is not None:
            doubts += self.faults

    def fault(self, path: Path, found: str, expected: str, correction: str | None = None) -> None:
        self.faults.append(Fault(found, expected, correction, path))

    def key_fault(
        self, path: Path, found: str, expected: str, correction: str | None = None
    ) -> None:
        self.faults.append(Fault(found, expected, correction, path, key=True))

    # Expressions.

    def expr(self, data: object, path: Path, *, decides: bool = False) -> Expr:
        if isinstance(data, (bool, int, float)):
            data = json.dumps(data)
        if not isinstance(data, str):
            self.fault(path, _kind(data), "an expression")
            return _NOTHING
        if "${" in data:
            self.faults.append(_misplaced(data, path))
            return _NOTHING
        expr, faults = self._compiled(data, decides=decides)
        self.faults += [replace(fault, path=path) for fault in faults]
        return expr

    def _compiled(self, text: str, *, decides: bool = False) -> tuple[Expr, list[Fault]]:
        try:
            tree = parse(text)
        except BadExpression as bad:
            return _NOTHING, [*bad.faults]
        if self.names is None:
            return {"text": text, "tree": tree}, []
        faults = check(tree, text, self.names, rooted=self.rooted, root=self.root, decides=decides)
        return {"text": text, "tree": tree}, faults

    # Conditions.

    def condition(self, data: object, path: Path) -> Condition:
        if isinstance(data, list):
            return self._joined("all", data, path)
        if not isinstance(data, dict):
            return {"test": self.expr(data, path, decides=True)}
        match [*data.items()]:
            case [("not", inner)]:
                return {"not": self.condition(inner, (*path, "not"))}
            case [(("all" | "any") as key, inner)]:
                return self._joined(key, inner, (*path, key))
            case [(key, _)] if key in _JOINERS:
                meant = _JOINERS[key]
                self.key_fault((*path, key), f"`{key}:`", f"`{meant}:`", meant)
                return {"test": _NOTHING}
        self.fault(path, _kind(data), "an expression, or one of `any:`, `all:`, `not:`")
        return {"test": _NOTHING}

    def _joined(self, key: str, data: object, path: Path) -> Condition:
        if not isinstance(data, list) or not data:
            self.fault(path, "an empty list" if data == [] else _kind(data), "a list of conditions")
            return {"test": _NOTHING}
        inner = [self.condition(each, (*path, place)) for place, each in enumerate(data)]
        return {"any": inner} if key == "any" else {"all": inner}

    # Values.

    def value(self, data: object, path: Path) -> Value:
        if isinstance(data, str):
            return self._text(data, path)
        if isinstance(data, dict):
            return self._map(data, path)
        if isinstance(data, list):
            elements = [self.value(each, (*path, place)) for place, each in enumerate(data)]
            return _list(elements)
        return {"lit": data}

    def _map(self, data: dict[Any, Any], path: Path) -> Value:
        entries: dict[str, Value] = {}
        for key, each in data.items():
            if not isinstance(key, str):
                self.key_fault(
                    (*path, key), f"`{json.dumps(key)}`", "a key that is text", f'"{key}"'
                )
            elif "${" in key:
                self.key_fault((*path, key), f"`{key}`", "a key without `${}`: keys are plain text")
            entries[str(key)] = self.value(each, (*path, key))
        if all("lit" in entry for entry in entries.values()):
            return {"lit": {key: tagged(entry)[1] for key, entry in entries.items()}}
        return {"map": entries}

    def _text(self, text: str, path: Path) -> Value:
        try:
            parts = [*_pieces(text)]
        except BadExpression as bad:
            self.faults += [replace(fault, path=path) for fault in bad.faults]
            return {"lit": text}
        match parts:
            case []:
                return {"lit": ""}
            case [str() as plain]:
                return {"lit": plain}
            case [_Template() as template]:
                return {"expr": self._template(template, text, path)}
        return {
            "join": [
                part if isinstance(part, str) else self._template(part, text, path)
                for part in parts
            ]
        }

    def _template(self, template: _Template, text: str, path: Path) -> Expr:
        expr, faults = self._compiled(template.text)
        self.faults += [_moved(fault, template, text, path) for fault in faults]
        return expr


def _misplaced(text: str, path: Path) -> Fault:
    """`${}` where an expression stands by itself; in a longer text `join` says the same."""
    bare = _MISPLACED.sub(r"\2", text)
    fault = Fault("`${}`", "an expression without `${}`", path=path, offset=text.index("${"))
    if not _GLUED.search(text) and _reads(bare):
        return replace(fault, correction=bare)
    try:
        parts = [f"'{each}'" if isinstance(each, str) else each.text for each in _pieces(text)]
    except BadExpression:
        return fault
    return mended(text, replace(fault, correction=f"join('', [{', '.join(parts)}])"))


def _list(elements: list[Value]) -> Value:
    if all("lit" in element for element in elements):
        return {"lit": [tagged(element)[1] for element in elements]}
    return {"list": elements}


def _moved(fault: Fault, template: _Template, text: str, path: Path) -> Fault:
    """A fault of the expression inside as one of the text around it."""
    correction = fault.correction
    if correction is not None:
        correction = replaced(text, template.start, template.end, correction)
    return replace(fault, correction=correction, path=path, offset=template.start + fault.offset)


def _pieces(text: str) -> Iterator[str | _Template]:
    """Plain texts and templates in turn; `$${` is a plain `${`."""
    plain, place = "", 0
    while opening := _OPENING.search(text, place):
        plain += text[place : opening.start()]
        place = opening.end()
        if opening[0] == "$${":
            plain += "${"
            continue
        if plain:
            yield plain
        plain, end = "", _closing(text, opening)
        yield _Template(text[place:end], place, end)
        place = end + 1
    if plain + text[place:]:
        yield plain + text[place:]


def _closing(text: str, opening: re.Match[str]) -> int:
    """Where the `}` is that ends the template, past braces and quotes inside it."""
    depth = 1
    for piece in _PIECE.finditer(text, opening.end()):
        depth += {"{": 1, "}": -1}.get(piece[0], 0)
        if depth == 0:
            return piece.start()
        if piece[0] in _QUOTES:
            unclosed = Fault(f"`{piece[0]}`", f"a closing {piece[0]}", offset=piece.start())
            raise BadExpression([unclosed])
    unclosed = Fault("`${` without its `}`", "`}` after the expression", offset=opening.start())
    inside = text[opening.end() :].rstrip()
    if _reads(inside):
        unclosed = replace(unclosed, correction=f"{text.rstrip()}}}")
    raise BadExpression([unclosed])


def _reads(text: str) -> bool:
    try:
        parse(text)
    except BadExpression:
        return False
    return True


def _kind(data: object) -> str:
    """What YAML gave, in words."""
    if isinstance(data, dict):
        keys = ", ".join(f"`{key}:`" for key in data)
        return f"a map with {keys}" if keys else "an empty map"
    return "a list" if isinstance(data, list) else "nothing" if data is None else f"`{data}`"
