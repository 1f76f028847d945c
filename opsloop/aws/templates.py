"""Where a text of a rule holds `${…}`, seen from outside: what is literal and what is not.

The compiler may bring its own reading (a `Splitter`); this one knows just enough of
expressions to find where each ends. Pure; standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

#: a piece of a text: literal, or None where an expression's value will stand
Piece = str | None

#: gives the pieces of a text; a text without expressions is one literal piece
Splitter = Callable[[str], list[Piece]]

_OPEN = re.compile(r"\$\$\{|\$\{")
#: a quoted string, a literal in backticks, or a brace
_INSIDE = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`\\]|\\.)*`|[{}]", re.DOTALL)


class Joined(str):
    """A text with expressions in it: a text, whatever they will give."""

    __slots__ = ()


class _Unknown:
    """A value that is known only when the rule runs."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


def pieces(text: str) -> list[Piece]:
    """The text's pieces; `$${` is a literal `${`, an unclosed `${` is left as it stands."""
    if "${" not in text:
        return [text]
    found: list[Piece] = []
    literal, at = "", 0
    while opened := _OPEN.search(text, at):
        literal += text[at : opened.start()]
        end = None if opened.group() == "$${" else _end(text, opened.end())
        if end is None:
            literal, at = literal + "${", opened.end()
            continue
        found += [literal, None] if literal else [None]
        literal, at = "", end
    literal += text[at:]
    return [*found, literal] if literal or not found else found


def _end(text: str, at: int) -> int | None:
    """The offset behind the brace that closes the expression which starts at `at`."""
    depth = 1
    for token in _INSIDE.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if not depth:
            return token.end()
    return None


def known(value: Any, split: Splitter = pieces) -> Any:
    """The value as far as it is known: UNKNOWN for a text that is one expression.

    A text that is partly an expression becomes `Joined`; a literal one is unescaped.
    """
    if isinstance(value, dict):
        return {key: known(below, split) for key, below in value.items()}
    if isinstance(value, list):
        return [known(below, split) for below in value]
    if not isinstance(value, str):
        return value
    match split(value):
        case [None]:
            return UNKNOWN
        case [str() as literal]:
            return literal
    return Joined(value)
