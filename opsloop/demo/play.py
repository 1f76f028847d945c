"""The demo from beginning to end: build, let things happen, look at what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import boto3

from chalicelib.clock import Clock
from chalicelib.errors import PlanError
from chalicelib.journal.record import Execution
from chalicelib.journal.table import Table
from chalicelib.plan import Plan, Stage
from opsloop.compiler.build import Compiled, compile_project
from opsloop.demo import world
from opsloop.demo.stage import Pager, functions, staged
from opsloop.demo.stream import Happening, stream
from opsloop.deploy.names import table_name
from opsloop.history.reader import Reader, Wanted
from opsloop.local.account import embedded_account
from opsloop.local.functions import Delivery, LocalFunctions

#: a little more: the waker comes once a minute
MINUTE = 61.0


class DemoClock:
    """The machine's clock, which can be put forward: nobody wants to wait for a demo."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since the epoch, UTC, and what was skipped."""
        return self._clock.now() + self._ahead

    def sleep(self, seconds: float) -> None:
        """Wait, really: somebody watches."""
        self._clock.sleep(seconds)

    def skip(self, seconds: float) -> None:
        """So much later, at once."""
        self._ahead += seconds


@dataclass(frozen=True, slots=True)
class Became:
    """One function that an event started, and the executions that it wrote down."""

    delivery: Delivery
    executions: Mapping[str, Execution]


@dataclass
class Played:
    """All that happened."""

    events: list[tuple[Happening, list[Became]]] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)


class Screen(Protocol):
    """Who watches."""

    def preparing(self) -> AbstractContextManager[None]:
        """The account is being made."""
        ...

    def opens(self, plans: Mapping[str, Plan], stage: Stage, events: int) -> None:
        """It begins."""
        ...

    def happens(self, happening: Happening) -> None:
        """An event is on its way."""
        ...

    def became(self, started: list[Became]) -> None:
        """Every function that it started has returned."""
        ...

    def ends(self, played: Played) -> None:
        """It is over."""
        ...


def play(project: Path, screen: Screen, clock: Clock) -> Played:
    """Run the demo on a project's rules. Raises PlanError where they are not opsloop's own."""
    if not (project / "tests" / "events").is_dir():
        raise PlanError(
            f"{project}: the demo plays the rules and events of opsloop's repository, which are "
            "not installed with it: clone it, and run `make demo` there"
        )
    played, pager = Played(), Pager()
    with ExitStack() as account:
        with screen.preparing():
            compiled = compile_project(project)
            stage = staged(next(iter(compiled.stages.values())))
            session = account.enter_context(embedded_account(stage["stage"], stage["region"]))
            there = world.build(session)
        scene = _Scene(compiled, stage, session, there, pager)
        _run(scene, played, screen, DemoClock(clock))
    screen.ends(played)
    return played


@dataclass(frozen=True, slots=True)
class _Scene:
    """What things happen to."""

    compiled: Compiled
    stage: Stage
    session: boto3.Session
    account: world.World
    pager: Pager


def _run(scene: _Scene, played: Played, screen: Screen, clock: DemoClock) -> None:
    lambdas = functions(scene.compiled, scene.stage, scene.session, scene.pager, clock)
    name = scene.stage["stage"]
    reader = Reader(scene.session.client("dynamodb"), table_name(name), clock)
    events = stream(scene.account, name, clock.now())
    played.before = scene.account.state()
    count = sum(one.payload is not None for one in events)
    screen.opens(scene.compiled.plans, scene.stage, count)
    for happening in events:
        screen.happens(happening)
        if happening.payload is None:
            delivered = _later(scene, lambdas, clock)
        else:
            delivered = lambdas.deliver(happening.payload)
        started = [_became(one, reader) for one in delivered]
        played.events.append((happening, started))
        screen.became(started)
    played.after = scene.account.state()
    played.told = _told(scene.session, scene.pager)
    played.executions = reader.newest(Wanted())


def _later(scene: _Scene, lambdas: LocalFunctions, clock: DemoClock) -> list[Delivery]:
    """What the waker does a minute later, when it has become clear what helped."""
    scene.account.recover()
    clock.skip(MINUTE)
    table = Table(lambda: scene.session.client("dynamodb"), table_name(scene.stage["stage"]), clock)
    return lambdas.wake(table, clock)


def _became(delivery: Delivery, reader: Reader) -> Became:
    ids = [one["execution"] for one in delivery.outcomes if "execution" in one]
    found = {one: reader.one(one) for one in ids}
    return Became(delivery, {one: execution for one, execution in found.items() if execution})


def _told(session: boto3.Session, pager: Pager) -> dict[str, list[str]]:
    topics = {name: world.messages(session, name) for name in ("security", "platform")}
    return {**topics, "pager": pager.rang}


def as_json(played: Played) -> dict[str, Any]:
    """All of it, for programs."""
    return {
        "events": [
            {"said": happening.said, "started": [one.delivery.as_dict() for one in started]}
            for happening, started in played.events
        ],
        "before": played.before,
        "after": played.after,
        "told": played.told,
        "executions": [
            {"id": one.id, "rule": one.rule, "status": one.status, "resource": one.resource}
            for one in played.executions
        ],
    }
