"""A Lambda sandbox as the proofs have it: the real engine on a real table.

Only its actions are the test's own, so that who was inside, and when, is on record.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.clock import Clock
from chalicelib.engine.outcomes import Invocation
from chalicelib.engine.ports import Ports, Telemetry
from chalicelib.errors import OpsloopError
from chalicelib.plan import Guard, Plan
from chalicelib.runtime import Runtime
from tests.engine.plans import EVENT, STAGE, plan, step, value
from tests.proof.roads import Road

TABLE = "opsloop-dev"
#: seconds that an invocation has
REMAINING = 60.0

Answer = dict[str, Any]


def acting(guard: Guard | None, seconds: float = 0.0) -> Plan:
    """A rule of one step that goes inside for so long, under this guard."""
    inside = value(key="=event.detail.instance", seconds=seconds)
    return plan(guard=guard, then=[step("act", "inside", with_=inside)])


def event(number: int, key: str = "i-1") -> dict[str, Any]:
    """The payload of one event."""
    arn = f"arn:aws:ec2:eu-west-1:123456789012:instance/{key}"
    detail = {"instance": key, "instance-id": key, "state": "stopped", "number": number}
    return EVENT | {"id": f"event-{number}", "resources": [arn], "detail": detail}


class Inside:
    """The Actions port. Each way in and out is a line of a file that all sandboxes share."""

    def __init__(self, log: Path, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    def call(self, name: str, tools: Any, parameters: Mapping[str, Any]) -> Any:
        """`inside`, the one action there is."""
        key, seconds = parameters["key"], parameters["seconds"]
        self._write(f"enter {key} {tools.execution} {name}")
        self._clock.sleep(seconds)
        self._write(f"leave {key} {tools.execution} {name}")
        return {"key": key}

    def _write(self, line: str) -> None:
        """One write in append mode: lines of several processes stay whole, and in order."""
        file = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(file, f"{line}\n".encode())
        finally:
            os.close(file)


class _Embedded(Runtime):
    """The adapters that Lambda has, but for the actions."""

    actions: Inside

    def ports(self) -> Ports:
        return replace(super().ports(), actions=self.actions)


class Sandbox:
    """One engine with its own memory and its own clients."""

    def __init__(
        self, made: Plan, road: Road, log: Path, clock: Clock, telemetry: Telemetry | None = None
    ) -> None:
        session: Any = road  # of a session it has what is used
        runtime = _Embedded(made, STAGE, TABLE, clock, session=lambda: session, telemetry=telemetry)
        runtime.actions = Inside(log, clock)
        runtime.warm()
        self.telemetry = runtime.telemetry
        self._clock = clock
        self._engine = runtime.engine

    def deliver(self, payload: Any, request: str) -> Answer:
        """The outcome of one event, or what was raised for Lambda to try again."""
        invocation = Invocation(request, self._clock.now() + REMAINING)
        try:
            (outcome,) = self._engine.handle(payload, invocation)
        except OpsloopError as error:
            return {"raised": f"{type(error).__name__}: {error}"}
        finally:
            self.telemetry.flush()
        return outcome.as_dict()
