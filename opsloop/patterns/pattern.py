"""One event pattern, exactly as EventBridge would match it.

Called by everything at the desk that asks "would this rule fire?". Imports compiler and leaves;
never AWS. docs/patterns.md is the language's specification.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from opsloop.patterns.compiler import Branch, compile_branches
from opsloop.patterns.leaves import Leaf, Leaves, Position, steps_of
from opsloop.patterns.operators import Absent, Operator
from opsloop.patterns.reading import read_event, read_pattern


class Pattern:
    """An event pattern that AWS would accept; raises InvalidPattern for another."""

    def __init__(self, pattern: Mapping[str, Any] | str | bytes) -> None:
        read = read_pattern(pattern) if isinstance(pattern, str | bytes) else pattern
        self.branches = tuple(
            dict(sorted(branch.items(), key=_java_order)) for branch in compile_branches(read)
        )
        self.names = frozenset(name for branch in self.branches for name in branch)
        self._steps = frozenset(step for name in self.names for step in steps_of(name))

    def matches(self, event: Mapping[str, Any] | str | bytes) -> bool:
        """Whether EventBridge would deliver the event. Raises InvalidEvent."""
        leaves = self.leaves(event)
        return any(_branch_matches(branch, leaves) for branch in self.branches)

    def leaves(self, event: Mapping[str, Any] | str | bytes) -> dict[str, list[Leaf]]:
        """The event's leaves under the names of this pattern."""
        read = read_event(event) if isinstance(event, str | bytes) else event
        return Leaves(self.names, self._steps).read(read)


def _java_order(item: tuple[str, Any]) -> bytes:
    return item[0].encode("utf-16-be", "surrogatepass")


def _branch_matches(branch: Branch, leaves: dict[str, list[Leaf]]) -> bool:
    """Walk the fields by name, keeping each choice of array elements that is still consistent."""
    states: set[Position] = {()}
    for name, operators in branch.items():
        found = leaves.get(name, ())
        hits = [leaf.position for leaf in found if _any_holds(operators, leaf.token)]
        after = {merged for state in states for merged in _merge_all(state, hits)}
        if any(isinstance(operator, Absent) for operator in operators):
            places = [leaf.position for leaf in found]
            after |= {state for state in states if not any(True for _ in _merge_all(state, places))}
        if not after:
            return False
        states = after
    return True


def _any_holds(operators: tuple[Operator, ...], token: str) -> bool:
    return any(operator.holds(token) for operator in operators)


def _merge_all(state: Position, positions: Iterable[Position]) -> Iterable[Position]:
    known = dict(state)
    for position in positions:
        if all(known.get(array, index) == index for array, index in position):
            yield tuple(sorted({*state, *position}))
