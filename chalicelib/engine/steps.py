"""Running steps: conditions, loops over elements, retries, and what is written down of each.

A `Run` holds one execution while it runs. Its methods raise `Stopped` or `Failed` to end a
list of steps early; everything that happened until then is in `run.execution`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.actions.base import Tools, WouldCall
from chalicelib.engine.ports import Ports
from chalicelib.engine.redaction import redacted
from chalicelib.engine.scope import Scope
from chalicelib.engine.times import iso
from chalicelib.errors import ExpressionError, NullValue, SecretError, StepError
from chalicelib.journal.record import Error, Execution, StepRecord, StepStatus, with_step
from chalicelib.plan import Retry, Step

ONCE: Retry = {"attempts": 1, "backoff": 0.0, "on": []}


class Stopped(Exception):
    """A `stop` step: the execution ends here, and well."""


class Failed(Exception):
    """A step failed and the rule does not go on."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True, slots=True)
class _Done:
    """How one call of an action went."""

    status: StepStatus
    result: Any = None
    attempts: int = 1
    note: str | None = None


class Run:
    """One execution on its way from admission to close."""

    def __init__(
        self, execution: Execution, scope: Scope, ports: Ports, *, last: float, end: float
    ) -> None:
        """No step begins after `last`, none of those that come after a failure after `end`."""
        self.execution = execution
        self._scope = scope
        self._ports = ports
        self._deadline = last
        self._end = end
        self._unwritten_effects = False

    def steps(self, steps: list[Step]) -> None:
        """Run them in order. Raises Stopped or Failed."""
        for step in steps:
            self._step(step)

    def failed(self, error: Error) -> None:
        """Put `error` in scope, for `on_failure`."""
        self._scope.put("error", error.as_dict())
        self.ending()

    def ending(self) -> None:
        """What comes now may use all the time that there is."""
        self._deadline = self._end

    def _step(self, step: Step) -> None:
        began = self._ports.clock.now()
        record = StepRecord(step["id"], "succeeded", iso(began), do=step.get("do"))
        try:
            record = self._each(step, record) if step["for_each"] else self._one(step, record)
        except Failed as failed:
            self._keep(replace(record, status="failed", error=failed.error), began)
            if step["on_error"] == "fail":
                raise
        else:
            self._keep(record, began)

    def _keep(self, record: StepRecord, began: float) -> None:
        record = replace(record, ms=round((self._ports.clock.now() - began) * 1000))
        self.execution = with_step(self.execution, record)
        known = dict(self._scope.get("steps"))
        known[record.id] = {
            "status": record.status,
            "result": record.result,
            "error": record.error.as_dict() if record.error else None,
        }
        self._scope.put("steps", known)

    def _one(self, step: Step, record: StepRecord) -> StepRecord:
        done = self._attempt(step, self._scope, "")
        return replace(
            record, status=done.status, result=done.result, attempts=done.attempts, note=done.note
        )

    def _each(self, step: Step, record: StepRecord) -> StepRecord:
        loop = step["for_each"]
        assert loop is not None  # noqa: S101 - _step asked
        elements = self._evaluated(step["id"], lambda: self._scope.evaluator.value(loop["of"]))
        if not isinstance(elements, list):
            found = f"for_each: {loop['of']['text']} gave {type(elements).__name__}, not a list"
            raise Failed(Error("expression", step["id"], "NotAList", found))
        done, errors = [], []
        for index, element in enumerate(elements):
            scope = self._scope.child(loop["as_name"], element)
            try:
                done.append(self._attempt(step, scope, f"[{index}]"))
            except Failed as failed:
                if step["on_error"] == "fail":
                    note = f"element {index} of {len(elements)}: {failed.error.message}"
                    raise Failed(replace(failed.error, message=note)) from failed
                done.append(_Done("failed", note=failed.error.message))
                errors.append(failed.error)
        return _summary(record, done, errors)

    def _attempt(self, step: Step, scope: Scope, element: str) -> _Done:
        """One element of a step, or the whole step: its condition, then its action."""
        if step["if"] is not None:
            verdict = scope.evaluator.holds(step["if"])
            if not verdict.met:
                return _Done("skipped", note=f"{verdict.criterion}: {verdict.reason}")
        if step["kind"] == "do":
            return self._act(step, scope, element)
        message = self._evaluated(
            step["id"], lambda: scope.evaluator.render(step["message"], step["kind"])
        )
        if step["kind"] == "stop":
            raise Stopped(str(message))
        raise Failed(Error("fail", step["id"], "Fail", str(message)))

    def _act(self, step: Step, scope: Scope, element: str) -> _Done:
        self._in_time(step)
        dry_run = self.execution.mode != "active" and step["effect"] != "read"
        try:
            parameters = scope.evaluator.render(step["with"], "with")
        except NullValue as missing:
            if dry_run:
                return _Done("observed", note=f"would call {step['do']}; {missing}")
            raise Failed(_expression_error(step["id"], missing)) from missing
        except (ExpressionError, SecretError) as error:
            raise Failed(_expression_error(step["id"], error)) from error
        if token := step.get("token"):
            parameters.setdefault(token, self._token(step["id"], element))
        self._before_effect(step)
        return self._tried(step, parameters, self._tools(step, element, dry_run=dry_run))

    def _in_time(self, step: Step) -> None:
        if self._ports.clock.now() >= self._deadline:
            raise Failed(Error("action", step["id"], "Timeout", "no time is left to begin it"))

    def _before_effect(self, step: Step) -> None:
        """Effects done so far are on record before the next one begins."""
        if step["effect"] == "read":
            return
        if self._unwritten_effects:
            self._ports.journal.record(redacted(self.execution, self._ports.secrets))
        self._unwritten_effects = True

    def _tried(self, step: Step, parameters: dict[str, Any], tools: Tools) -> _Done:
        retry = step["retry"] or ONCE
        for attempt in range(1, retry["attempts"] + 1):
            try:
                if attempt > 1:
                    tools.sleep(_pause(retry, attempt - 1))
                result = self._ports.actions.call(step["do"], tools, parameters)
                return _Done("succeeded", result, attempt)
            except WouldCall as effect:
                return _Done("observed", effect.as_dict(), attempt)
            except StepError as error:
                if attempt == retry["attempts"] or not _worth_retrying(error, retry):
                    message = _after(attempt, error.message)
                    raise Failed(Error("action", step["id"], error.code, message)) from error
            except Exception as error:
                # an action's own defect: it ends this execution, with its name
                self._ports.telemetry.defect(step["do"], error)
                kind = type(error).__name__
                raise Failed(Error("action", step["id"], kind, str(error))) from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _tools(self, step: Step, element: str, *, dry_run: bool) -> Tools:
        limit = step["timeout"]
        deadline = self._deadline
        if limit is not None:
            deadline = min(deadline, self._ports.clock.now() + limit)
        return self._ports.toolbox.tools(
            rule=self.execution.rule,
            execution=self.execution.id,
            token=self._token(step["id"], element),
            deadline=deadline,
            dry_run=dry_run,
        )

    def _token(self, step: str, element: str) -> str:
        """The same for each attempt at this step (and element) of this execution."""
        named = f"{self.execution.rule}\n{self.execution.id}\n{step}{element}"
        return hashlib.sha256(named.encode()).hexdigest()[:32]

    def _evaluated(self, step: str, evaluate: Callable[[], Any]) -> Any:
        try:
            return evaluate()
        except (ExpressionError, SecretError) as error:
            raise Failed(_expression_error(step, error)) from error


def _expression_error(step: str, error: Exception) -> Error:
    return Error("expression", step, type(error).__name__, str(error))


def _worth_retrying(error: StepError, retry: Retry) -> bool:
    return error.code in retry["on"] if retry["on"] else error.retryable


def _pause(retry: Retry, attempt: int) -> float:
    """Doubling, with full jitter on its upper half, so that retries do not march in step."""
    full: float = retry["backoff"] * 2 ** (attempt - 1)
    return full * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret


def _after(attempts: int, message: str) -> str:
    return message if attempts == 1 else f"{message} (after {attempts} attempts)"


def _summary(record: StepRecord, done: list[_Done], errors: list[Error]) -> StepRecord:
    statuses = [one.status for one in done]
    status: StepStatus = "succeeded"
    if errors:
        status = "failed"
    elif "observed" in statuses:
        status = "observed"
    elif statuses and set(statuses) == {"skipped"}:
        status = "skipped"
    return replace(
        record,
        status=status,
        items=len(done),
        attempts=sum(one.attempts for one in done) or 1,
        result=[one.result for one in done],
        error=errors[0] if errors else None,
        note=f"{len(errors)} of {len(done)} failed" if errors else None,
    )
