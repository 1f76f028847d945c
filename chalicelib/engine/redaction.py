"""What is written down holds no secret: an execution with every one of them replaced. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.engine.ports import Secrets
from chalicelib.journal.record import Ending, Error, Execution, StepRecord, Waiting


def redacted(execution: Execution, secrets: Secrets) -> Execution:
    """The execution as it may be journalled, logged and returned."""
    return replace(
        execution,
        facts=secrets.redact(execution.facts),
        targets=secrets.redact(execution.targets),
        waiting=_waiting(execution.waiting, secrets),
        pending=_ending(execution.pending, secrets),
        steps=tuple(_step(step, secrets) for step in execution.steps),
        error=_error(execution.error, secrets),
        note=secrets.redact(execution.note),
    )


def _step(step: StepRecord, secrets: Secrets) -> StepRecord:
    return replace(
        step,
        result=secrets.redact(step.result),
        error=_error(step.error, secrets),
        note=secrets.redact(step.note),
    )


def _waiting(waiting: Waiting | None, secrets: Secrets) -> Waiting | None:
    """A question that somebody is asked may hold anything."""
    return None if waiting is None else replace(waiting, data=secrets.redact(waiting.data))


def _ending(ending: Ending | None, secrets: Secrets) -> Ending | None:
    if ending is None:
        return None
    error, note = _error(ending.error, secrets), secrets.redact(ending.note)
    return replace(ending, error=error, note=note)


def _error(error: Error | None, secrets: Secrets) -> Error | None:
    if error is None:
        return None
    return replace(error, code=secrets.redact(error.code), message=secrets.redact(error.message))
