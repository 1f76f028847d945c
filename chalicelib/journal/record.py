"""An execution and its transitions, as the journal keeps it. Pure: no AWS, no clock.

The engine makes one with `Execution(...)`, adds a `StepRecord` for each step that ran, and
closes it once. Nothing here knows how it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from chalicelib.plan import Mode

Status = Literal["running", "succeeded", "observed", "stopped", "failed", "refused"]
StepStatus = Literal["succeeded", "observed", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Error:
    """What went wrong: `error` in the scope of `on_failure`."""

    kind: Literal["fact", "expression", "action", "fail"]
    step: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """The four names that a rule can read."""
        return {
            "kind": self.kind,
            "step": self.step,
            "code": self.code,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step that ran, or was left out and why.

    `result` is JSON; in observe mode it says what would have been called. `ms` is how long
    the step took, retries included. `items` counts the elements of a `for_each`.
    """

    id: str
    status: StepStatus
    started: str
    ms: int = 0
    do: str | None = None
    attempts: int = 1
    items: int | None = None
    result: Any = None
    error: Error | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """One admitted run of a rule for one event, or for one element of it.

    All times are ISO 8601 in UTC. `lease` is until when the function that runs it may be
    alive; `request` is Lambda's request id, which Lambda repeats when it retries; `key` is what
    its guards count by.
    """

    id: str
    rule: str
    pack: str
    plan: str
    mode: Mode
    identity: str
    event: Mapping[str, Any]
    event_time: str
    started: str
    lease: str
    request: str
    #: random: tells this attempt at admission from every other one
    attempt: str
    element: int | None = None
    resource: str | None = None
    actor: str | None = None
    key: str | None = None
    status: Status = "running"
    facts: Mapping[str, Any] | None = None
    steps: tuple[StepRecord, ...] = ()
    closed: str | None = None
    ms: int | None = None
    error: Error | None = None
    note: str | None = None


def with_step(execution: Execution, step: StepRecord) -> Execution:
    """The execution with one more step on record."""
    return replace(execution, steps=(*execution.steps, step))


def close(
    execution: Execution,
    status: Status,
    *,
    closed: str,
    ms: int,
    error: Error | None = None,
    note: str | None = None,
) -> Execution:
    """The execution at its end. Closing twice, or as running, is a defect."""
    if execution.status != "running" or status == "running":
        raise ValueError(f"{execution.id} cannot go from {execution.status} to {status}")
    return replace(execution, status=status, closed=closed, ms=ms, error=error, note=note)
