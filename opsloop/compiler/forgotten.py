"""Expressions that stand where text does, without their `${}`. Called by `bench` and `steps`.

Only what can hardly be meant as a text: a path of names that the rule has, or a call of a
function. `${'alarm.name'}` is how one writes such a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chalicelib.plan import Expr
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.references import references
from opsloop.expressions.templates import compile_expr
from opsloop.expressions.types import Names, Type, there
from opsloop.problems import Fault, Path

#: names that every language of rules has; a rule's own may be parts of a file's name, say
_ROOTS = r"(?:event|alarm|actor|resource|facts|steps|params|error|execution|rule)"
_PATH = re.compile(rf'\$?{_ROOTS}(?:\.\w+|\."[^"]+"|\[-?\d+\])+')
_CALL = re.compile(r"[a-z_]+\(.+\)")


def find(data: Any, names: Names, path: Path = ()) -> Iterator[Fault]:
    """A fault for each text of a value that is an expression as a whole."""
    if isinstance(data, dict | list):
        for key, below in data.items() if isinstance(data, dict) else enumerate(data):
            yield from find(below, names, (*path, key))
    elif isinstance(data, str) and _is_expression(data, names):
        meant = f"${{{data}}}"
        yield Fault(f"`{data}`, an expression as a text", meant, meant, path)


def meant(fault: Fault, data: Any, names: Names) -> Fault:
    """The fault of a call's parameter, corrected where a name stands as a text."""
    text = _at(data, fault.path)
    if not isinstance(text, str) or text not in there(names):
        return fault
    expected = f"{fault.expected}; the value of `{text}` is ${{{text}}}"
    if fault.expected == "a list of texts":
        return replace(fault, expected=expected, correction=f'["${{{text}}}"]', spelt=True)
    return replace(fault, expected=expected, correction=f"${{{text}}}", spelt=False)


def _is_expression(text: str, names: Names) -> bool:
    if not (_PATH.fullmatch(text) or _CALL.fullmatch(text)):
        return False
    compiled = _compiled(text, names)
    return compiled is not None and bool(references(compiled["tree"]))


def _compiled(text: str, names: Names) -> Expr | None:
    """The text as an expression; what is wrong deep inside of one makes it none the less."""
    try:
        return compile_expr(text, {name: _shallow(known) for name, known in names.items()})
    except BadExpression:
        return None


def _shallow(known: Type | None) -> Type | None:
    """The type with its own fields, of which nothing is known."""
    if known is None or known.fields is None:
        return known
    fields = {
        name: below if below is not None and below.elsewhere else None
        for name, below in known.fields.items()
    }
    return replace(known, fields=fields, open=False)


def _at(data: Any, path: Path) -> Any:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data
