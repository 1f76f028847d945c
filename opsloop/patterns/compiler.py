"""A pattern's JSON into branches of fields, or the reason why EventBridge refuses it.

Called by Pattern. Imports branches, operator_syntax, places, reading and errors.
"""

from typing import Any, TypeAlias

from opsloop.patterns.branches import Branch, Field
from opsloop.patterns.errors import InvalidPattern
from opsloop.patterns.operator_syntax import parse_operators
from opsloop.patterns.places import ROOT, child, element
from opsloop.patterns.reading import elements, json_text, members

OR = "$or"
MOST_BRANCHES = 1000
MOST_FIELDS = 256
FEWEST_ALTERNATIVES = 2
# AWS keeps these for operators, present and to come: no field inside `$or` may be named so.
RESERVED_IN_OR = frozenset(
    """
    exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= >
    >= regex not-wildcard not-equals-ignore-case date-after date-on-or-after date-before
    date-on-or-before in-date-range ip-address-in-range ip-address-not-in-range
    """.split()  # noqa: SIM905 - a list of words reads better than quotes
)

_Fields: TypeAlias = dict[str, Field]


def compile_branches(pattern: Any) -> tuple[Branch, ...]:
    """The branches of a pattern given as Python objects or read from text.

    A `$or` that is malformed is a plain field's name to AWS; then so is each other `$or`.
    Raises InvalidPattern.
    """
    try:
        branches = _Compiler(knows_or=True).compile(pattern)
    except InvalidPattern as refusal:
        try:
            branches = _Compiler(knows_or=False).compile(pattern)
        except InvalidPattern:
            raise refusal from None
    return tuple(Branch(tuple(fields.values())) for fields in branches)


class _Compiler:
    def __init__(self, *, knows_or: bool) -> None:
        self._knows_or = knows_or
        self._branches: list[_Fields] = []

    def compile(self, pattern: Any) -> list[_Fields]:
        self._object(pattern, ROOT, (), in_or=False)
        if any(len(branch) > MOST_FIELDS for branch in self._branches):
            raise InvalidPattern(ROOT, f"more than {MOST_FIELDS} fields")
        return self._branches

    def _object(self, value: Any, place: str, steps: tuple[str, ...], *, in_or: bool) -> None:
        pairs = members(value)
        if pairs is None:
            raise InvalidPattern(place, f"found {json_text(value)}: expected an object")
        if not (found := list(pairs)):
            raise InvalidPattern(place, "an empty object: expected at least one field")
        for name, inner in found:
            if not isinstance(name, str):
                raise InvalidPattern(place, f"found the name {name!r}: expected a string; quote it")
            at = child(place, name)
            if self._knows_or and name == OR:
                self._or(inner, at, steps)
            elif in_or and name in RESERVED_IN_OR:
                raise InvalidPattern(at, f"{name!r} is a reserved word inside {OR}")
            else:
                self._field(inner, at, (*steps, name), in_or=in_or)

    def _field(self, value: Any, place: str, steps: tuple[str, ...], *, in_or: bool) -> None:
        if members(value) is not None:
            self._object(value, place, steps, in_or=in_or)
            return
        values = elements(value)
        if values is None:
            found = json_text(value)
            raise InvalidPattern(place, f"found {found}: expected a list, as in [{found}]")
        field = Field(steps, parse_operators(values, place))
        self._branches = self._branches or [{}]
        for branch in self._branches:
            branch[field.name] = field

    def _or(self, value: Any, place: str, steps: tuple[str, ...]) -> None:
        alternatives = elements(value)
        if alternatives is None or len(alternatives) < FEWEST_ALTERNATIVES:
            raise InvalidPattern(place, "expected a list of at least two objects")
        before, after = self._branches or [{}], []
        for i, alternative in enumerate(alternatives):
            self._branches = [dict(branch) for branch in before]
            self._object(alternative, element(place, i), steps, in_or=True)
            after += self._branches
            if len(after) > MOST_BRANCHES:
                raise InvalidPattern(place, f"more than {MOST_BRANCHES} combinations of {OR}")
        self._branches = after
