"""A field's value to the set of branches that it leaves possible, as the bits of an int, memoised.

Made and asked by Group only. Imports branches and operators. One look-up answers for all branches
at once; an operator is evaluated once for each value that is new.
"""

from collections.abc import Iterable
from sys import intern
from typing import Any

from msgspec import UNSET

from opsloop.patterns.branches import Field
from opsloop.patterns.operators import Absent, Exactly, ExactNumber, Operator
from opsloop.patterns.tokens import QUOTE, comparable, token_of

MOST_REMEMBERED = 10_000
LONGEST_REMEMBERED = 512


class Masks(dict[Any, int]):
    """The memo of one field. Keys are what the JSON reader gives: a float comes as its text.

    A key is str, int, bytes (the text of a float), bool, None, or UNSET where nothing is.
    """

    __slots__ = ("_absent", "_exact", "_free", "_numbers", "_others", "asking")

    def __init__(self, everyone: int, fields: Iterable[tuple[int, Field]]) -> None:
        super().__init__()
        self.asking = self._absent = 0
        self._exact: dict[str, int] = {}
        self._numbers: dict[float, int] = {}
        self._others: dict[Operator, int] = {}
        for bit, field in fields:
            self.asking |= bit
            for operator in field.operators:
                self._index(operator, bit)
        self._free = everyone & ~self.asking

    def _index(self, operator: Operator, bit: int) -> None:
        match operator:
            case Absent():
                self._absent |= bit
            case Exactly(token=token):
                self._exact[token] = self._exact.get(token, 0) | bit
            case ExactNumber(text=text, value=value):
                self._exact[text] = self._exact.get(text, 0) | bit
                if value is not None:
                    self._numbers[value] = self._numbers.get(value, 0) | bit
            case _:
                self._others[operator] = self._others.get(operator, 0) | bit

    def __missing__(self, value: Any) -> int:
        """Work the mask out and remember it, within bounds."""
        mask = self.of(value)
        if isinstance(value, str):
            if len(value) > LONGEST_REMEMBERED:
                return mask
            value = intern(value)  # groups share values: so they share the processor's cache
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[value] = mask
        return mask

    def of(self, value: Any) -> int:
        """The mask of a scalar or of UNSET."""
        if value is UNSET:
            return self._free | self._absent
        token = value.decode() if isinstance(value, bytes) else token_of(value)
        if token is None:
            raise TypeError(f"{type(value).__name__} is not a scalar")
        mask = self._free | self._exact.get(token, 0)
        if self._numbers and not token.startswith(QUOTE):
            number = comparable(token)
            mask |= 0 if number is None else self._numbers.get(number, 0)
        for operator, asking in self._others.items():
            if asking & ~mask and operator.holds(token):
                mask |= asking
        return mask

    def of_many(self, value: list[Any] | dict[str, Any]) -> int:
        """The mask of an array of scalars (one of them suffices) or of an object (no leaf)."""
        if isinstance(value, dict) or not value:
            return self[UNSET]
        mask = self._free
        for element in value:
            mask |= self.of(element) if isinstance(element, bool) else self[element]
        return mask

    @property
    def may_be_absent(self) -> int:
        """The branches that ask for absence here."""
        return self._absent

    @property
    def tells_booleans(self) -> bool:
        """Whether true and 1 differ here, or false and 0: to a dict they are one key."""
        return self.of(True) != self.of(1) or self.of(False) != self.of(0)  # noqa: FBT003
