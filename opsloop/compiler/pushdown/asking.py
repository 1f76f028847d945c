"""What a pattern has to ask of the places of one value, for the value to be this or that.

Each answer lets through every event of which the expression says so; what it says less is
noted, in words. Called by `truth` and `calls`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from opsloop.compiler.pushdown import texts
from opsloop.compiler.pushdown.filters import EVERYTHING, NOTHING, Filter, at, both, either
from opsloop.compiler.pushdown.found import Alternative, Found
from opsloop.compiler.pushdown.known import ALWAYS, Known
from opsloop.compiler.pushdown.texts import Said
from opsloop.compiler.pushdown.wanted import ABSENT, ANY_TEXT, PRESENT, Wanted
from opsloop.patterns.tokens import comparable

#: what AWS's guide promises of `numeric`
_LARGEST = 5_000_000_000
_DECIMALS = 6
#: beyond, a whole number and the double nearest to it are two
_EXACT = 2**53


class Asking:
    """Asks, for one rule; `notes` has what cannot be asked, and why."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.notes: list[str] = []

    def nothing_of(self, why: str) -> Filter:
        """Nothing is asked."""
        self.notes.append(why)
        return EVERYTHING

    def text(self, found: Found, said: Said) -> Filter:
        """The value is a text of which this is said."""
        if said.less:
            self.notes.append(said.less)
        return self._any(found, said.values)

    def some(self, found: Found, said: Said) -> Filter:
        """The value, or an element of it, is a text of which this is said."""
        return self._any(found, said.values, single=False)

    def same(self, found: Found, value: Any) -> Filter:
        """It is equal to this."""
        match value:
            case list() | dict():
                return self.nothing_of(f"{shown(found)} is compared with a list or a map")
            case None:
                return self._absent(found, [])
            case str() if found.case:
                return self.text(found, texts.cased(value, found.case, whole=True))
            case str():
                return self._any(found, [value])
        if found.text or found.case:
            return NOTHING
        return self._any(found, [self._number(value)])

    def another(self, found: Found, value: Any) -> Filter:
        """It is not equal to this."""
        if value is None:
            return self.there(found)
        if found.case:
            return self.text(found, texts.uncased(value, found.case))
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return self.none_of(found, [value])
        return self.nothing_of("a pattern can exclude texts and numbers only")

    def none_of(self, found: Found, values: Iterable[Any]) -> Filter:
        """The value is none of these, or absent: those of one kind that can be excluded."""
        listed = list(values)
        words = [each for each in listed if isinstance(each, str) and not (found.text and not each)]
        numbers = [each for each in listed if _is_number(each) and self._number(each) == each]
        # what is no text is read as null where a text is wanted, and null is no number
        excluded = words or ([] if found.text else numbers)
        if not excluded:
            return self.nothing_of(f"{shown(found)} may be nearly anything")
        return self._of_one(found, [{"anything-but": excluded}, ABSENT])

    def there(self, found: Found) -> Filter:
        """It is neither null nor absent; or, of a text, not empty."""
        if found.case:
            return self._any(found, [ANY_TEXT])
        if found.text or all(self.known.is_single(each.place) for each in found.alternatives):
            return self._any(found, [PRESENT])
        why = "may be a list or a map, which `exists` does not see"
        return self.nothing_of(f"{shown(found)} {why}")

    def falsy(self, found: Found) -> Filter:
        """Null, false or empty."""
        return self._absent(found, [False, ""])

    def ordered(self, found: Found, sign: str, bound: Any) -> Filter:
        """`<`, `<=`, `>`, `>=`, where both sides are numbers."""
        if found.text or found.case or not _is_number(bound):
            return NOTHING
        if not self.known.by_aws:
            why = "may be a number of more digits than EventBridge compares"
            self.notes.append(f"{shown(found)} {why}: it need only be there")
        elif abs(bound) > _LARGEST or round(bound, _DECIMALS) != bound:
            self.notes.append(f"{bound} is beyond what AWS promises of `numeric`")
        else:
            return self._any(found, [{"numeric": [sign, bound]}])
        return self._any(found, [PRESENT])

    def member(self, found: Found, values: Iterable[Any], *, some: bool = False) -> Filter:
        """The value, or where `some` an element of it, is one of these, by Python's equality."""
        wanted: list[Any] = []
        for value in values:
            if isinstance(value, list | dict):
                return self.nothing_of("a list of lists or maps")
            wanted += _equals(value)
        if found.case:
            return reduce(either, (self.same(found, each) for each in wanted), NOTHING)
        asked = [self._number(each) for each in wanted]
        if None in asked and not some:
            return self._absent(found, [each for each in asked if each is not None])
        return self._any(found, asked, single=not some)

    def _absent(self, found: Found, values: list[Any]) -> Filter:
        """Null, absent, or one of these."""
        if found.case:
            return self._any(found, values)
        if found.text:
            return self.nothing_of(f"{shown(found)} is read as null for many reasons")
        return self._of_one(found, [None, *values, ABSENT], sure=True)

    def _of_one(self, found: Found, values: Iterable[Any], *, sure: bool = False) -> Filter:
        """Of a value that is sought in one place, where nothing else has its name.

        Unless `sure` is enough it has to be known as well that it is never a list or a map.
        """
        match found.alternatives:
            case (Alternative(place, given),) if given.is_everything and place.steps:
                if self.known.is_single(place) or (sure and self.known.is_sure(place)):
                    never = place.name in ALWAYS
                    return self._any(
                        found, (each for each in values if each != ABSENT or not never)
                    )
                why = "there may be a list on the way" if sure else "it may be a list"
                return self.nothing_of(f"{shown(found)}: {why}, into which EventBridge looks")
        why = "may be in several places, and no pattern can ask that it is in none"
        return self.nothing_of(f"{shown(found)} {why}")

    def _any(self, found: Found, values: Iterable[Any], *, single: bool = True) -> Filter:
        """One of the places has one of the values."""
        if not all(each.place.sayable for each in found.alternatives):
            return self.nothing_of(f"{shown(found)} has a name that no pattern has")
        wanted = Wanted.of(*values, single=single)
        asked = (both(at(each.place, wanted), each.given) for each in found.alternatives)
        return reduce(either, asked, NOTHING)

    def _number(self, value: Any) -> Any:
        """A literal as a pattern has it; a number that EventBridge may not hold is not asked."""
        if _is_number(value) and (abs(value) > _EXACT or comparable(str(value)) is None):
            self.notes.append(f"{value} is a number of more digits than EventBridge compares")
            return PRESENT
        return value


def _equals(value: Any) -> list[Any]:
    """The literals that Python holds equal to this one: to it, true is 1."""
    if isinstance(value, bool | int | float) and value in (0, 1):
        return [int(value), bool(value)]
    return [value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(found: Found) -> str:
    """The value in a reason."""
    return f"`{'.'.join(('event', *found.alternatives[0].place.steps))}`"
