"""Ports that remember: what the engine did is what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.actions.base import Response, WouldCall
from chalicelib.engine.ports import Ports
from chalicelib.errors import BusError, Conflict, JournalError, StepError
from chalicelib.guards.gate import Pause
from chalicelib.guards.state import Memory, State
from chalicelib.journal.memory import Remembered, Written, item_id
from chalicelib.journal.record import UNFINISHED, Execution


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
    """A journal in dictionaries, which can be told to be denied, or to meet conflicts."""

    executions: dict[tuple[str, str], Execution] = field(default_factory=dict)
    writes: list[tuple[str, Execution]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    states: dict[tuple[str, str], tuple[int, State]] = field(default_factory=dict)
    paused: list[Pause] = field(default_factory=list)
    counted: list[dict[str, int]] = field(default_factory=list)
    #: how many of the next charges find that somebody else was faster
    conflicts: int = 0
    reads: int = 0

    def admit(self, execution: Execution, charges: Sequence[Written] = ()) -> Execution | None:
        self._maybe_deny("admit")
        key = (execution.rule, execution.id)
        if key in self.executions:
            return self.executions[key]
        self._charge(execution.rule, charges)
        self._write("refuse" if execution.status == "refused" else "admit", execution)
        return None

    def record(self, execution: Execution, charges: Sequence[Written] = ()) -> None:
        self._maybe_deny("record")
        self._mine(execution)
        self._charge(execution.rule, charges)
        self._write("record", execution)

    def one(self, rule: str, execution_id: str) -> Execution | None:
        return self.executions.get((rule, execution_id))

    def take(self, seen: Execution, taken: Execution, charges: Sequence[Written] = ()) -> bool:
        there = self.executions[(seen.rule, seen.id)]
        if there.status not in UNFINISHED or there.attempt != seen.attempt:
            return False
        self._charge(seen.rule, charges)
        self._write("take", taken)
        return True

    def settle(self, refused: Execution) -> None:
        self._maybe_deny("settle")
        self._write("settle", refused)

    def recurred(self, rule: str, execution_id: str) -> None:
        there = self.executions[(rule, execution_id)]
        if there.loop == "closed":
            self.executions[(rule, execution_id)] = replace(there, loop="recurred")

    def close(self, execution: Execution, charges: Sequence[Written] = ()) -> None:
        self._maybe_deny("close")
        self._mine(execution)
        self._charge(execution.rule, charges)
        self._write("close", execution)

    def remembered(self, rule: str, key: str) -> Remembered:
        self.reads += 1
        version, state = self.states.get((rule, item_id("rule", "")), (0, State()))
        own_version, own = self.states.get((rule, item_id("key", key)), (0, State()))
        return Remembered(key, Memory(state, own), version, own_version)

    def pauses(self) -> list[Pause]:
        return list(self.paused)

    def count_refusals(self, rule: str, counts: Mapping[str, int]) -> None:
        self.counted.append({rule: 0, **counts})

    def only(self) -> Execution:
        (execution,) = self.executions.values()
        return execution

    def _charge(self, rule: str, charges: Sequence[Written]) -> None:
        if charges and self.conflicts:
            self.conflicts -= 1
            raise Conflict("somebody else was faster")
        for charge in charges:
            version, _ = self.states.get((rule, charge.id), (0, State()))
            if version != charge.replaces:
                raise Conflict("somebody else was faster")
        for charge in charges:
            self.states[(rule, charge.id)] = (charge.replaces + 1, charge.state)

    def _mine(self, execution: Execution) -> None:
        there = self.executions[(execution.rule, execution.id)]
        if there.status != "running" or there.attempt != execution.attempt:
            raise JournalError(f"{execution.id} is not this function's any more")

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
        self,
        *,
        rule: str,
        execution: str,
        token: str,
        deadline: float,
        dry_run: bool,
        chain: int = 0,  # noqa: ARG002 - the port's
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
class FakeBus:
    """A bus that keeps what was put, or takes nothing."""

    put_so_far: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    broken: bool = False

    def put(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        if self.broken:
            raise BusError("could not put: AccessDenied")
        self.put_so_far.append((detail_type, dict(detail)))


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
    bus: FakeBus = field(default_factory=FakeBus)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)

    def ports(self) -> Ports:
        return Ports(
            clock=self.clock,
            journal=self.journal,
            actions=self.actions,
            toolbox=FakeToolBox(self.clock),
            secrets=self.secrets,
            bus=self.bus,
            telemetry=self.telemetry,
        )
