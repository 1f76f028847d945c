"""The engine on a stage: several sandboxes over one journal act out the same deliveries.

`Stores` are where the journal is: in dictionaries, or on DynamoDB's stand-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.engine.ports import Journal
from chalicelib.errors import StepError
from chalicelib.guards.gate import Pause
from chalicelib.journal.table import Table
from chalicelib.plan import Guard, Plan
from opsloop.history.pausing import Pausing
from tests.engine.fakes import FakeClock, FakeTelemetry, MemoryJournal, World
from tests.engine.plans import EVENT, STAGE, plan, step, value
from tests.guards.making import guard
from tests.proof.journals import executions, refused
from tests.proof.sandboxes import TABLE
from tests.proof.scripts import SANDBOXES, Became, Delivery, Guards

#: seconds that an invocation has: more than any clock jumps here
REMAINING = 10 * 365 * 86_400
PACK = "hosts"


class Steady(FakeClock):
    """A clock that jitter does not move: times are exact."""

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Store(Protocol):
    """A journal, and a person's hand on it."""

    @property
    def journal(self) -> Journal: ...

    def pause(self, what: str, seconds: int) -> None: ...

    def resume(self, what: str) -> None: ...

    def crowd(self, conflicts: int) -> None: ...

    def statuses(self) -> dict[str, str]:
        """Of each event that has an entry."""
        ...

    def counted(self) -> int:
        """Refusals without an entry."""
        ...


class InMemory:
    """The journal in dictionaries."""

    def __init__(self, clock: FakeClock) -> None:
        self.journal = MemoryJournal()
        self._clock = clock

    def pause(self, what: str, seconds: int) -> None:
        self.resume(what)
        self.journal.paused.append(Pause(what, self._clock.at + seconds, "maria"))
        # DynamoDB reads them in the order of their names
        self.journal.paused.sort(key=lambda pause: pause.what)

    def resume(self, what: str) -> None:
        self.journal.paused = [pause for pause in self.journal.paused if pause.what != what]

    def crowd(self, conflicts: int) -> None:
        self.journal.conflicts = conflicts

    def statuses(self) -> dict[str, str]:
        return {one.identity: one.status for one in self.journal.executions.values()}

    def counted(self) -> int:
        return sum(sum(counts.values()) for counts in self.journal.counted)


class OnTable:
    """The journal on a table, under a rule of its own."""

    def __init__(self, client: Any, rule: str, clock: FakeClock) -> None:
        self.journal = Table(lambda: client, TABLE, clock)
        self._pausing = Pausing(client, TABLE, clock, "maria")
        self._client = client
        self._rule = rule
        for pause in self.journal.pauses():
            self._pausing.resume(pause.what)

    def pause(self, what: str, seconds: int) -> None:
        self._pausing.pause(what, seconds, "")

    def resume(self, what: str) -> None:
        self._pausing.resume(what)

    def crowd(self, conflicts: int) -> None:
        """Nothing: what happens between look and admission conflicts by itself."""

    def statuses(self) -> dict[str, str]:
        return {one.identity: one.status for one in executions(self._client, self._rule)}

    def counted(self) -> int:
        return refused(self._client, self._rule)


@dataclass
class Theatre:
    """The Actions port too: what happens meanwhile happens in a fact and in an action."""

    guards: Guards
    rule: str
    clock: Steady
    store: Store
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    became: list[Became] = field(default_factory=list)
    #: executions inside, each with its key and since when; and how many there were at most
    inside: list[tuple[str, float]] = field(default_factory=list)
    admitted: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._plan = planned(self.rule, lowered(self.guards))
        self._events: list[dict[str, Any]] = []
        self._running: list[Delivery] = []
        self._requests = count()
        self._busy = [False] * SANDBOXES
        self._engines = [self._engine() for _ in range(SANDBOXES)]

    def renew(self, sandbox: int) -> None:
        """One sandbox goes, and with it what it knew."""
        self._engines[sandbox] = self._engine()

    def deliver(self, delivery: Delivery) -> None:
        """Give one event to a sandbox that is free."""
        place = self._free(delivery.sandbox)
        if place is None:
            return
        number = self._event(delivery)
        self._busy[place] = True
        self._running.append(delivery)
        invocation = Invocation(f"r-{next(self._requests)}", self.clock.at + REMAINING)
        (outcome,) = self._engines[place].handle(self._events[number], invocation)
        self._running.pop()
        self._busy[place] = False
        self.became.append(_became(number, outcome))

    def call(self, name: str, tools: Any, parameters: Mapping[str, Any]) -> Any:
        """What the rule's fact and the rule's action do."""
        delivery = self._running[-1]
        if name == "look":
            self._meanwhile(delivery.before, delivery.looks)
            return {}
        tools.announce("ec2", "start_instances", {})
        self._meanwhile(delivery.inside, delivery.takes)
        if delivery.fails:
            raise StepError("Broken", "as the script says")
        return parameters["key"]

    def _meanwhile(self, others: tuple[Delivery, ...], seconds: int) -> None:
        for other in others:
            self.deliver(other)
        self.clock.at += seconds

    def _engine(self) -> Engine:
        world = World(clock=self.clock, telemetry=self.telemetry)
        ports = replace(world.ports(), journal=self.store.journal, actions=self)
        return Engine(self._plan, STAGE, ports)

    def _free(self, wanted: int) -> int | None:
        turned = [(wanted + step) % SANDBOXES for step in range(SANDBOXES)]
        return next((place for place in turned if not self._busy[place]), None)

    def _event(self, delivery: Delivery) -> int:
        if delivery.again is not None and self._events:
            return delivery.again % len(self._events)
        number = len(self._events)
        time = datetime.fromtimestamp(self.clock.at - delivery.age, UTC).isoformat()
        arn = f"arn:aws:ec2:eu-west-1:123456789012:instance/{delivery.key}"
        detail = {"instance-id": delivery.key, "state": "stopped"}
        self._events.append(
            EVENT | {"id": f"event-{number}", "time": time, "resources": [arn], "detail": detail}
        )
        return number


def planned(rule: str, made: Guard) -> Plan:
    """A rule with one fact and one action."""
    look = {"name": "look", "do": "look", "with": value(), "pick": None, "or": None}
    act = step("act", "act", with_=value(key="=resource.id"))
    return plan(rule=rule, pack=PACK, guard=made, facts=[look], then=[act])


def lowered(guards: Guards) -> Guard:
    """The guards as a rule has them, compiled."""
    given: dict[str, Any] = {}
    if guards.rates:
        rates = [(f"{rate.limit}/{rate.seconds}s", rate.per) for rate in guards.rates]
        given["rate"] = [{"limit": limit, "per": per} for limit, per in rates]
    if guards.cooldown is not None:
        given["cooldown"] = {"for": f"{guards.cooldown}s", "after": guards.after}
    if guards.lock is not None:
        given["lock"] = {"per": guards.lock, "lease": f"{guards.lease}s"}
    if guards.breaker is not None:
        failures, within = guards.breaker
        given["breaker"] = {"failures": failures, "within": f"{within}s"}
    if guards.window is not None:
        hours = f"{_clock(guards.window.begin)}-{_clock(guards.window.end)}"
        given["window"] = {guards.window.kind: hours, "timezone": guards.window.zone}
    if guards.deadline is not None:
        given["deadline"] = f"{guards.deadline}s"
    return guard(**given)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _became(number: int, outcome: Outcome) -> Became:
    refusing = outcome.outcome == "refused" and outcome.reason is not None
    why = outcome.reason.partition(":")[0] if refusing and outcome.reason else None
    return Became(number, outcome.outcome, why, written=outcome.execution is not None)
