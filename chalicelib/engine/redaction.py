"""What is written down holds no secret: an execution with every one of them replaced. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.engine.ports import Secrets
from chalicelib.journal.record import Error, Execution, StepRecord


def redacted(execution: Execution, secrets: Secrets) -> Execution:
    """The execution as it may be journalled, logged and returned."""
    return replace(
        execution,
        facts=secrets.redact(execution.facts),
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


def _error(error: Error | None, secrets: Secrets) -> Error | None:
    if error is None:
        return None
    return replace(error, code=secrets.redact(error.code), message=secrets.redact(error.message))
