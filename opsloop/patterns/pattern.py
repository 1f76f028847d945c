"""One event pattern, exactly as EventBridge would match it.

Called by everything at the desk that asks "would this rule fire?". Imports the compiler, leaves,
matching and explanation; never AWS. docs/patterns.md is the language's specification.
"""

from collections.abc import Mapping
from typing import Any

from opsloop.patterns.compiler import compile_branches
from opsloop.patterns.explanation import Explanation, explain_branch
from opsloop.patterns.leaves import Leaves, steps_of
from opsloop.patterns.matching import contradiction
from opsloop.patterns.reading import read_event, read_pattern


class Pattern:
    """An event pattern that AWS would accept; raises InvalidPattern for another."""

    def __init__(self, pattern: Mapping[str, Any] | str | bytes) -> None:
        read = read_pattern(pattern) if isinstance(pattern, str | bytes) else pattern
        self.branches = compile_branches(read)
        self.names = frozenset(field.name for branch in self.branches for field in branch.fields)
        self._steps = frozenset(step for name in self.names for step in steps_of(name))

    def matches(self, event: dict[str, Any] | str | bytes) -> bool:
        """Whether EventBridge would deliver the event. Raises InvalidEvent."""
        found = self._leaves(event).found
        return any(contradiction(branch, found) is None for branch in self.branches)

    def explain(self, event: dict[str, Any] | str | bytes) -> Explanation:
        """Each branch, field and operator with what was seen. Raises InvalidEvent."""
        leaves = self._leaves(event)
        return Explanation(tuple(explain_branch(branch, leaves) for branch in self.branches))

    def _leaves(self, event: dict[str, Any] | str | bytes) -> Leaves:
        read = read_event(event) if isinstance(event, str | bytes) else event
        return Leaves(read, self.names, self._steps)
