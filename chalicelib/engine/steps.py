"""Running steps: in order, from where the journal says, with what is written down of each.

A `Run` holds one execution while it runs. Its methods raise `Stopped` or `Failed` to end a
list of steps early, and `Suspended` to go on another time; everything that happened until
then is in `run.execution`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from chalicelib.clock import Clock
from chalicelib.engine.acting import Done, act, expression_error, is_dry, unknown
from chalicelib.engine.bounding import Bounding
from chalicelib.engine.each import each
from chalicelib.engine.outcomes import Failed, Stopped, Suspended
from chalicelib.engine.ports import Ports
from chalicelib.engine.redaction import redacted
from chalicelib.engine.scope import Scope
from chalicelib.engine.standing import APPROVAL, approval, begun, ends, stand
from chalicelib.engine.times import iso
from chalicelib.engine.told import outcome
from chalicelib.errors import ExpressionError, NotKnown, SecretError
from chalicelib.journal.record import (
    Ending,
    Error,
    Execution,
    Phase,
    StepRecord,
    Waiting,
)
from chalicelib.plan import Approvers, Step

#: a step is not begun with less time than this left, in seconds, unless it is the first
ENOUGH = 15.0


class Run:
    """One execution on its way from admission to close."""

    def __init__(
        self,
        execution: Execution,
        scope: Scope,
        ports: Ports,
        *,
        last: float,
        end: float,
        bounding: Bounding,
        approvers: Approvers | None = None,
        resumed: bool = False,
    ) -> None:
        """No step begins after `last`, none of those that come after a failure after `end`."""
        self.execution = execution
        self.scope = scope
        self._ports = ports
        self._last = last
        self.end = end
        self._bounding = bounding
        self._approvers = approvers
        self._resumed = resumed
        self._unwritten_effects = False
        self._steps_begun = 0
        self._tell_scope()
        self._tell_error(execution.pending)

    def steps(self, steps: list[Step]) -> None:
        """Run those that are not on record, in order. Raises Stopped, Failed or Suspended."""
        for step in steps:
            there = self._recorded(step["id"])
            if there is None or there.status == "running":
                self._step(step, there)

    def enter(self, phase: Phase, pending: Ending) -> None:
        """The next part of the rule begins; what is certain of the end goes with it."""
        self.execution = replace(self.execution, phase=phase, pending=pending, waiting=None)
        self._tell_error(pending)

    def write(self) -> None:
        """Put on record what is done so far."""
        self._ports.journal.record(redacted(self.execution, self._ports.secrets))
        self._unwritten_effects = False

    def _recorded(self, name: str) -> StepRecord | None:
        return next((one for one in self.execution.steps if one.id == name), None)

    def _step(self, step: Step, there: StepRecord | None) -> None:
        if not step["for_each"]:
            self.enough_time(step)
        began = self._ports.clock.now()
        record = there or StepRecord(step["id"], "running", iso(began), do=step.get("do"))
        try:
            record = each(self, step, record) if step["for_each"] else self._one(step, record)
        except Failed as failed:
            record = replace(record, status="failed", error=failed.error)
        except NotKnown as unknown_yet:
            # the list itself: of what an element does is told beside it
            record = replace(record, status="observed", note=str(unknown_yet))
        self._keep(record, began)
        if record.status == "failed" and record.error is not None and ends(step, record.error):
            raise Failed(record.error)

    def enough_time(self, step: Step) -> None:
        """A step that could not finish is left to the next invocation, but never the first.

        So are the elements of a list, and each inner step.
        """
        now = self._ports.clock.now()
        if self._steps_begun and self.end - now < ENOUGH and step["kind"] == "do":
            raise Suspended(Waiting("time", iso(now), step["id"]))
        self._steps_begun += 1

    def _keep(self, record: StepRecord, began: float) -> None:
        ms = record.ms + round((self._ports.clock.now() - began) * 1000)
        others = tuple(one for one in self.execution.steps if one.id != record.id)
        steps = (*others, replace(record, ms=ms))
        self.execution = replace(
            self.execution, steps=steps, waiting=None, decision=None, intent=None
        )
        self._tell_scope()

    def _tell_scope(self) -> None:
        self.scope.put(
            "steps",
            {
                record.id: outcome(
                    record.id,
                    record.status,
                    {
                        "status": record.status,
                        "result": record.result,
                        "error": record.error.as_dict() if record.error else None,
                    },
                )
                for record in self.execution.steps
            },
        )

    def _tell_error(self, pending: Ending | None) -> None:
        if pending is not None and pending.error is not None:
            self.scope.put("error", pending.error.as_dict())

    def _one(self, step: Step, record: StepRecord) -> StepRecord:
        done = self._attempt(step, self.scope)
        return replace(
            record, status=done.status, result=done.result, attempts=done.attempts, note=done.note
        )

    def _attempt(self, step: Step, scope: Scope) -> Done:
        """A step without a list: its condition, then what it does."""
        self.known(step, [""])
        if begun(self.execution, step) is None and (skipped := self.skipped(step, scope)):
            return skipped
        if step["kind"] == "do":
            self.ready(step, [""])
            return self.act(step, scope, "")
        if step["kind"] in ("wait", "approve"):
            return self.stand(step)
        return self.say(step, scope)

    # What `each` does these by, too, for the elements of a list.

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._ports.clock

    def skipped(self, step: Step, scope: Scope) -> Done | None:
        """How a step ends whose `if` does not hold, or cannot be known; None where it does."""
        if step["if"] is None:
            return None
        try:
            verdict = scope.evaluator.holds(step["if"])
        except NotKnown as unknown_yet:
            return Done("observed", note=str(unknown_yet))
        return (
            None if verdict.met else Done("skipped", note=f"{verdict.criterion}: {verdict.reason}")
        )

    def ready(self, step: Step, elements: Sequence[str]) -> None:
        """What must be so before an action is called. Raises Failed, or Suspended to ask people."""
        self._in_time(step)
        self._before_effect(step, elements)

    def act(self, step: Step, scope: Scope, element: str) -> Done:
        """Call the step's action, for one element of a list or for none. Raises Failed."""
        return act(
            self.execution,
            step,
            element,
            scope,
            self._ports,
            deadline=self._deadline,
            bounding=self._bounding,
        )

    def stand(self, step: Step) -> Done:
        """How `wait` or `approve` ended. Raises Suspended while it stands."""
        left = self._last - self._ports.clock.now()
        done = stand(self.execution, step, self.scope, self._ports, left)
        self.execution = replace(self.execution, waiting=None)
        return done

    def say(self, step: Step, scope: Scope) -> NoReturn:
        """`stop` and `fail`: raises Stopped or Failed. They end it, whether their text is known."""
        try:
            message = self.evaluated(
                step["id"], lambda: scope.evaluator.render(step["message"], step["kind"])
            )
        except NotKnown as unknown_yet:
            message = unknown_yet
        if step["kind"] == "stop":
            raise Stopped(str(message))
        raise Failed(Error("fail", step["id"], "Fail", str(message)))

    @property
    def _deadline(self) -> float:
        return self._last if self.execution.phase == "then" else self.end

    def _in_time(self, step: Step) -> None:
        if self._ports.clock.now() >= self._deadline:
            raise Failed(Error("action", step["id"], "Timeout", "no time is left to begin it"))

    def _before_effect(self, step: Step, elements: Sequence[str]) -> None:
        """Effects done so far are on record before the next one; a `once` step's intent too."""
        if step["effect"] == "read" or is_dry(self.execution, step):
            return
        self._permitted(step)
        mark = _mark(step, elements)
        if step["effect"] == "once" and self.execution.intent != mark:
            self.execution = replace(self.execution, intent=mark)
            self.write()
        elif self._unwritten_effects:
            self.write()
        self._resumed = False
        self._unwritten_effects = True

    def known(self, step: Step, elements: Sequence[str]) -> None:
        """A `once` step that had begun is not begun again, whatever its condition says now."""
        if not self.begun_once(step).isdisjoint(elements):
            raise Failed(unknown(step))

    def begun_once(self, step: Step) -> set[str]:
        """The elements for which a `once` step had begun when the function was cut off."""
        name, bracket, places = (self.execution.intent or "").partition("[")
        if not self._resumed or name != step["id"] or is_dry(self.execution, step):
            return set()
        return set(f"{bracket}{places}".split(",")) if step["effect"] == "once" else set()

    def so_far(self, record: StepRecord) -> None:
        """A list is on its way: the next write says how far."""
        others = tuple(one for one in self.execution.steps if one.id != record.id)
        self.execution = replace(self.execution, steps=(*others, record), intent=None)

    def _permitted(self, step: Step) -> None:
        """In mode approve, people are asked once, before the first effect of `then`."""
        execution = self.execution
        if execution.mode != "approve":
            return
        if execution.phase == "then" and self._recorded(APPROVAL) is None:
            began = self._ports.clock.now()
            question = approval(self._approvers, execution, step)
            done = stand(execution, question, self.scope, self._ports, 0)
            answer = StepRecord(APPROVAL, "succeeded", iso(began), result=done.result)
            self._keep(answer, began)
        self.execution = replace(self.execution, mode="active")

    def evaluated(self, step: str, evaluate: Callable[[], Any]) -> Any:
        """A value of the rule's own, for a step. Raises Failed where it cannot be told.

        Raises NotKnown where only an effect that was observed would tell.
        """
        try:
            return evaluate()
        except NotKnown:
            raise
        except (ExpressionError, SecretError) as error:
            raise Failed(expression_error(step, error)) from error


def _mark(step: Step, elements: Sequence[str]) -> str:
    """How the journal names what is begun."""
    return f"{step['id']}{','.join(elements)}"
