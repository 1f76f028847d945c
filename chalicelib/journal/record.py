"""An execution and its transitions, as the journal keeps it. Pure: no AWS, no clock.

The engine makes one with `Execution(...)`, adds a `StepRecord` for each step that ran, and
closes it once. Nothing here knows how it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from chalicelib.plan import Mode

Status = Literal[
    "running", "waiting", "succeeded", "observed", "stopped", "failed", "refused", "superseded"
]
#: `running`: some elements of a for_each are done
StepStatus = Literal["succeeded", "observed", "skipped", "failed", "running"]
#: where an execution is on its way
Phase = Literal["then", "verify", "on_failure", "finally"]
#: whether it helped
Loop = Literal["closed", "open", "unverified", "recurred"]
UNFINISHED: tuple[Status, ...] = ("running", "waiting")


@dataclass(frozen=True, slots=True)
class Error:
    """What went wrong: `error` in the scope of `on_failure`."""

    kind: Literal["fact", "expression", "action", "fail", "approval", "verify", "guard"]
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
class Ending:
    """How an execution came out, or will come out once its last steps are through."""

    status: Status
    error: Error | None = None
    note: str | None = None
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a suspended execution waits for.

    `reason` is wait, time (the function's ran out), approval, verify or recheck; `until` when
    it ends at the latest. `data` is what the reason needs to go on: plain JSON.
    """

    reason: Literal["wait", "time", "approval", "verify", "recheck"]
    until: str
    step: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said to a question. `by` is the principal's ARN."""

    approved: bool
    by: str
    at: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Execution:
    """One admitted run of a rule for one event, or for one element of it.

    All times are ISO 8601 in UTC. `lease` is until when the function that runs it may be
    alive; `request` is Lambda's request id, which Lambda repeats when it retries; `key` is what
    its guards count by. An execution resumes behind the last step on record, in its phase.
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
    #: who ran or replayed it, by their own word: it proves nothing
    asked_by: str | None = None
    key: str | None = None
    #: the execution whose call made the event, `<rule>/<id>`, by the caller's role
    caused_by: str | None = None
    #: what only a user agent says of that
    claims: str | None = None
    #: how many executions led to this one
    chain: int = 0
    status: Status = "running"
    phase: Phase = "then"
    targets: Sequence[Any] | None = None
    #: how many more targets there were, beyond the blast radius
    left_out: int = 0
    #: a `once` step that has begun: after a crash its outcome is unknown
    intent: str | None = None
    waiting: Waiting | None = None
    decision: Decision | None = None
    #: the end that is certain already while the last steps run
    pending: Ending | None = None
    loop: Loop | None = None
    #: a digest of what the plan had still to do when this was written
    rest: str | None = None
    facts: Mapping[str, Any] | None = None
    steps: tuple[StepRecord, ...] = ()
    closed: str | None = None
    ms: int | None = None
    error: Error | None = None
    note: str | None = None


def with_step(execution: Execution, step: StepRecord) -> Execution:
    """The execution with one more step on record."""
    return replace(execution, steps=(*execution.steps, step))


def close(execution: Execution, ending: Ending, *, closed: str, ms: int) -> Execution:
    """The execution at its end. Closing twice, or as unfinished, is a defect."""
    if execution.status not in UNFINISHED or ending.status in UNFINISHED:
        raise ValueError(f"{execution.id} cannot go from {execution.status} to {ending.status}")
    return replace(
        execution,
        status=ending.status,
        closed=closed,
        ms=ms,
        error=ending.error,
        note=ending.note,
        loop=ending.loop,
        waiting=None,
        pending=None,
        intent=None,
    )


def suspend(execution: Execution, waiting: Waiting) -> Execution:
    """The execution while nothing runs for it."""
    if execution.status != "running":
        raise ValueError(f"{execution.id} is {execution.status} and cannot be suspended")
    return replace(execution, status="waiting", waiting=waiting)


def decide(execution: Execution, decision: Decision, *, attempt: str) -> Execution:
    """The execution whose question has been answered, once: a new attempt sees to that."""
    waiting = execution.waiting
    if execution.status != "waiting" or waiting is None or waiting.reason != "approval":
        raise ValueError(f"{execution.id} is {execution.status} and asks nothing")
    if execution.decision is not None:
        raise ValueError(f"{execution.id} was answered by {execution.decision.by}")
    return replace(execution, decision=decision, attempt=attempt)


def resume(execution: Execution, *, request: str, attempt: str, lease: str) -> Execution:
    """The execution as another invocation takes it up; what it waited for stays to be read."""
    if execution.status not in UNFINISHED:
        raise ValueError(f"{execution.id} is {execution.status} and cannot be resumed")
    return replace(execution, status="running", request=request, attempt=attempt, lease=lease)
