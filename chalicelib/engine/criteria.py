"""A rule's criteria, asked of an event: by the door first, and by the engine of what it lets in.

Pure. Must not import what an event that fails its criteria can do without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.engine.scope import Scope, event_scope
from chalicelib.errors import EventError

if TYPE_CHECKING:
    from chalicelib.clock import Clock
    from chalicelib.events.event import Event
    from chalicelib.plan import Condition, Plan, Stage

MOST_ELEMENTS = 100


class Criteria:
    """What one rule in one stage asks of each event, or of each element of it."""

    def __init__(
        self, plan: Plan, stage: Stage, clock: Clock, secret: Callable[[str], str]
    ) -> None:
        self._plan = plan
        self._stage = stage
        self._clock = clock
        self._secret = secret

    def elements(self, event: Event) -> Iterator[tuple[int | None, Scope]]:
        """What the rule makes an execution of, each with its scope. Raises EventError."""
        if self._plan["each"] is None:
            yield None, self._scope(event)
            return
        for index in range(len(self._each(self._scope(event)))):
            yield index, self.scope_of(event, index)

    def scope_of(self, event: Event, element: int | None) -> Scope:
        """The scope of an event, or of one element of it."""
        scope, each = self._scope(event), self._plan["each"]
        if each is None or element is None:
            return scope
        return scope.child(each["as_name"], self._each(scope)[element])

    def unmet_by_event(self, scope: Scope) -> str | None:
        """The criterion on the event alone that is not met, and why; None where all are."""
        return _unmet(self._plan["criteria"]["event"], scope)

    def unmet_by_facts(self, scope: Scope) -> str | None:
        """The same of those that need facts, once these are in scope."""
        return _unmet(self._plan["criteria"]["facts"], scope)

    def _scope(self, event: Event) -> Scope:
        return event_scope(self._plan, self._stage, event, self._clock, self._secret)

    def _each(self, scope: Scope) -> list[Any]:
        each = self._plan["each"]
        assert each is not None  # noqa: S101 - the callers asked
        elements = scope.evaluator.value(each["of"])
        if not isinstance(elements, list) or len(elements) > MOST_ELEMENTS:
            found = f"{len(elements)} elements" if isinstance(elements, list) else repr(elements)
            raise EventError(
                f"{self._plan['rule']}: each.of: {each['of']['text']} gave {found[:80]}; "
                f"expected a list of at most {MOST_ELEMENTS}"
            )
        return elements


def _unmet(condition: Condition | None, scope: Scope) -> str | None:
    if condition is None:
        return None
    verdict = scope.evaluator.holds(condition)
    return None if verdict.met else f"{verdict.criterion}: {verdict.reason}"
