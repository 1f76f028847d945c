"""A token that did not fit, and what stands around it. Used by `mistakes`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from opsloop.expressions.lexer import Token
from opsloop.problems import Fault

OPENING = {"lparen": ")", "lbracket": "]", "filter": "]", "lbrace": "}"}
CLOSING = frozenset({"rparen", "rbracket", "rbrace"})
_ENDS = CLOSING | {"unquoted_identifier", "quoted_identifier", "literal", "number", "variable"}
_ENDS |= {"current", "flatten", "star"}
COMPARATORS = frozenset({"eq", "ne", "lt", "lte", "gt", "gte"})
_JOINS = frozenset({"and", "or", "pipe", "comma", "colon", "eof"})


def replaced(text: str, start: int, end: int, new: str) -> str:
    """The text with one piece changed."""
    return text[:start] + new + text[end:]


@dataclass(frozen=True, slots=True)
class Spot:
    """A token that did not fit, and what stands around it."""

    text: str
    tokens: list[Token]
    index: int

    def __getitem__(self, distance: int) -> Token:
        """The token so many places on; beyond the ends, the end."""
        place = self.index + distance
        return self.tokens[place if 0 <= place < len(self.tokens) else -1]

    def fault(self, expected: str, correction: str | None = None, distance: int = 0) -> Fault:
        """A fault at this token, or at one so many places on."""
        token = self[distance]
        found = "the end" if token["type"] == "eof" else f"`{token['text']}`"
        return Fault(found, expected, correction, offset=token["start"])

    def swap(self, new: str, first: int = 0, last: int = 0) -> str:
        """The text where the tokens from `first` to `last` are replaced."""
        return replaced(self.text, self[first]["start"], self[last]["end"], new)

    def touches(self, distance: int) -> bool:
        """Whether nothing stands between the token so many places on and the one before it."""
        return self[distance - 1]["end"] == self[distance]["start"]

    def follows_value(self) -> bool:
        """Whether a value ends just before this token."""
        return self.index > 0 and self[-1]["type"] in _ENDS

    def operand(self) -> tuple[list[Token], list[Token]]:
        """The tokens from this one on up to the next `&&` or `||`, and what compares in them."""
        depth, taken, signs = 0, list[Token](), list[Token]()
        for before, token in pairwise(self.tokens[self.index - 1 :]):
            word = None if before["type"] == "dot" else token["text"]
            if depth == 0 and (token["type"] in _JOINS | CLOSING or word in ("and", "or")):
                break
            if depth == 0 and (token["type"] in COMPARATORS or word in ("=", "is", "in")):
                signs.append(token)
            depth += (token["type"] in OPENING) - (token["type"] in CLOSING)
            taken.append(token)
        return taken, signs

    def before(self) -> int:
        """How far back the path or call that ends just before this token begins."""
        return -_reach(self.tokens[: self.index][::-1], CLOSING, frozenset(OPENING))

    def after(self) -> int:
        """How far on the path or call that begins just after this token ends."""
        return _reach(self.tokens[self.index + 1 :], frozenset(OPENING), CLOSING)


def _reach(tokens: list[Token], opening: frozenset[str], closing: frozenset[str]) -> int:
    """How many tokens belong to one operand: names, dots, and whatever brackets hold."""
    depth = 0
    for count, token in enumerate(tokens):
        if token["type"] in opening:
            depth += 1
        elif token["type"] in closing:
            depth -= 1
        elif depth == 0 and token["type"] not in _ENDS | {"dot"}:
            return count
        if depth < 0:
            return count
    return len(tokens)
