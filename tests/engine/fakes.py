"""Ports that remember: what the engine did is what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.actions.base import Response, WouldCall
from chalicelib.engine.ports import Ports
from chalicelib.errors import JournalError, StepError
from chalicelib.journal.record import Execution


@dataclass
class FakeClock:
    """A clock that moves when it is told to, and when somebody sleeps."""

    at: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@dataclass
class MemoryJournal:
    """A journal in a dictionary, which can be told to be denied."""

    executions: dict[tuple[str, str], Execution] = field(default_factory=dict)
    writes: list[tuple[str, Execution]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)

    def admit(self, execution: Execution) -> Execution | None:
        self._maybe_deny("admit")
        key = (execution.rule, execution.id)
        if key in self.executions:
            return self.executions[key]
        self._write("admit", execution)
        return None

    def record(self, execution: Execution) -> None:
        self._maybe_deny("record")
        self._write("record", execution)

    def close(self, execution: Execution) -> None:
        self._maybe_deny("close")
        self._write("close", execution)

    def only(self) -> Execution:
        (execution,) = self.executions.values()
        return execution

    def _write(self, what: str, execution: Execution) -> None:
        self.executions[(execution.rule, execution.id)] = execution
        self.writes.append((what, execution))

    def _maybe_deny(self, what: str) -> None:
        if what in self.denied:
            raise JournalError(f"{what}: AccessDeniedException")


@dataclass
class FakeTools:
    """Tools that know who they are for; actions of these tests reach for nothing else."""

    clock: FakeClock
    rule: str
    execution: str
    token: str
    deadline: float
    dry_run: bool
    account: str = "123456789012"
    region: str = "eu-west-1"
    partition: str = "aws"

    def client(self, service: str, *, region: str | None = None) -> Any:
        raise NotImplementedError(f"no AWS here: {service} {region}")

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
        timeout: float = 10.0,
        networks: Sequence[str] = (),
    ) -> Response:
        raise NotImplementedError(f"no web here: {method} {url}")

    def announce(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        if self.dry_run:
            raise WouldCall(service, operation, parameters)

    def channel(self, name: str) -> Mapping[str, Any]:
        raise NotImplementedError(f"no channels here: {name}")

    def sleep(self, seconds: float) -> None:
        if self.clock.now() + seconds > self.deadline:
            raise StepError("Timeout", "the step's time is up")
        self.clock.sleep(seconds)


@dataclass
class FakeToolBox:
    clock: FakeClock

    def tools(
        self, *, rule: str, execution: str, token: str, deadline: float, dry_run: bool
    ) -> FakeTools:
        return FakeTools(self.clock, rule, execution, token, deadline, dry_run)


Behaviour = Callable[..., Any]


@dataclass
class FakeActions:
    """Actions by name, as functions of tools and parameters; every call is on record."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def call(self, name: str, tools: Any, parameters: Mapping[str, Any]) -> Any:
        self.calls.append((name, dict(parameters)))
        return self.behaviours[name](tools, **parameters)


@dataclass
class FakeSecrets:
    known: dict[str, str] = field(default_factory=dict)

    def resolve(self, reference: str) -> str:
        return self.known[reference]

    def redact(self, value: Any) -> Any:
        if isinstance(value, str):
            for secret in self.known.values():
                value = value.replace(secret, "***")
        if isinstance(value, dict):
            return {key: self.redact(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.redact(item) for item in value]
        return value


@dataclass
class FakeTelemetry:
    lines: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def info(self, message: str, **fields: Any) -> None:
        self.lines.append(("info", message, fields))

    def error(self, message: str, **fields: Any) -> None:
        self.lines.append(("error", message, fields))

    def defect(self, action: str, error: Exception) -> None:
        self.lines.append(("defect", action, {"error": repr(error)}))

    def count(self, metric: str) -> None:
        self.counts[metric] = self.counts.get(metric, 0) + 1

    def flush(self) -> None:
        self.lines.append(("flush", "", {}))


@dataclass
class World:
    """All the fakes of one test."""

    clock: FakeClock = field(default_factory=FakeClock)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    actions: FakeActions = field(default_factory=FakeActions)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)

    def ports(self) -> Ports:
        return Ports(
            clock=self.clock,
            journal=self.journal,
            actions=self.actions,
            toolbox=FakeToolBox(self.clock),
            secrets=self.secrets,
            telemetry=self.telemetry,
        )
