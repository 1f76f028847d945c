"""Going on with an execution: is it ours to take, and is the rule still the one it was? Pure.

A changed plan goes on only if what remains to be done is the same; else the execution is
superseded, because nobody reviewed the two halves together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from chalicelib.engine.opening import MODES
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.engine.scope import Scope
from chalicelib.engine.times import iso, seconds
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.events.shape import text
from chalicelib.events.ulid import time_of
from chalicelib.guards.limits import Refusal
from chalicelib.journal.packing import Cut
from chalicelib.journal.record import UNFINISHED, Execution, resume
from chalicelib.plan import Mode, Plan, Step

#: a wake-up may come so many seconds before its time
EARLY = 1.0


def not_taken(there: Execution, why: Refusal | bool) -> Outcome:
    """An execution that could not be taken: its lock is another's, or somebody was faster.

    The first stays due, so the waker asks again in a minute.
    """
    if isinstance(why, Refusal):
        return Outcome(there.rule, "waiting", there.id, f"{why.guard}: {why.reason}")
    return Outcome(there.rule, "duplicate", there.id, "somebody else goes on with it")


def resume_of(payload: object) -> str | None:
    """The execution that a payload asks to go on with; None where it is an event.

    What the waker sends is `{"opsloop": {"resume": <id>}}`, and nothing more. Raises EventError
    for what is no id.
    """
    asked = payload.get("opsloop") if isinstance(payload, dict) else None
    if not isinstance(asked, dict) or "resume" not in asked:
        return None
    name = text(asked["resume"], "payload.opsloop.resume")
    time_of(name)
    return name


def not_now(there: Execution, invocation: Invocation, now: float) -> Outcome | None:
    """Why an execution is not to be taken up by this invocation; None where it is."""
    if there.status not in UNFINISHED and not is_recheck(there):
        reason = f"already {there.status}, since {there.closed}"
        return Outcome(there.rule, "duplicate", there.id, reason)
    if there.status == "running":
        # Lambda's own retry has the same request: whoever had it before is gone
        if there.request != invocation.request and seconds(there.lease) > now:
            reason = f"already running, since {there.started}"
            return Outcome(there.rule, "duplicate", there.id, reason)
        return None
    waiting = there.waiting
    if waiting and there.decision is None and seconds(waiting.until) > now + EARLY:
        return Outcome(there.rule, "waiting", there.id, f"{waiting.reason} until {waiting.until}")
    return None


def is_recheck(there: Execution) -> bool:
    """Whether it is a refusal whose alarm is to be read again."""
    waiting = there.waiting
    return there.status == "refused" and waiting is not None and waiting.reason == "recheck"


def taken(there: Execution, invocation: Invocation) -> Execution:
    """The execution as this invocation has it."""
    return resume(
        there,
        request=invocation.request,
        attempt=uuid4().hex,
        lease=iso(invocation.deadline),
    )


def capped(execution: Execution, mode: Mode) -> Execution:
    """The execution in the mode that its rule has by now, where that allows less.

    What was admitted to less stays so: nobody asked for more.
    """
    now = max(mode, "observe", key=MODES.index)
    if MODES.index(now) >= MODES.index(execution.mode):
        return execution
    note = f"mode {now} by now"
    if note not in (execution.note or ""):
        execution = replace(execution, note="; ".join(filter(None, (execution.note, note))))
    return replace(execution, mode=now)


def what_is_missing(execution: Execution) -> str | None:
    """What the journal had to cut, without which the execution cannot go on."""
    kept = {"event": execution.event, "facts": execution.facts, "targets": execution.targets}
    kept |= {f"the result of {step.id}": step.result for step in execution.steps}
    cut = [name for name, value in kept.items() if isinstance(value, Cut)]
    return f"{', '.join(cut)} did not fit into the journal" if cut else None


def event_of(execution: Execution) -> Event:
    """The event that woke it, by whatever road it came then."""
    return normalise(dict(execution.event))[0]


def restore(scope: Scope, execution: Execution) -> None:
    """Put back into scope what was known when it was left."""
    scope.put("execution", {"id": execution.id, "mode": execution.mode})
    scope.put("facts", dict(execution.facts or {}))
    if execution.targets is not None:
        scope.put("targets", list(execution.targets))


def rest_of(plan: Plan, execution: Execution) -> str:
    """A digest of all that a plan has still to do for an execution."""
    done = {step.id for step in execution.steps if step.status != "running"}
    remaining = {
        "then": _rest(plan["then"], done),
        "verify": plan["verify"],
        "on_failure": _rest(plan["on_failure"], done),
        "always": _rest(plan["always"], done),
        "let": plan["let"],
    }
    text = json.dumps(remaining, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _rest(steps: Iterable[Step], done: set[str]) -> list[Step]:
    return [step for step in steps if step["id"] not in done]
