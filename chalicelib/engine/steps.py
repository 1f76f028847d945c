"""Running steps: in order, from where the journal says, with what is written down of each.

A `Run` holds one execution while it runs. Its methods raise `Stopped` or `Failed` to end a
list of steps early, and `Suspended` to go on another time; everything that happened until
then is in `run.execution`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from typing import Any

from chalicelib.engine.acting import Done, act, expression_error, is_dry
from chalicelib.engine.outcomes import Failed, Stopped, Suspended
from chalicelib.engine.ports import Ports
from chalicelib.engine.redaction import redacted
from chalicelib.engine.scope import Scope
from chalicelib.engine.standing import APPROVAL, approval, begun, stand
from chalicelib.engine.tally import Tally
from chalicelib.engine.times import iso
from chalicelib.errors import ExpressionError, SecretError
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
        approvers: Approvers | None = None,
        resumed: bool = False,
    ) -> None:
        """No step begins after `last`, none of those that come after a failure after `end`."""
        self.execution = execution
        self.scope = scope
        self._ports = ports
        self._last = last
        self.end = end
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
        self._enough_time(step)
        began = self._ports.clock.now()
        record = there or StepRecord(step["id"], "running", iso(began), do=step.get("do"))
        try:
            record = self._each(step, record) if step["for_each"] else self._one(step, record)
        except Failed as failed:
            record = replace(record, status="failed", error=failed.error)
        self._keep(record, began)
        if record.status == "failed" and record.error is not None and _ends(step, record.error):
            raise Failed(record.error)

    def _enough_time(self, step: Step) -> None:
        """A step that could not finish is left to the next invocation, but never the first."""
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
                record.id: {
                    "status": record.status,
                    "result": record.result,
                    "error": record.error.as_dict() if record.error else None,
                }
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
        self._known(step, [""])
        if step["if"] is not None and begun(self.execution, step) is None:
            verdict = scope.evaluator.holds(step["if"])
            if not verdict.met:
                return Done("skipped", note=f"{verdict.criterion}: {verdict.reason}")
        if step["kind"] == "do":
            self._in_time(step)
            self._before_effect(step, [""])
            return self._act(step, scope, "")
        if step["kind"] in ("wait", "approve"):
            left = self._last - self._ports.clock.now()
            return stand(self.execution, step, scope, self._ports, left)
        return self._say(step, scope)

    def _act(self, step: Step, scope: Scope, element: str) -> Done:
        return act(self.execution, step, element, scope, self._ports, deadline=self._deadline)

    def _say(self, step: Step, scope: Scope) -> Done:
        message = self._evaluated(
            step["id"], lambda: scope.evaluator.render(step["message"], step["kind"])
        )
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

    def _known(self, step: Step, elements: Sequence[str]) -> None:
        """A `once` step that had begun is not begun again, whatever its condition says now."""
        begun_before = self._resumed and self.execution.intent == _mark(step, elements)
        if begun_before and step["effect"] == "once" and not is_dry(self.execution, step):
            raise Failed(Error("action", step["id"], "OutcomeUnknown", _UNKNOWN))

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

    # Lists of elements.

    def _each(self, step: Step, record: StepRecord) -> StepRecord:
        loop = step["for_each"]
        assert loop is not None  # noqa: S101 - _step asked
        elements = self._evaluated(step["id"], lambda: self.scope.evaluator.value(loop["of"]))
        if not isinstance(elements, list):
            found = f"for_each: {loop['of']['text']} gave {type(elements).__name__}, not a list"
            raise Failed(Error("expression", step["id"], "NotAList", found))
        tally = Tally(record, len(elements), step["on_error"])
        size = step.get("at_once", 1)
        try:
            while not tally.over:
                places = range(tally.at, min(tally.at + size, len(elements)))
                tally.add(self._together(step, loop["as_name"], elements, places))
                if not tally.over:
                    self._between(step, tally)
        except Failed as failed:
            return tally.cut_short(failed.error)
        return tally.finished()

    def _between(self, step: Step, tally: Tally) -> None:
        """Each element is on record before the next begins; time may be up between two."""
        others = tuple(one for one in self.execution.steps if one.id != step["id"])
        self.execution = replace(self.execution, steps=(*others, tally.so_far()), intent=None)
        if self.end - self._ports.clock.now() < ENOUGH:
            raise Suspended(Waiting("time", iso(self._ports.clock.now()), step["id"]))

    def _together(
        self, step: Step, name: str, elements: list[Any], places: range
    ) -> list[Done | Failed]:
        """Some elements at a time, each in the scope of its own."""
        scopes = [self.scope.child(name, elements[place]) for place in places]
        marks = [f"[{place}]" for place in places]
        self._known(step, marks)
        self._in_time(step)
        self._before_effect(step, marks)
        if len(scopes) == 1:
            return [self._safely(step, scopes[0], marks[0])]
        with ThreadPoolExecutor(len(scopes)) as pool:
            # each thread calls in a context of its own: whose call it is goes with it
            jobs = [
                pool.submit(copy_context().run, self._safely, step, scope, mark)
                for scope, mark in zip(scopes, marks, strict=True)
            ]
            return [job.result() for job in jobs]

    def _safely(self, step: Step, scope: Scope, mark: str) -> Done | Failed:
        try:
            if step["if"] is not None:
                verdict = scope.evaluator.holds(step["if"])
                if not verdict.met:
                    return Done("skipped", note=f"{verdict.criterion}: {verdict.reason}")
            return self._act(step, scope, mark)
        except Failed as failed:
            return failed

    def _evaluated(self, step: str, evaluate: Callable[[], Any]) -> Any:
        try:
            return evaluate()
        except (ExpressionError, SecretError) as error:
            raise Failed(expression_error(step, error)) from error


def _mark(step: Step, elements: Sequence[str]) -> str:
    """How the journal names what is begun."""
    return f"{step['id']}{','.join(elements)}"


def _ends(step: Step, error: Error) -> bool:
    """Whether a failed step ends its list: where the rule says so, or people refused it all."""
    return step["on_error"] == "fail" or error.step == APPROVAL


_UNKNOWN = (
    "it had begun when its function was cut off: whether it took effect is unknown, "
    "and it is not repeated"
)
