"""Do the values that expressions give fit the parameters they are given to? For `steps`.

Literal values are `opsloop.aws.calls` and `opsloop.actions.check` to judge. Here is told of a
template that is all of a value, `"${facts.db}"`, and whose type is known to be another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.expressions.values import tagged
from chalicelib.plan import Expr, Value
from opsloop.compiler.parameters import Wanted, parameters
from opsloop.expressions.check import infer
from opsloop.expressions.types import Names, Type
from opsloop.problems import Fault, Path

#: one and many of a kind
_WORDS: Mapping[str, tuple[str, str]] = {
    "string": ("text", "texts"),
    "number": ("a number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "array": ("a list", "lists"),
    "object": ("a map", "maps"),
    "expression": ("an expression", "expressions"),
}


def check(do: str, data: Mapping[str, Any], value: Value, names: Names) -> Iterator[Fault]:
    """A fault for each template whose value cannot be what its parameter takes."""
    tag, entries = tagged(value)
    if tag != "map":
        return
    taken = parameters(do)
    for name, below in entries.items():
        yield from _value(taken.get(name), data[name], below, names, (name,))


def check_list(expr: Expr, names: Names) -> Iterator[Fault]:
    """A fault where what is gone through is known to be no list."""
    known = infer(expr, names)
    if known is not None and known.kind not in ("array", "null"):
        found = f"{_WORDS[known.kind][0]}: `{expr['text']}`"
        yield Fault(found, "a list", doubt=known.doubtful)


def check_number(expr: Expr, names: Names) -> Iterator[Fault]:
    """A fault where what is counted with is known to be no number."""
    known = infer(expr, names)
    if known is not None and known.kind not in ("number", "null"):
        new = f"length({expr['text']})" if known.kind == "array" else None
        found = f"{_WORDS[known.kind][0]}: `{expr['text']}`"
        expected = "a number" if new is None else f"a number: {new}"
        yield Fault(found, expected, new, doubt=known.doubtful)


def _value(
    wanted: Wanted | None, data: Any, value: Value, names: Names, path: Path
) -> Iterator[Fault]:
    if wanted is None:
        return
    match tagged(value):
        case "expr", expr:
            yield from _expression(wanted, str(data), expr, names, path)
        case "map", entries if "object" in wanted.kinds:
            for name, below in entries.items():
                yield from _value(wanted.field(name), data[name], below, names, (*path, name))
        case "list", [only] if fault := _in_brackets(wanted, data[0], only, names, path):
            yield fault
        case "list", elements if "array" in wanted.kinds:
            for place, below in enumerate(elements):
                yield from _value(wanted.items, data[place], below, names, (*path, place))


def _in_brackets(wanted: Wanted, data: Any, only: Value, names: Names, path: Path) -> Fault | None:
    """The fault of a list with a list in it, where texts should be."""
    tag, expr = tagged(only)
    if tag != "expr" or wanted.items is None or "array" in wanted.items.kinds:
        return None
    known = infer(expr, names)
    if known is None or known.kind != "array":
        return None
    found = f"a list in a list: `{expr['text']}`"
    spelt = None if '"' in data else f'"{data}"'
    return Fault(found, wanted.words, spelt, path, spelt=True, doubt=known.doubtful)


def _expression(wanted: Wanted, data: str, expr: Expr, names: Names, path: Path) -> Iterator[Fault]:
    known = infer(expr, names)
    if known is None or known.kind == "null":
        return
    offset = data.find("${") + len("${")
    if known.kind not in wanted.kinds:
        correction, spelt = _corrected(wanted, data, expr, known)
        yield Fault(
            f"{_WORDS[known.kind][0]}: `{expr['text']}`",
            wanted.words,
            correction,
            path,
            0 if spelt else offset,
            spelt=spelt,
            doubt=known.doubtful,
        )
    elif (given := _elements(wanted, known)) is not None:
        found = f"a list of {_WORDS[given.kind][1]}: `{expr['text']}`"
        yield Fault(found, wanted.words, path=path, offset=offset, doubt=given.doubtful)


def _elements(wanted: Wanted, known: Type) -> Type | None:
    """What a list's elements are, where they are not what they should be."""
    if wanted.items is None or known.items is None or known.items.kind == "null":
        return None
    return None if known.items.kind in wanted.items.kinds else known.items


def _corrected(wanted: Wanted, data: str, expr: Expr, known: Type) -> tuple[str | None, bool]:
    """The text as it should be, and whether that is spelt as YAML has it."""
    text = expr["text"]
    if wanted.items is not None and known.kind in wanted.items.kinds and '"' not in data:
        return f'["{data}"]', True
    if known.kind == "number" and "string" in wanted.kinds:
        return f"${{to_string({text})}}", False
    if known.kind == "string" and wanted.kinds == ("number",):
        return f"${{to_number({text})}}", False
    return None, False
