"""The door: what fails its criteria is turned away before the engine or boto3 is loaded.

Most events that start a function fail its criteria, and a cold start pays for all that is
imported. So this stands before the engine, which asks the same of what is let in. Called by
`chalicelib.functions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.engine.criteria import Criteria
from chalicelib.engine.outcomes import Outcome
from chalicelib.errors import OpsloopError
from chalicelib.events.normalise import normalise

if TYPE_CHECKING:
    from chalicelib.engine.ports import Telemetry
    from chalicelib.plan import Plan


class Door:
    """Stands before one rule's engine."""

    def __init__(self, plan: Plan, criteria: Criteria, telemetry: Telemetry) -> None:
        self._plan = plan
        self._criteria = criteria
        self._telemetry = telemetry

    def turned_away(self, payload: Any) -> list[Outcome] | None:
        """The outcomes, where nothing in the payload meets the criteria on the event.

        None where the engine has to see it.
        """
        if self._plan["criteria"]["event"] is None:
            return None
        try:
            unmet = [
                (event, self._criteria.unmet_by_event(scope))
                for event in normalise(payload)
                for _, scope in self._criteria.elements(event)
            ]
        except OpsloopError:
            return None  # the engine meets it again, and tells it
        if not all(reason for _, reason in unmet):
            return None
        return [not_met(self._plan, event, str(why), self._telemetry) for event, why in unmet]


def not_met(plan: Plan, event: Any, reason: str, telemetry: Telemetry) -> Outcome:
    """An event, or an element of it, that the rule is not for."""
    telemetry.info("not met", cause=event.identity, criterion=reason)
    return Outcome(plan["rule"], "not met", reason=reason)
