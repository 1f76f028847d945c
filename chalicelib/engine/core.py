"""The order of a run, in one function: `Engine._run`.

normalise → criteria on the event → closed guards → facts → criteria on facts → admit → the
execution's course (`course`). What an event is refused for costs as little as possible:
criteria on the event alone come before anything that touches AWS, and closed guards before
any fact is read. `Engine._resume` is the other way in, for executions that wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.engine import rechecking
from chalicelib.engine.admission import Duplicate
from chalicelib.engine.announcing import announce
from chalicelib.engine.bounding import Bounding
from chalicelib.engine.course import Course
from chalicelib.engine.criteria import Criteria
from chalicelib.engine.door import not_met
from chalicelib.engine.facts import FactFailed, read_facts, with_facts
from chalicelib.engine.guarding import Guarding
from chalicelib.engine.opening import effective_mode, opened
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.engine.ports import Ports
from chalicelib.engine.redaction import redacted
from chalicelib.engine.resuming import (
    capped,
    event_of,
    is_recheck,
    not_now,
    not_taken,
    rest_of,
    restore,
    resume_of,
    taken,
    what_is_missing,
)
from chalicelib.engine.scope import Scope
from chalicelib.engine.steps import Run
from chalicelib.errors import EventError, OpsloopError
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.guards.limits import Refusal
from chalicelib.journal.record import Ending, Error, Execution, close
from chalicelib.plan import Plan, Stage

#: seconds kept back so that the end of an execution can still be written
RESERVE = 3.0


class Engine:
    """One rule in one stage."""

    def __init__(self, plan: Plan, stage: Stage, ports: Ports) -> None:
        self._plan = plan
        self._stage = stage
        self._ports = ports
        self._criteria = Criteria(plan, stage, ports.clock, ports.secrets.resolve)
        self._bounding = Bounding(plan, stage, ports)
        self._guarding = Guarding(plan, ports, self._bounding)
        self._course = Course(plan, stage, ports, self._guarding)

    def handle(self, payload: object, invocation: Invocation) -> list[Outcome]:
        """Everything that one Lambda payload asks for.

        Raises EventError for a payload that is no event, and JournalError after all else has
        been done: Lambda then retries, and what is done already is not done again.
        """
        waiting = resume_of(payload)
        if waiting is not None:
            return [self._resume(waiting, invocation)]
        outcomes: list[Outcome] = []
        troubles: list[OpsloopError] = []
        for event in normalise(payload):
            for element, scope in self._criteria.elements(event):
                try:
                    outcomes.append(self._run(event, element, scope, invocation))
                except OpsloopError as trouble:
                    self._ports.telemetry.error(str(trouble), cause=event.identity)
                    troubles.append(trouble)
        self._guarding.refusals.flush()
        if troubles:
            raise troubles[0]
        return outcomes

    def _run(
        self, event: Event, element: int | None, scope: Scope, invocation: Invocation
    ) -> Outcome:
        if unmet := self._criteria.unmet_by_event(scope):
            return self._not_met(event, unmet)
        execution = self._open(event, element, scope, invocation)
        look = self._guarding.look(execution)
        if look.refusal is not None:
            return self._refused(look.execution, look.refusal, invocation, known=look.known)
        scope.put("execution", {"id": execution.id, "mode": look.execution.mode})
        facts, unread = self._facts(execution, scope, invocation)
        if unread is None and (unmet := self._criteria.unmet_by_facts(scope)):
            return self._not_met(event, unmet)
        known = with_facts(look.execution, facts, unread)
        admitted = self._guarding.admit(known, look, scope, self._tools(execution, invocation))
        if isinstance(admitted, Duplicate):
            return self._there(admitted.there, invocation)
        if isinstance(admitted, Refusal):
            return self._refused(look.execution, admitted, invocation)
        return self._course.follow(self._begun(admitted, scope, invocation))

    def _resume(self, execution_id: str, invocation: Invocation) -> Outcome:
        """Go on with an execution whose time has come, or whose function was cut off."""
        there = self._ports.journal.one(self._plan["rule"], execution_id)
        if there is None:
            raise EventError(f"{self._plan['rule']}: no execution {execution_id} to go on with")
        return self._there(there, invocation)

    def _there(self, there: Execution, invocation: Invocation) -> Outcome:
        """An execution that is there already: a duplicate, or one to take up again."""
        other = not_now(there, invocation, self._ports.clock.now())
        if other is None and is_recheck(there):
            return self._recheck(there, invocation)
        if other is None:
            execution = taken(there, invocation)
            got = self._guarding.take(there, execution)
            if got is True:
                return self._go_on(there, execution, invocation)
            other = not_taken(there, got)
        reason = other.reason
        self._ports.telemetry.info(
            other.outcome, cause=there.identity, execution=there.id, reason=reason
        )
        return other

    def _recheck(self, there: Execution, invocation: Invocation) -> Outcome:
        """What refused an alarm is over: if the alarm is still on, it is admitted afresh."""
        tools = self._tools(there, invocation)
        event = rechecking.alarm_event(there, self._ports.actions, tools)
        outcome = Outcome(there.rule, "not met", reason="the alarm is gone")
        if event is not None:
            normal = normalise(event)[0]
            scope = self._criteria.scope_of(normal, there.element)
            outcome = self._run(normal, there.element, scope, invocation)
        note = f"{there.note}; looked again: {outcome.outcome} {outcome.execution or ''}".rstrip()
        self._ports.journal.settle(replace(there, waiting=None, note=note))
        return outcome

    def _go_on(self, there: Execution, execution: Execution, invocation: Invocation) -> Outcome:
        if missing := what_is_missing(execution):
            error = Error("action", "resume", "Cut", f"cannot go on: {missing}")
            return self._course.end(execution, Ending("failed", error))
        if there.plan != self._plan["digest"] and there.rest != rest_of(self._plan, execution):
            note = "the rule was changed meanwhile, in what was still to be done"
            error = Error("action", "resume", "Superseded", note)
            return self._course.end(execution, Ending("superseded", error))
        execution = capped(execution, effective_mode(self._plan, self._stage))
        event = event_of(execution)
        scope = self._criteria.scope_of(event, execution.element)
        restore(scope, execution)
        return self._course.follow(self._begun(execution, scope, invocation, resumed=True))

    def _begun(
        self, execution: Execution, scope: Scope, invocation: Invocation, *, resumed: bool = False
    ) -> Run:
        end = invocation.deadline - RESERVE
        last = self._guarding.last_moment(execution, end)
        return Run(
            execution,
            scope,
            self._ports,
            last=last,
            end=end,
            bounding=self._bounding,
            approvers=self._stage["approvers"],
            resumed=resumed,
        )

    def _not_met(self, event: Event, reason: str) -> Outcome:
        return not_met(self._plan, event, reason, self._ports.telemetry)

    def _open(
        self, event: Event, element: int | None, scope: Scope, invocation: Invocation
    ) -> Execution:
        return opened(
            plan=self._plan,
            stage=self._stage,
            event=event,
            element=element,
            scope=scope,
            invocation=invocation,
            now=self._ports.clock.now(),
        )

    def _refused(
        self,
        execution: Execution,
        refusal: Refusal,
        invocation: Invocation,
        *,
        known: bool = False,
    ) -> Outcome:
        """A guard said no: written down once, and counted while it is known to be closed."""
        reason = f"{refusal.guard}: {refusal.reason}"
        if known:
            self._guarding.refusals.count(refusal)
        else:
            ended = close(execution, Ending("refused", note=reason), closed=execution.started, ms=0)
            if rechecking.waits(self._plan["guard"], refusal):
                ended = rechecking.refused(ended, refusal)
            if there := self._ports.journal.admit(redacted(ended, self._ports.secrets)):
                return self._there(there, invocation)
            announce(ended, self._ports)
            self._guarding.refusals.remember(refusal, execution.key or "")
            if refusal.guard == "cooldown" and refusal.by is not None:
                self._ports.journal.recurred(execution.rule, refusal.by)
        self._ports.telemetry.count("Refused")
        self._ports.telemetry.info("refused", cause=execution.identity, guard=reason)
        return Outcome(execution.rule, "refused", None if known else execution.id, reason)

    def _facts(
        self, execution: Execution, scope: Scope, invocation: Invocation
    ) -> tuple[Mapping[str, Any], Error | None]:
        if not self._plan["facts"]:
            return {}, None
        tools = self._tools(execution, invocation)
        try:
            return read_facts(self._plan["facts"], scope, self._ports, tools), None
        except FactFailed as failed:
            return scope.get("facts"), failed.error

    def _tools(self, execution: Execution, invocation: Invocation) -> Tools:
        """Tools that read, for what is looked up before any step."""
        return self._ports.toolbox.tools(
            rule=execution.rule,
            execution=execution.id,
            token=execution.id,
            deadline=invocation.deadline,
            dry_run=True,
            chain=execution.chain,
        )
