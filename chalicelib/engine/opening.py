"""An execution as it begins: who it is, and what it is about. Pure."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from chalicelib.engine.outcomes import Invocation
from chalicelib.engine.scope import Scope
from chalicelib.engine.times import iso
from chalicelib.events import names
from chalicelib.events.causes import cause
from chalicelib.events.event import Event
from chalicelib.events.ulid import execution_id
from chalicelib.journal.memory import key_of
from chalicelib.journal.packing import storable
from chalicelib.journal.record import Execution
from chalicelib.plan import Mode, Plan, Stage
from chalicelib.plans import APP

MODES: tuple[Mode, ...] = ("off", "observe", "approve", "active")


def effective_mode(plan: Plan, stage: Stage) -> Mode:
    """The rule's mode, capped by the stage's `max_mode`."""
    return min(plan["mode"], stage["max_mode"], key=MODES.index)


def opened(
    *,
    plan: Plan,
    stage: Stage,
    event: Event,
    element: int | None,
    scope: Scope,
    invocation: Invocation,
    now: float,
) -> Execution:
    """The execution of a rule for one event, or for one element of it.

    Raises ExpressionError where the guards' key cannot be told.
    """
    rule = plan["rule"]
    mode = effective_mode(plan, stage)
    named = cause(event, f"{APP}-{stage['stage']}-")
    actor = names.actor(event)
    resource = names.resource(event).get("id")
    key = guard_key(plan, scope, resource)
    return Execution(
        id=execution_id(rule, event.identity, "" if element is None else str(element), event.time),
        rule=rule,
        pack=plan["pack"],
        plan=plan["digest"],
        mode=mode,
        identity=event.identity,
        event=event.envelope,
        event_time=event.time,
        started=iso(now),
        lease=iso(invocation.deadline),
        request=invocation.request,
        attempt=uuid4().hex,
        element=element,
        # a key of an index is never empty
        resource=storable(_about(plan, event, resource, key)) or None,
        actor=actor["name"] if actor else None,
        asked_by=names.asked_by(event),
        key=key,
        caused_by=str(named) if named and named.trusted else None,
        claims=str(named) if named and not named.trusted else None,
        chain=named.chain + 1 if named and named.trusted else 0,
        intent=_first_intent(plan, mode),
    )


def _about(plan: Plan, event: Event, resource: str | None, key: str | None) -> str | None:
    """What the history lists it under: the event's own resource, else the rule's own `key`.

    A schedule's event names the schedule, and that is nothing that anything is done about.
    """
    if resource is not None and event.road != "schedule":
        return resource
    guard = plan["guard"]
    return key if guard is not None and guard["key"] is not None else None


def _first_intent(plan: Plan, mode: Mode) -> str | None:
    """A `once` step that comes first and for certain: admission says that it is begun."""
    step = plan["then"][0] if plan["then"] else None
    if step is None or mode != "active":
        return None
    if step["kind"] != "do" or step["effect"] != "once":
        return None
    return None if step["if"] or step["for_each"] else step["id"]


def guard_key(plan: Plan, scope: Scope, resource: str | None) -> str | None:
    """What the guards count by: the rule's own key, else the event's resource.

    Raises ExpressionError where that cannot be told.
    """
    guard = plan["guard"]
    if guard is None:
        return None
    if guard["key"] is None:
        return key_of(resource or "")
    return key_of(_text(scope.evaluator.value(guard["key"])))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
