"""Tokens of the dialect, in the shape jmespath's parser reads.

Unlike jmespath's own lexer it knows numbers with a fraction and `$name`, gives true ends,
and hands on what it cannot read as a token `unknown`, so that the parser, which knows what
stood before, can say what was probably meant.
"""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any, NoReturn, TypedDict

from opsloop.expressions.faults import BadExpression
from opsloop.problems import Fault


class Token(TypedDict):
    """`text` is what stands in the expression from `start` to `end`."""

    type: str
    value: Any
    start: int
    end: int
    text: str


_SYMBOLS = {
    "[?": "filter", "[]": "flatten", "||": "or", "&&": "and", "==": "eq", "!=": "ne",
    "<=": "lte", ">=": "gte", "<": "lt", ">": "gt", "!": "not", "|": "pipe", "&": "expref",
    ".": "dot", "*": "star", "]": "rbracket", ",": "comma", ":": "colon", "@": "current",
    "(": "lparen", ")": "rparen", "{": "lbrace", "}": "rbrace", "[": "lbracket",
}  # fmt: skip
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | \$(?P<variable>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<unquoted_identifier>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<quoted_identifier>"(?:\\.|[^"\\])*")
    | (?P<raw>'(?:\\.|[^'\\])*')
    | (?P<literal>`(?:\\.|[^`\\])*`)
    | (?P<symbol>{})
    | (?P<unknown>.)
    """.format("|".join(map(re.escape, _SYMBOLS))),
    re.VERBOSE | re.DOTALL,
)


def tokenize(text: str) -> list[Token]:
    """All tokens, and one of type `eof`. Raises BadExpression for a literal that is none."""
    tokens = [_token(match) for match in _TOKEN.finditer(text) if match.lastgroup != "space"]
    end = len(text)
    return [*tokens, Token(type="eof", value="", start=end, end=end, text="")]


def _token(match: re.Match[str]) -> Token:
    group = str(match.lastgroup)
    read = _READERS.get(group)
    kind, value = read(match) if read else (group, match[group])
    start, end = match.span()
    return {"type": kind, "value": value, "start": start, "end": end, "text": match[0]}


def _symbol(match: re.Match[str]) -> tuple[str, str]:
    return _SYMBOLS[match[0]], match[0]


def _number(match: re.Match[str]) -> tuple[str, float]:
    # JSON refuses a leading zero with a message of its own; the parser has a better one
    value = float(match[0]) if re.match("-?0[0-9]", match[0]) else _json(match, match[0])
    return "number", value


def _raw(match: re.Match[str]) -> tuple[str, str]:
    return "literal", match[0][1:-1].replace("\\'", "'")


def _quoted(match: re.Match[str]) -> tuple[str, Any]:
    return "quoted_identifier", _json(match, match[0])


def _literal(match: re.Match[str]) -> tuple[str, Any]:
    return "literal", _json(match, match[0][1:-1].replace("\\`", "`"))


def _json(match: re.Match[str], text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        _refuse(match, "JSON that is nested less deep", None)
    except ValueError as error:
        meant = "'{}'".format(text.strip().replace("'", "\\'")) if match[0][0] == "`" else None
        _refuse(match, f"{_WANTED[str(match.lastgroup)]} ({_reason(error)})", meant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    if not isfinite(number := float(text)):
        raise ValueError("too large")
    return number


def _refuse(match: re.Match[str], expected: str, meant: str | None) -> NoReturn:
    text, start, end = match.string, match.start(), match.end()
    correction = None if meant is None else text[:start] + meant + text[end:]
    raise BadExpression([Fault(_shown(match[0]), expected, correction, offset=start)])


def _shown(text: str) -> str:
    return text if text.startswith("`") else f"`{text}`"


def _reason(error: ValueError) -> str:
    return str(error).split(":", maxsplit=1)[0]


_WANTED = {
    "number": "a number",
    "quoted_identifier": "a name in double quotes, with JSON's escapes",
    "literal": "JSON between backticks",
}
_READERS = {
    "symbol": _symbol,
    "number": _number,
    "raw": _raw,
    "quoted_identifier": _quoted,
    "literal": _literal,
}
