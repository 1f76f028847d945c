"""Asking again: an alarm tells only of changes, so what was refused once may be true still.

At the end of whatever refused it, the alarm is read; if it is still in a state that the rule
is for, the rule gets it afresh, as an event of that moment. Only guards that open by
themselves are waited for.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.engine.ports import Actions
from chalicelib.engine.times import iso
from chalicelib.errors import StepError
from chalicelib.guards.limits import Refusal
from chalicelib.journal.record import Execution, Waiting
from chalicelib.plan import Guard

_OPENING = frozenset({"cooldown", "rate", "lock", "window", "pause"})


def waits(guard: Guard | None, refusal: Refusal) -> bool:
    """Whether the refused event's alarm is to be read when the guard opens."""
    asks = guard is not None and guard["recheck"]
    return asks and refusal.until is not None and refusal.guard in _OPENING


def refused(ended: Execution, refusal: Refusal) -> Execution:
    """The refusal as it is written down: with the moment at which to look again."""
    if refusal.until is None:
        return ended
    return replace(ended, waiting=Waiting("recheck", iso(refusal.until)))


def alarm_event(there: Execution, actions: Actions, tools: Tools) -> Mapping[str, Any] | None:
    """The refused event as of now; None where the alarm is gone.

    Its time is the moment for which the look was planned, so that two looks are one event.
    Raises StepError where CloudWatch does not say.
    """
    if there.waiting is None:
        raise StepError("NotWaiting", f"{there.id} waits for nothing")
    detail = there.event["detail"]
    asked = {"AlarmNames": [detail["alarmName"]], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    answer = actions.call("aws.cloudwatch.describe_alarms", tools, asked)
    found = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
    if not found:
        return None
    event: dict[str, Any] = copy.deepcopy(dict(there.event))
    event["time"] = there.waiting.until
    event["detail"]["state"] |= {
        "value": found[0]["StateValue"],
        "reason": found[0].get("StateReason", ""),
        "timestamp": there.waiting.until,
    }
    return event
