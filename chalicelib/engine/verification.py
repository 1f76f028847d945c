"""Did it help? A read, repeated until its condition has held for long enough, or it is too late.

The loop is closed where it held, open where it did not within its time, unverified where
that could not be told. Nothing runs between two looks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.engine.outcomes import Suspended
from chalicelib.engine.ports import Ports
from chalicelib.engine.scope import Scope
from chalicelib.engine.times import iso, seconds
from chalicelib.errors import OpsloopError
from chalicelib.journal.record import Ending, Error, Execution, Waiting
from chalicelib.plan import Verify


def verified(
    verify: Verify,
    execution: Execution,
    ending: Ending,
    scope: Scope,
    ports: Ports,
    *,
    deadline: float,
) -> Ending:
    """The ending with its loop. Raises Suspended while it is too early to say."""
    now = ports.clock.now()
    looked = _Looking.of(execution.waiting, now)
    trouble, met = _look(verify, execution, scope, ports, deadline)
    since = (looked.since or now) if met else None
    if since is not None and now - since >= verify["hold"]:
        return replace(ending, loop="closed")
    last = looked.began + verify["within"] + (verify["hold"] if since is not None else 0)
    if now < last:
        until = min(now + verify["every"], last)
        told = looked.told or met is not None
        raise Suspended(_Looking(looked.began, since, told).waiting(until))
    if met is None and not looked.told:
        return replace(ending, loop="unverified", note=f"not verified: {trouble}")
    return _open(verify, ending)


class _Looking:
    """What is kept between two looks."""

    def __init__(self, began: float, since: float | None, told: bool) -> None:
        self.began = began
        #: since when it has held
        self.since = since
        #: whether it could ever be told
        self.told = told

    @classmethod
    def of(cls, waiting: Waiting | None, now: float) -> _Looking:
        if waiting is None or waiting.reason != "verify":
            return cls(now, None, told=False)
        data = waiting.data
        since = data["since"]
        return cls(seconds(data["began"]), seconds(since) if since else None, bool(data["told"]))

    def waiting(self, until: float) -> Waiting:
        since = iso(self.since) if self.since is not None else ""
        data = {"began": iso(self.began), "since": since, "told": self.told}
        return Waiting("verify", iso(until), data=data)


def _look(
    verify: Verify, execution: Execution, scope: Scope, ports: Ports, deadline: float
) -> tuple[str, bool | None]:
    """Whether the condition holds; None, with the reason, where that cannot be told."""
    tools = ports.toolbox.tools(
        rule=execution.rule,
        execution=execution.id,
        token=execution.id,
        deadline=deadline,
        dry_run=True,
        chain=execution.chain,
    )
    try:
        parameters = scope.evaluator.render(verify["with"], "verify.with")
        result: Any = ports.actions.call(verify["do"], tools, parameters)
        if verify["pick"] is not None:
            result = scope.evaluator.pick(verify["pick"], result)
        verdict = scope.child("result", result).evaluator.holds({"test": verify["until"]})
    except Exception as error:  # noqa: BLE001 - told as what it is: what cannot be told is unverified
        if not isinstance(error, OpsloopError):
            ports.telemetry.defect(verify["do"], error)
        return str(error), None
    return verdict.reason, verdict.met


def _open(verify: Verify, ending: Ending) -> Ending:
    message = f"{verify['until']['text']} did not hold within {verify['within']:g} s"
    error = Error("verify", "verify", "LoopOpen", message)
    return replace(ending, status="failed", error=error, loop="open")
