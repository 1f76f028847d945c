"""Plain scalars by YAML 1.2's core schema, with one deviation that keeps identifiers whole.

`on`, `no`, `18:00`, `1_000` and dates are text, as YAML 1.2 has it. So are whole numbers with
a leading zero: an account id is no number. Called by `nodes` alone.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_OTHER_BASE = re.compile(r"0(o[0-7]+|x[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
MAX_DIGITS = 40


class NotJson(ValueError):
    """A number that JSON, and so a plan, cannot hold."""


def resolve(text: str) -> Scalar:
    """The value of a plain scalar. Raises `NotJson`."""
    if text in WORDS:
        return WORDS[text]
    if not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _NOT_FINITE.fullmatch(text):
        raise NotJson(text)
    return _number(text)


def _number(text: str) -> Scalar:
    if _DECIMAL.fullmatch(text):
        return int(_bounded(text))
    if _OTHER_BASE.fullmatch(text):
        return int(_bounded(text), 0)
    if not _FLOAT.fullmatch(text):
        return text
    number = float(text)
    if not math.isfinite(number):
        raise NotJson(text)
    return number


def _bounded(digits: str) -> str:
    if len(digits) > MAX_DIGITS:
        raise NotJson(f"{digits[:12]}… of {len(digits):,} digits")
    return digits
