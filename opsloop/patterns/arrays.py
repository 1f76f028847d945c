"""Array consistency: two fields below one array must match within the same element.

Called by Pattern and explain. Imports leaves. A position says which element of which arrays a leaf
lies in; a set of positions is what the fields so far leave open.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from opsloop.patterns.leaves import Leaf, Position

States: TypeAlias = frozenset[Position]
ANYWHERE: States = frozenset({()})


class Positions:
    """Where one field's leaves lie, found by the outermost array: cost follows what fits."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._outside = False
        self._inside: dict[int, dict[int, list[Position]]] = defaultdict(lambda: defaultdict(list))
        for position in dict.fromkeys(leaf.position for leaf in leaves):
            if position:
                self._inside[position[0][0]][position[0][1]].append(position)
            else:
                self._outside = True

    def consistent(self, state: Position) -> Iterator[Position]:
        """The positions that contradict nothing in the state."""
        known = dict(state)
        if self._outside:
            yield ()
        for array, by_index in self._inside.items():
            near = [by_index.get(known[array], [])] if array in known else by_index.values()
            for positions in near:
                for position in positions:
                    if all(known.get(inner, index) == index for inner, index in position):
                        yield position


def narrow(states: States, hits: Positions) -> States:
    """What stays open when one of the hits has to hold as well."""
    return frozenset(
        tuple(sorted({*state, *hit})) for state in states for hit in hits.consistent(state)
    )


def without(states: States, places: Positions) -> States:
    """What stays open when none of the places may be there."""
    return frozenset(state for state in states if not any(True for _ in places.consistent(state)))


def forget(states: States, arrays: frozenset[int]) -> States:
    """States with only the arrays of fields to come, so that sibling arrays do not multiply."""
    return frozenset(tuple(pair for pair in state if pair[0] in arrays) for state in states)


def still_to_come(fields: Sequence[Sequence[Leaf]]) -> list[frozenset[int]]:
    """For each field, the arrays that later fields lie in."""
    later: frozenset[int] = frozenset()
    found = []
    for leaves in reversed(fields):
        found.append(later)
        later |= {array for leaf in leaves for array, _ in leaf.position}
    return found[::-1]
