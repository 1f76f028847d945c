"""The order of a run, in one function: `Engine._run`.

normalise → criteria on the event → closed guards → facts → criteria on facts → admit → steps
→ close. What an event is refused for costs as little as possible: criteria on the event alone
come before anything that touches AWS, and closed guards before any fact is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.engine.admission import Duplicate
from chalicelib.engine.escalation import on_failure
from chalicelib.engine.facts import FactFailed, read_facts
from chalicelib.engine.guarding import Guarding
from chalicelib.engine.opening import opened
from chalicelib.engine.outcomes import Ending, Invocation, Outcome
from chalicelib.engine.ports import Ports
from chalicelib.engine.redaction import redacted
from chalicelib.engine.scope import Scope, event_scope
from chalicelib.engine.steps import Failed, Run, Stopped
from chalicelib.engine.times import iso
from chalicelib.errors import EventError, Interrupted, OpsloopError
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.guards.limits import Refusal
from chalicelib.journal.record import Error, Execution, close
from chalicelib.plan import Condition, Plan, Stage, Step

MOST_ELEMENTS = 100
#: seconds kept back so that the end of an execution can still be written
RESERVE = 3.0


class Engine:
    """One rule in one stage."""

    def __init__(self, plan: Plan, stage: Stage, ports: Ports) -> None:
        self._plan = plan
        self._stage = stage
        self._ports = ports
        self._guarding = Guarding(plan, ports)

    def handle(self, payload: object, invocation: Invocation) -> list[Outcome]:
        """Everything that one Lambda payload asks for.

        Raises EventError for a payload that is no event, and JournalError or Interrupted
        after all else has been done: Lambda then retries, and what is done is a duplicate.
        """
        outcomes: list[Outcome] = []
        troubles: list[OpsloopError] = []
        for event in normalise(payload):
            for element, scope in self._elements(event):
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
        if unmet := self._unmet(self._plan["criteria"]["event"], scope):
            return self._not_met(event, unmet)
        execution = self._open(event, element, scope, invocation)
        look = self._guarding.look(execution)
        if look.refusal is not None:
            return self._refused(look.execution, look.refusal, known=look.known)
        scope.put("execution", {"id": execution.id, "mode": look.execution.mode})
        facts, unread = self._facts(execution, scope, invocation)
        if unread is None and (unmet := self._unmet(self._plan["criteria"]["facts"], scope)):
            return self._not_met(event, unmet)
        admitted = self._guarding.admit(replace(look.execution, facts=facts), look, scope)
        if isinstance(admitted, Duplicate):
            return self._duplicate(admitted.there, execution)
        if isinstance(admitted, Refusal):
            return self._refused(look.execution, admitted)
        end = invocation.deadline - RESERVE
        last = self._guarding.last_moment(admitted, end)
        run = Run(admitted, scope, self._ports, last=last, end=end)
        return self._close(run, self._ending(run, unread))

    def _elements(self, event: Event) -> Iterator[tuple[int | None, Scope]]:
        secrets, clock = self._ports.secrets, self._ports.clock
        scope = event_scope(self._plan, self._stage, event, clock, secrets.resolve)
        each = self._plan["each"]
        if each is None:
            yield None, scope
            return
        elements = scope.evaluator.value(each["of"])
        if not isinstance(elements, list) or len(elements) > MOST_ELEMENTS:
            found = f"{len(elements)} elements" if isinstance(elements, list) else repr(elements)
            raise EventError(
                f"{self._plan['rule']}: each.of: {each['of']['text']} gave {found[:80]}; "
                f"expected a list of at most {MOST_ELEMENTS}"
            )
        for index, element in enumerate(elements):
            yield index, scope.child(each["as_name"], element)

    def _unmet(self, condition: Condition | None, scope: Scope) -> str | None:
        if condition is None:
            return None
        verdict = scope.evaluator.holds(condition)
        return None if verdict.met else f"{verdict.criterion}: {verdict.reason}"

    def _not_met(self, event: Event, reason: str) -> Outcome:
        self._ports.telemetry.info("not met", cause=event.identity, criterion=reason)
        return Outcome(self._plan["rule"], "not met", reason=reason)

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

    def _refused(self, execution: Execution, refusal: Refusal, *, known: bool = False) -> Outcome:
        """A guard said no: written down once, and counted while it is known to be closed."""
        reason = f"{refusal.guard}: {refusal.reason}"
        if known:
            self._guarding.refusals.count(refusal)
        else:
            ended = close(execution, "refused", closed=execution.started, ms=0, note=reason)
            if there := self._ports.journal.admit(redacted(ended, self._ports.secrets)):
                return self._duplicate(there, execution)
            self._guarding.refusals.remember(refusal, execution.key or "")
        self._ports.telemetry.count("Refused")
        self._ports.telemetry.info("refused", cause=execution.identity, guard=reason)
        return Outcome(execution.rule, "refused", None if known else execution.id, reason)

    def _facts(
        self, execution: Execution, scope: Scope, invocation: Invocation
    ) -> tuple[Mapping[str, Any], Error | None]:
        if not self._plan["facts"]:
            return {}, None
        tools = self._ports.toolbox.tools(
            rule=execution.rule,
            execution=execution.id,
            token=execution.id,
            deadline=invocation.deadline,
            dry_run=True,
        )
        try:
            return read_facts(self._plan["facts"], scope, self._ports.actions, tools), None
        except FactFailed as failed:
            return scope.get("facts"), failed.error

    def _duplicate(self, there: Execution, new: Execution) -> Outcome:
        rule = self._plan["rule"]
        if there.status == "running" and (
            there.request == new.request or there.lease < new.started
        ):
            raise Interrupted(
                f"{rule}: execution {there.id} was begun at {there.started} by request "
                f"{there.request} and never closed; {len(there.steps)} steps are on record; "
                f"see `opsloop show {there.id}`"
            )
        reason = f"already {there.status}, since {there.started}"
        self._ports.telemetry.info("duplicate", cause=new.identity, execution=there.id)
        return Outcome(rule, "duplicate", there.id, reason)

    def _ending(self, run: Run, unread: Error | None) -> Ending:
        """Run every list of steps that has its turn."""
        ending = Ending("failed", unread) if unread else self._main(run)
        if ending.error is not None:
            run.failed(ending.error)
            trouble = self._trouble(run, on_failure(self._plan, self._stage))
            note = None if trouble is None else f"on_failure: {trouble.message}"
            ending = replace(ending, note=note)
        run.ending()
        trouble = self._trouble(run, self._plan["always"])
        if trouble is None:
            return ending
        if ending.error is None:
            return Ending("failed", trouble, ending.note)
        return replace(ending, note=f"{ending.note or ''} finally: {trouble.message}".strip())

    def _main(self, run: Run) -> Ending:
        try:
            run.steps(self._plan["then"])
        except Stopped as stopped:
            return Ending("stopped", note=str(stopped))
        except Failed as failed:
            return Ending("failed", failed.error)
        return Ending("observed" if run.execution.mode == "observe" else "succeeded")

    def _trouble(self, run: Run, steps: list[Step]) -> Error | None:
        """Run steps that come after the main ones; what fails in them is told, not raised."""
        try:
            run.steps(steps)
        except Stopped:
            return None
        except Failed as failed:
            return failed.error
        return None

    def _close(self, run: Run, ending: Ending) -> Outcome:
        now = self._ports.clock.now()
        began = datetime.fromisoformat(run.execution.started).timestamp()
        ended = close(
            run.execution,
            ending.status,
            closed=iso(now),
            ms=round((now - began) * 1000),
            error=ending.error,
            note="; ".join(filter(None, (run.execution.note, ending.note))) or None,
        )
        closed = redacted(ended, self._ports.secrets)
        self._guarding.close(closed)
        self._tell(closed)
        reason = closed.error.message if closed.error else closed.note
        return Outcome(closed.rule, closed.status, closed.id, reason)

    def _tell(self, closed: Execution) -> None:
        telemetry = self._ports.telemetry
        telemetry.count("Failed" if closed.status == "failed" else "Succeeded")
        say = telemetry.error if closed.status == "failed" else telemetry.info
        say(
            closed.status,
            execution=closed.id,
            cause=closed.identity,
            resource=closed.resource,
            ms=closed.ms,
            error=closed.error.as_dict() if closed.error else None,
        )
