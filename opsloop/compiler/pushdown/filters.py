"""Filters: an `or` of branches, each an `and` of fields, as EventBridge's patterns are.

A filter never lets through less than what it stands for: where something cannot be said, it
says less. Called by all that translates criteria; `merging` puts one into a pattern. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from opsloop.compiler.pushdown.wanted import Wanted, meet

#: more would not fit into a pattern's 2,048 characters, or cost EventBridge too much
MOST_BRANCHES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in an event: keys, and which element of which arrays on the way.

    An array is told by its name; elements of one array that are told apart (`[0]`, `each`) may
    be different ones, and EventBridge wants all fields below an array in the same element.
    """

    steps: tuple[str, ...] = ()
    elements: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """As EventBridge has it, joined by dots."""
        return ".".join(self.steps)

    @property
    def sayable(self) -> bool:
        """Whether a pattern can name it: to EventBridge an empty name is none."""
        return bool(self.steps) and all(all(key.split(".")) and key != "$or" for key in self.steps)

    def child(self, key: str) -> Place:
        """A field of the value."""
        return replace(self, steps=(*self.steps, key))

    def element(self, which: str) -> Place:
        """An element of the value, which is a list."""
        return replace(self, elements=(*self.elements, (self.name, which)))

    def beside(self, other: Place) -> bool:
        """Whether both may stand in one branch: no array of both in two elements."""
        mine, theirs = set(self.elements), set(other.elements)
        shared = {array for array, _ in mine} & {array for array, _ in theirs}
        return all(array not in shared for array, _ in mine ^ theirs)


@dataclass(frozen=True, slots=True)
class Field:
    """What is wanted at a place."""

    place: Place
    wanted: Wanted


#: fields by their dotted name
Branch = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Filter:
    """One of the branches has to hold. No branches: nothing holds; an empty one: all does."""

    branches: tuple[Branch, ...]

    @property
    def is_everything(self) -> bool:
        """Whether it filters nothing."""
        return any(not branch for branch in self.branches)

    def fields(self) -> Iterator[Field]:
        """Every field of every branch."""
        for branch in self.branches:
            yield from branch.values()


EVERYTHING = Filter((MappingProxyType({}),))
NOTHING = Filter(())


def at(place: Place, wanted: Wanted) -> Filter:
    """One field."""
    if not wanted.texts:
        return NOTHING
    return Filter(({place.name: Field(place, wanted)},))


def both(one: Filter, other: Filter) -> Filter:
    """What both let through; one of them alone where there would be too many branches."""
    if len(one.branches) * len(other.branches) > MOST_BRANCHES:
        return min(one, other, key=lambda each: len(each.branches))
    merged = [_merged(a, b) for a in one.branches for b in other.branches]
    return _simplified([branch for branch in merged if branch is not None])


def either(one: Filter, other: Filter) -> Filter:
    """What one of them lets through; everything where there would be too many branches."""
    united = _simplified([*one.branches, *other.branches])
    return united if len(united.branches) <= MOST_BRANCHES else EVERYTHING


def _merged(one: Branch, other: Branch) -> Branch | None:
    """Both branches in one; None where no event can satisfy both."""
    fields = dict(one)
    for name, field in other.items():
        if name not in fields:
            if all(field.place.beside(each.place) for each in fields.values()):
                fields[name] = field
        elif fields[name].place == field.place:
            wanted = meet(fields[name].wanted, field.wanted)
            if not wanted.texts:
                return None
            fields[name] = Field(field.place, wanted)
    return fields


def _simplified(branches: list[Branch]) -> Filter:
    """Without branches that others let through, and with those as one that differ in one list."""
    left: list[Branch] = []
    for branch in branches:
        for place, other in enumerate(left):
            united = _united(other, branch)
            if united is not None:
                left[place] = united
                break
        else:
            left.append(branch)
    return EVERYTHING if any(not branch for branch in left) else Filter(tuple(left))


def _united(one: Branch, other: Branch) -> Branch | None:
    """One branch for both, if that lets nothing else through."""
    if one.items() <= other.items():
        return one
    if other.items() <= one.items():
        return other
    if one.keys() != other.keys():
        return None
    match [name for name in one if one[name] != other[name]]:
        case [name] if one[name].place == other[name].place:
            wanted = one[name].wanted.joined(other[name].wanted)
            return {**one, name: Field(one[name].place, wanted)}
    return None
