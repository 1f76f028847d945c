"""What was probably meant where an expression cannot be read, and the corrected text.

Called by `dialect` with the tokens and the one that did not fit. Each correction changes
one thing; `repaired` goes on until the text can be read, and offers only such a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from opsloop.expressions.faults import BadExpression
from opsloop.expressions.lexer import Token
from opsloop.expressions.spot import CLOSING, COMPARATORS, OPENING, Spot, replaced
from opsloop.problems import Fault

_MOST_REPAIRS = 10
_NAMES = {
    "rbracket": "`]`",
    "rparen": "`)` or `,`",
    "rbrace": "`}`",
    "colon": "`:`",
    "comma": "`,`",
    "star": "an index, a slice or `*`",
    "quoted_identifier": "a name in double quotes",
    "unquoted_identifier": "a name",
}
_FUNCTIONS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_WORDS = {"and": "&&", "or": "||", "is": "=="}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RUN = re.compile(r"[^\s()\[\]{}<>=!&|,'\"`]+")


def named(expected: str | list[str]) -> str:
    """Token types of jmespath in words."""
    types = [expected] if isinstance(expected, str) else expected
    return " or ".join(_NAMES.get(each, each) for each in types)


def repaired(text: str, fault: Fault, read: Callable[[str], Any]) -> Fault:
    """The fault with a correction that can be read, or with none."""
    correction = fault.correction
    for _ in range(_MOST_REPAIRS):
        if correction is None or correction == text:
            break
        try:
            read(correction)
        except BadExpression as bad:
            correction = bad.fault.correction
        else:
            return replace(fault, correction=correction)
    return replace(fault, correction=None)


def explained(text: str, tokens: list[Token], index: int, expected: str) -> Fault:
    """The fault at the token that did not fit, where `expected` is what the grammar says."""
    spot = Spot(text, tokens, index)
    for recognise in _MISTAKES:
        if fault := recognise(spot):
            return fault
    return spot.fault(expected)


def _call(spot: Spot, function: str, *, turned: bool = False) -> str | None:
    """`a + b` as `add(a, b)`; turned, `a in b` as `contains(b, a)`."""
    first, last = spot.before(), spot.after()
    if not first or not last:
        return None
    left = spot.text[spot[first]["start"] : spot[-1]["end"]]
    right = spot.text[spot[1]["start"] : spot[last]["end"]]
    sides = f"{right}, {left}" if turned else f"{left}, {right}"
    return spot.swap(f"{function}({sides})", first, last)


def _template(spot: Spot) -> Fault | None:
    if spot[0]["text"] != "$" or spot[1]["text"] != "{":
        return None
    inside = re.sub(r"\$\{([^{}]*)\}", r"\1", spot.text)
    return spot.fault("an expression; `${}` belongs into texts", inside)


def _word(spot: Spot) -> Fault | None:
    word = str(spot[0]["value"]).lower()
    if spot[0]["type"] != "unquoted_identifier" or not spot.follows_value():
        return None
    if word == "is" and spot[1]["value"] == "not":
        return spot.fault("`!=`", spot.swap("!=", 0, 1))
    if word in _WORDS:
        return spot.fault(f"`{_WORDS[word]}`", spot.swap(_WORDS[word]))
    if word == "in":
        return spot.fault("`contains(list, value)`", _call(spot, "contains", turned=True))
    return None


def _not(spot: Spot) -> Fault | None:
    """`not a == b`: elsewhere it takes in a comparison, `!` takes in a path."""
    if spot[-1]["type"] != "unquoted_identifier" or spot[-1]["value"].lower() != "not":
        return None
    taken, signs = spot.operand()
    start, end = spot[0]["start"], taken[-1]["end"] if taken else spot[0]["start"]
    inside = spot.text[start:end]
    expected, negated = "`!`", f"!({inside})" if signs else f"!{inside}"
    if [sign["type"] for sign in signs] == ["eq"]:
        at = signs[0]["start"] - start
        expected, negated = "`!=`", replaced(inside, at, at + 2, "!=")
    return spot.fault(expected, replaced(spot.text, spot[-1]["start"], end, negated), -1)


def _comparison(spot: Spot) -> Fault | None:
    text, previous = spot[0]["text"], spot[-1]["text"]
    if text == "=" and previous in ("==", "!=") and spot.touches(0):
        return spot.fault(f"`{previous}` alone", spot.swap(previous, -1, 0))
    if text == "=" and spot[1]["text"] == "~":
        return spot.fault("`regex(text, 'pattern')`")
    if text == "=":
        return spot.fault("`==`", spot.swap("=="))
    if text == ">" and previous == "<" and spot.touches(0):
        return spot.fault("`!=`", spot.swap("!=", -1, 0), -1)
    if text == "&" and spot.follows_value():
        return spot.fault("`&&`", spot.swap("&&"))
    return None


def _hyphen(spot: Spot) -> Fault | None:
    """`a.foo-bar`: a hyphen is not part of a name, unless in double quotes."""
    at = spot[0]
    hyphen = at["text"] == "-" or (at["type"] == "number" and at["text"][0] == "-")
    if not hyphen or not spot.touches(0) or spot[-1]["type"] != "unquoted_identifier":
        return None
    start = spot[-1]["start"]
    match = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_]+)+").match(spot.text, start)
    if match is None:
        return None
    if spot[-2]["type"] in COMPARATORS:
        return _unquoted(spot)
    correction = replaced(spot.text, start, match.end(), f'"{match[0]}"')
    fault = spot.fault("a name with a hyphen in double quotes", correction, -1)
    return replace(fault, found=f"`{match[0]}`")


def _unquoted(spot: Spot) -> Fault | None:
    """`region == us-east-1`: a text without its quotes."""
    if spot.index < 2 or spot[-2]["type"] not in COMPARATORS or not spot.touches(0):  # noqa: PLR2004 - operator and word
        return None
    match = _RUN.match(spot.text, spot[-1]["start"])
    if match is None:
        return None
    correction = replaced(spot.text, match.start(), match.end(), f"'{match[0]}'")
    fault = spot.fault("a text in single quotes", correction, -1)
    return replace(fault, found=f"`{match[0]}`")


def _unit(spot: Spot) -> Fault | None:
    if spot[-1]["type"] != "number" or not spot.touches(0):
        return None
    match = re.compile(r"\d+(\.\d+)?[smhdw]\b").match(spot.text, spot[-1]["start"])
    if match is None:
        return None
    correction = replaced(spot.text, match.start(), match.end(), f"duration('{match[0]}')")
    return replace(spot.fault("`duration()`", correction, -1), found=f"`{match[0]}`")


def _arithmetic(spot: Spot) -> Fault | None:
    at = spot[0]
    if at["text"] in _FUNCTIONS and spot.follows_value():
        function = _FUNCTIONS[at["text"]]
        return spot.fault(f"`{function}(a, b)`", _call(spot, function))
    if at["type"] == "number" and at["text"][0] == "-" and spot.follows_value():
        spaced = replaced(spot.text, at["start"], at["start"] + 1, " - ")
        return spot.fault("`sub(a, b)`", spaced)
    return None


def _after_dot(spot: Spot) -> Fault | None:
    if spot[-1]["type"] != "dot":
        return None
    at = spot[0]
    if at["type"] == "number":
        return spot.fault("a name, or an index in brackets", spot.swap(f"[{at['text']}]", -1, 0))
    if at["type"] == "literal" and isinstance(at["value"], str):
        return spot.fault("a name", spot.swap(_field(at["value"])))
    if at["type"] == "lbracket":
        return spot.fault("an index without a dot before it", spot.swap("[", -1, 0))
    if at["type"] == "variable":
        return spot.fault(f"a name; for a key that varies, `get(object, {at['text']})`")
    return spot.fault("a name after the dot")


def _key(spot: Spot) -> Fault | None:
    """`tags['name']` and `tags[name]`: in brackets stand numbers only."""
    if spot[-1]["type"] != "lbracket" or spot[1]["type"] != "rbracket":
        return None
    at = spot[0]
    if at["type"] in ("unquoted_identifier", "quoted_identifier", "literal"):
        name = _field(str(at["value"]))
        return spot.fault("a number in brackets; a name after a dot", spot.swap(f".{name}", -1, 1))
    if at["type"] == "variable":
        first = replace(spot, index=spot.index - 1).before() - 1
        path = spot.text[spot[first]["start"] : spot[-1]["start"]]
        return spot.fault("`get(object, key)`", spot.swap(f"get({path}, {at['text']})", first, 1))
    return None


def _field(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def _quotes(spot: Spot) -> Fault | None:
    at = spot[0]["text"]
    if at in ("'", '"', "`"):
        return spot.fault(f"a closing {at}", spot.text.rstrip() + at)
    if at in "\u2018\u2019\u201c\u201d" and at:
        return spot.fault("a straight quote", re.sub("[\u2018\u2019\u201c\u201d]", "'", spot.text))
    return None


def _choice(spot: Spot) -> Fault | None:
    if spot[0]["text"] != "?":
        return None
    return spot.fault("`condition && value || other`; there is no `?:`")


def _reference(spot: Spot) -> Fault | None:
    """`secret(ssm:/name)`: a reference without its quotes."""
    named = spot[-1]["text"] in ("ssm", "sm") and spot[-3]["text"] == "secret"
    if spot[0]["text"] != ":" or not named:
        return None
    match = re.compile(r"[^\s()'\"]+").match(spot.text, spot[-1]["start"])
    if match is None:
        return None
    quoted = f"'{match[0]}'"
    correction = replaced(spot.text, match.start(), match.end(), quoted)
    fault = spot.fault(f"`{quoted}`, in single quotes", correction, -1)
    return replace(fault, found=f"`{match[0]}`")


def _unclosed(spot: Spot) -> Fault | None:
    if spot[0]["type"] != "eof":
        return None
    missing: list[str] = []
    for token in spot.tokens:
        if token["type"] in OPENING:
            missing.append(OPENING[token["type"]])
        elif token["type"] in CLOSING and missing:
            missing.pop()
    if not missing or not spot.follows_value():
        return None
    return spot.fault(f"`{missing[-1]}`", spot.text.rstrip() + "".join(reversed(missing)))


_MISTAKES: tuple[Callable[[Spot], Fault | None], ...] = (
    _template,
    _reference,
    _quotes,
    _word,
    _not,
    _comparison,
    _hyphen,
    _unit,
    _unquoted,
    _arithmetic,
    _after_dot,
    _key,
    _choice,
    _unclosed,
)
