"""What a pattern asks of one field: a list of values, of which EventBridge wants one.

Called by `filters` and `merging`. Two lists on one field are put together here; that is exact
only where both speak of the same one value. Imports the matcher's own operators, so that what
is said to hold is what EventBridge's engine holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from opsloop.patterns.operator_syntax import parse_operators
from opsloop.patterns.operators import Absent, Operator
from opsloop.patterns.tokens import token_of

ABSENT = {"exists": False}
PRESENT = {"exists": True}
#: a text, whatever it says
ANY_TEXT = {"prefix": ""}
#: operators from narrow to wide, where only one of two can be kept
_WIDTHS = ("cidr", "suffix", "prefix", "wildcard", "equals-ignore-case", "numeric", "anything-but")


@dataclass(frozen=True)
class Wanted:
    """`texts` are the list's values as JSON. Empty: nothing can hold.

    `single`: it is about the one value that stands at the path. Else about some element.
    """

    texts: tuple[str, ...]
    single: bool = True

    @classmethod
    def of(cls, *values: Any, single: bool = True) -> Wanted:
        """A list of these values, each once."""
        texts = (json.dumps(value, ensure_ascii=False) for value in values)
        return cls(tuple(dict.fromkeys(texts)), single)

    @property
    def values(self) -> list[Any]:
        """The list, as a pattern has it."""
        return [json.loads(text) for text in self.texts]

    @cached_property
    def operators(self) -> tuple[Operator, ...]:
        """The matcher's own."""
        return parse_operators(self.values, "$")

    @property
    def literal(self) -> bool:
        """Whether each value stands for itself, or for absence."""
        return all(value == ABSENT or not isinstance(value, dict) for value in self.values)

    @property
    def stars(self) -> int:
        """How many wildcards EventBridge has to try."""
        return sum(text.count("*") for text in self.texts if '"wildcard"' in text)

    def takes(self, literal: Any) -> bool:
        """Whether a literal, or absence, is among what is wanted."""
        return takes(self.operators, literal)

    def joined(self, other: Wanted) -> Wanted:
        """What either takes."""
        texts = dict.fromkeys((*self.texts, *other.texts))
        return Wanted(tuple(texts), self.single and other.single)


def takes(operators: Iterable[Operator], literal: Any) -> bool:
    """Whether one of the operators takes a literal, or absence."""
    if literal == ABSENT:
        return any(isinstance(operator, Absent) for operator in operators)
    token = token_of(literal) or ""
    return any(operator.holds(token) for operator in operators)


def meet(one: Wanted, other: Wanted) -> Wanted:
    """What both take, or the narrower of the two: never less than what both take."""
    exact = _exactly(one, other) if one.single and other.single else None
    return exact or min(one, other, key=_width)


def _exactly(one: Wanted, other: Wanted) -> Wanted | None:
    """For lists about the same one value, as far as one list can say it."""
    for literals, test in ((one, other), (other, one)):
        if literals.literal:
            return filtered(literals, test.operators)
    return _range(one, other) or _neither(one, other)


def filtered(literals: Wanted, operators: Iterable[Operator]) -> Wanted:
    """Those literals that the operators take."""
    tests = tuple(operators)
    return Wanted.of(*(each for each in literals.values if takes(tests, each)))


def _range(one: Wanted, other: Wanted) -> Wanted | None:
    """A lower and an upper bound."""
    bounds = [_only(each, "numeric") for each in (one, other)]
    match sorted(filter(None, bounds), key=lambda bound: str(bound[0]), reverse=True):
        case [[(">" | ">=") as above, low], [("<" | "<=") as below, high]] if low < high:
            return Wanted.of({"numeric": [above, low, below, high]})
    return None


def _neither(one: Wanted, other: Wanted) -> Wanted | None:
    """Two lists of texts, or of numbers, that are excluded."""
    excluded = [_only(each, "anything-but") for each in (one, other)]
    kinds = {isinstance(value, str) for each in excluded for value in _list(each)}
    if len(kinds) != 1 or not all(isinstance(each, list) for each in excluded):
        return None
    absent = [ABSENT] if one.takes(ABSENT) and other.takes(ABSENT) else []
    values = list(dict.fromkeys(value for each in excluded for value in _list(each)))
    return Wanted.of({"anything-but": values}, *absent)


def _only(wanted: Wanted, name: str) -> Any:
    """The operand where this operator stands alone, or beside absence."""
    match [value for value in wanted.values if value != ABSENT]:
        case [dict() as operator]:
            return operator.get(name)
    return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _width(wanted: Wanted) -> tuple[int, int]:
    """How much is let through, roughly: literals are narrow, absence and `exists` are wide."""
    absent = wanted.takes(ABSENT)
    if wanted.literal:
        return (2 * len(_WIDTHS) if absent else -1, len(wanted.texts))
    widest = max(_rank(value) for value in wanted.values)
    return widest + len(_WIDTHS) * absent, len(wanted.texts)


def _rank(value: Any) -> int:
    if not isinstance(value, dict) or value == ABSENT:
        return -1
    name = next(iter(value))
    if value == ANY_TEXT or name not in _WIDTHS:
        return len(_WIDTHS)
    return _WIDTHS.index(name)
