"""The course of an admitted execution: then → verify → on_failure → finally → close.

It begins anywhere: the journal says in which phase an execution is and which steps are done.
Wherever it has to wait, it is written down as waiting, and the function ends.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.engine.announcing import announce
from chalicelib.engine.escalation import on_failure
from chalicelib.engine.guarding import Guarding
from chalicelib.engine.outcomes import Failed, Outcome, Stopped, Suspended
from chalicelib.engine.ports import Ports
from chalicelib.engine.redaction import redacted
from chalicelib.engine.resuming import rest_of
from chalicelib.engine.steps import Run
from chalicelib.engine.times import iso, seconds
from chalicelib.engine.verification import verified
from chalicelib.journal.record import Ending, Error, Execution, Phase, close, suspend
from chalicelib.plan import Plan, Stage, Step


class Course:
    """Takes executions of one rule from where they are to their end, or to their next wait."""

    def __init__(self, plan: Plan, stage: Stage, ports: Ports, guarding: Guarding) -> None:
        self._plan = plan
        self._stage = stage
        self._ports = ports
        self._guarding = guarding

    def follow(self, run: Run) -> Outcome:
        """Go on until the execution ends or waits."""
        try:
            ending = self._ending(run)
        except Suspended as suspended:
            return self._suspend(run, suspended)
        return self.end(run.execution, ending)

    def end(self, execution: Execution, ending: Ending) -> Outcome:
        """Write the end, and tell it."""
        now = self._ports.clock.now()
        note = "; ".join(filter(None, (execution.note, ending.note))) or None
        ended = close(
            execution,
            replace(ending, note=note),
            closed=iso(now),
            ms=round((now - seconds(execution.started)) * 1000),
        )
        closed = redacted(ended, self._ports.secrets)
        self._guarding.close(closed)
        announce(closed, self._ports)
        self._tell(closed)
        reason = closed.error.message if closed.error else closed.note
        return Outcome(closed.rule, closed.status, closed.id, reason)

    def _ending(self, run: Run) -> Ending:
        """One phase after the other, from that which the execution is in."""
        ending = run.execution.pending or Ending("succeeded")
        if run.execution.phase == "then":
            ending = self._main(run)
            run.enter(self._next(ending), ending)
        if run.execution.phase == "verify":
            ending = self._verify(run, ending)
            run.enter("on_failure" if ending.error else "finally", ending)
        if run.execution.phase == "on_failure":
            trouble = self._trouble(run, on_failure(self._plan, self._stage))
            if trouble is not None:
                ending = replace(ending, note=f"on_failure: {trouble.message}")
            run.enter("finally", ending)
        return self._finally(run, ending)

    def _main(self, run: Run) -> Ending:
        try:
            run.steps(self._plan["then"])
        except Stopped as stopped:
            return Ending("stopped", note=str(stopped))
        except Failed as failed:
            return Ending("failed", failed.error)
        return Ending("observed" if run.execution.mode == "observe" else "succeeded")

    def _next(self, ending: Ending) -> Phase:
        if ending.error is not None:
            return "on_failure"
        verifies = self._plan["verify"] is not None and ending.status == "succeeded"
        return "verify" if verifies else "finally"

    def _verify(self, run: Run, ending: Ending) -> Ending:
        verify = self._plan["verify"]
        if verify is None:
            return ending
        return verified(verify, run.execution, ending, run.scope, self._ports, deadline=run.end)

    def _finally(self, run: Run, ending: Ending) -> Ending:
        trouble = self._trouble(run, self._plan["always"])
        if trouble is None:
            return ending
        if ending.error is None:
            return replace(ending, status="failed", error=trouble)
        note = f"{ending.note or ''} finally: {trouble.message}".strip()
        return replace(ending, note=note)

    def _trouble(self, run: Run, steps: list[Step]) -> Error | None:
        """Run steps that come after the main ones; what fails in them is told, not raised."""
        try:
            run.steps(steps)
        except Stopped:
            return None
        except Failed as failed:
            return failed.error
        return None

    def _suspend(self, run: Run, suspended: Suspended) -> Outcome:
        waiting = suspended.waiting
        rest = rest_of(self._plan, run.execution)
        execution = suspend(replace(run.execution, rest=rest), waiting)
        self._guarding.suspend(redacted(execution, self._ports.secrets))
        reason = f"{waiting.reason} until {waiting.until}"
        self._ports.telemetry.info(
            "waiting", execution=execution.id, cause=execution.identity, reason=reason
        )
        return Outcome(execution.rule, "waiting", execution.id, reason)

    def _tell(self, closed: Execution) -> None:
        telemetry = self._ports.telemetry
        failed = closed.status in ("failed", "superseded")
        telemetry.count("Failed" if failed else "Succeeded")
        say = telemetry.error if failed else telemetry.info
        say(
            closed.status,
            execution=closed.id,
            cause=closed.identity,
            resource=closed.resource,
            ms=closed.ms,
            loop=closed.loop,
            error=closed.error.as_dict() if closed.error else None,
        )
