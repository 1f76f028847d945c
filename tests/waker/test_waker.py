"""The waker on moto: who is woken and who is not, what a removed rule leaves, late and double."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from chalicelib.engine.times import iso
from chalicelib.errors import JournalError, TableMissing
from chalicelib.events.ulid import execution_id
from chalicelib.journal.item import shard
from chalicelib.journal.record import (
    Decision,
    Ending,
    Error,
    Execution,
    Waiting,
    close,
    resume,
    suspend,
)
from chalicelib.journal.table import Table
from chalicelib.waker import MOST, Waker, Woken
from opsloop.deploy.template import create_journal
from opsloop.local.account import embedded_account
from tests.engine.fakes import FakeClock, FakeTelemetry

NOW = FakeClock().at
RULE = "restart"


@dataclass
class FakeLambda:
    """Lambda's client: some functions are there, some answer with an error."""

    exceptions: Any
    functions: set[str] = field(default_factory=lambda: {f"opsloop-dev-{RULE}"})
    throttled: set[str] = field(default_factory=set)
    invoked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **asked: Any) -> dict[str, Any]:
        payload = json.loads(asked["Payload"])
        if asked["FunctionName"] not in self.functions:
            raise self._error("ResourceNotFoundException")
        if payload["opsloop"]["resume"] in self.throttled:
            raise self._error("TooManyRequestsException")
        self.invoked.append(asked | {"Payload": payload})
        return {"StatusCode": 202}

    def woken(self) -> Counter[str]:
        return Counter(each["Payload"]["opsloop"]["resume"] for each in self.invoked)

    def _error(self, code: str) -> ClientError:
        kind: type[ClientError] = self.exceptions.from_code(code)
        return kind({"Error": {"Code": code, "Message": "no"}}, "Invoke")


@dataclass
class World:
    """A journal with some executions in it, and a waker."""

    client: Any
    name: str
    functions: FakeLambda
    clock: FakeClock = field(default_factory=FakeClock)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)

    @property
    def table(self) -> Table:
        return Table(lambda: self.client, self.name, self.clock)

    def one(self, execution: Execution) -> Execution | None:
        return self.table.one(execution.rule, execution.id)

    def keep(self, *executions: Execution) -> None:
        """Put them as they are, whatever way they came to be so."""
        for one in executions:
            assert self.table.admit(one) is None

    def tick(self, after: float = 0.0) -> Woken:
        self.clock.at += after
        return self.waker(self.table).tick()

    def waker(self, table: Table) -> Waker:
        return Waker(table, lambda: self.functions, "opsloop-dev-", self.clock, self.telemetry)


@pytest.fixture(scope="module")
def clients() -> Iterator[tuple[Any, Any]]:
    with embedded_account("dev", "eu-west-1") as session:
        yield session.client("dynamodb"), session.client("lambda")


@pytest.fixture
def world(clients: tuple[Any, Any]) -> World:
    """A table of the test's own."""
    dynamodb, functions = clients
    name = f"opsloop-{uuid4().hex[:8]}"
    create_journal(dynamodb, name)
    return World(dynamodb, name, FakeLambda(functions.exceptions))


def running(number: int = 0, *, lease: float = NOW + 60, rule: str = RULE) -> Execution:
    at = iso(NOW)
    return Execution(
        id=execution_id(rule, f"event-{number}", "", at),
        rule=rule,
        pack="hosts",
        plan="d1",
        mode="active",
        identity=f"event-{number}",
        event={"id": f"event-{number}"},
        event_time=at,
        started=at,
        lease=iso(lease),
        request="r-1",
        attempt="first",
    )


def kept(execution: Execution) -> Execution:
    """As the journal has it: only what runs has a lease."""
    return execution if execution.status == "running" else replace(execution, lease="")


def waiting(number: int = 0, *, until: float, rule: str = RULE) -> Execution:
    return suspend(running(number, rule=rule), Waiting("wait", iso(until), "rest"))


def asked(until: float, decision: Decision | None = None) -> Execution:
    made = suspend(running(), Waiting("approval", iso(until), "ask"))
    return replace(made, decision=decision)


def ended(status: Any, **more: Any) -> Execution:
    error = Error("action", "act", "AccessDenied", "no") if status == "failed" else None
    made = close(running(), Ending(status, error), closed=iso(NOW - 60), ms=1)
    return replace(made, **more)


def rechecked(until: float) -> Execution:
    return ended("refused", waiting=Waiting("recheck", iso(until)))


YES = Decision(approved=True, by="maria", at=iso(NOW - 1))
#: an execution, and whether it is woken now
DUE: list[tuple[str, Execution, bool]] = [
    ("its wait is over", waiting(until=NOW - 1), True),
    ("its wait is over now", waiting(until=NOW), True),
    ("its wait was over a day ago", waiting(until=NOW - 86_400), True),
    ("its wait is not over", waiting(until=NOW + 1), False),
    ("its lease is over", running(lease=NOW - 1), True),
    ("its lease is not over", running(lease=NOW + 1), False),
    ("nobody answers", asked(NOW + 600), False),
    ("nobody answered", asked(NOW - 1), True),
    ("somebody answered", asked(NOW + 600, YES), True),
    ("an alarm to look at again", rechecked(NOW - 1), True),
    ("an alarm to look at later", rechecked(NOW + 60), False),
    ("it succeeded", ended("succeeded"), False),
    ("it failed", ended("failed"), False),
    ("it was refused", ended("refused"), False),
]


@pytest.mark.parametrize(("execution", "woken"), [row[1:] for row in DUE], ids=[r[0] for r in DUE])
def test_who_is_woken(world: World, execution: Execution, woken: bool) -> None:
    world.keep(execution)
    assert world.tick() == Woken(woken=int(woken))
    expected = {
        "FunctionName": "opsloop-dev-restart",
        "InvocationType": "Event",
        "Payload": {"opsloop": {"resume": execution.id}},
    }
    assert world.functions.invoked == ([expected] if woken else [])
    # whether it is really time is for the function to say: nothing is written here
    assert world.one(execution) == kept(execution)


def test_every_shard_is_looked_at(world: World) -> None:
    many = [waiting(number, until=NOW - number) for number in range(24)]
    assert {shard(one.id) for one in many} == {0, 1, 2, 3}
    world.keep(*many)
    assert world.tick() == Woken(woken=24)
    assert world.functions.woken() == dict.fromkeys((one.id for one in many), 1)


def test_rules_are_woken_each_by_its_own_function(world: World) -> None:
    world.functions.functions.add("opsloop-dev-reboot")
    world.keep(waiting(until=NOW), waiting(until=NOW, rule="reboot"))
    world.tick()
    assert sorted(each["FunctionName"] for each in world.functions.invoked) == [
        "opsloop-dev-reboot",
        "opsloop-dev-restart",
    ]


def test_late_lost_and_double_ticks(world: World) -> None:
    one = waiting(until=NOW + 60)
    world.keep(one)
    assert world.tick() == Woken()
    # every tick of three days was lost
    assert world.tick(after=3 * 86_400) == Woken(woken=1)
    # its function has not begun yet, or the wake-up was lost on its way
    assert world.tick() == Woken(woken=1)
    assert world.functions.woken() == {one.id: 2}


def test_what_was_taken_up_is_left_in_peace(world: World) -> None:
    one = waiting(until=NOW)
    world.keep(one)
    lease = iso(NOW + 120)
    assert world.table.take(one, resume(one, request="r-2", attempt="second", lease=lease))
    assert world.tick() == Woken()
    assert world.tick(after=120) == Woken(woken=1)


def test_one_that_cannot_be_woken_is_left_to_the_next_tick(world: World) -> None:
    many = [waiting(number, until=NOW) for number in range(8)]
    world.keep(*many)
    world.functions.throttled = {many[3].id}
    assert world.tick() == Woken(woken=7, failed=1)
    said = "not woken: An error occurred (TooManyRequestsException) when calling the Invoke"
    ((level, message, fields),) = world.telemetry.lines
    assert (level, message) == ("error", f"{said} operation: no")
    assert fields == {"rule": RULE, "execution": many[3].id}
    world.functions.throttled = set()
    world.tick()
    assert world.functions.woken()[many[3].id] == 1


class Crowd(Table):
    """A journal in which more is due than one tick takes, until it is woken."""

    def __init__(self, table: Table, functions: FakeLambda) -> None:
        super().__init__(table._connect, table._name, table._clock)
        self._functions = functions

    def due(self, attention: str, now: str) -> Iterator[tuple[str, str]]:
        woken = self._functions.woken()
        names = (f"{attention}-{number}-{now}" for number in range(MOST // 3))
        yield from ((RULE, name) for name in names if name not in woken)


def test_more_than_one_tick_takes(world: World) -> None:
    waker = world.waker(Crowd(world.table, world.functions))
    assert waker.tick() == Woken(woken=MOST)
    assert waker.tick() == Woken(woken=MOST // 3 * 4 - MOST)
    assert set(world.functions.woken().values()) == {1}


GONE = Error("action", "resume", "Superseded", "its rule is gone")


@pytest.mark.parametrize("execution", [waiting(until=NOW - 5), running(lease=NOW - 5)])
def test_what_a_removed_rule_leaves_is_closed_and_told(world: World, execution: Execution) -> None:
    world.functions.functions.clear()
    world.keep(execution)
    assert world.tick(after=60) == Woken(closed=1)
    expected = close(execution, Ending("superseded", GONE), closed=iso(NOW + 60), ms=60_000)
    assert world.one(execution) == kept(expected)
    told = {"rule": RULE, "execution": execution.id}
    assert world.telemetry.lines == [("error", "its rule is gone", told)]
    assert world.tick() == Woken()


def test_a_removed_rules_alarm_is_not_looked_at_again(world: World) -> None:
    world.functions.functions.clear()
    refused = rechecked(NOW - 5)
    world.keep(refused)
    assert world.tick() == Woken(closed=1)
    assert world.one(refused) == kept(replace(refused, waiting=None))
    assert world.tick() == Woken()


class Meanwhile(Table):
    """A journal in which something happens behind each reading of one execution."""

    def __init__(self, table: Table, happens: Any) -> None:
        super().__init__(table._connect, table._name, table._clock)
        self._happens = happens

    def one(self, rule: str, execution_id: str) -> Execution | None:
        found = super().one(rule, execution_id)
        self._happens(found)
        return found


def test_an_orphan_that_somebody_goes_on_with_is_left_alone(world: World) -> None:
    world.functions.functions.clear()
    world.keep(waiting(until=NOW))

    def happens(found: Execution) -> None:
        lease = iso(NOW + 60)
        taken = resume(found, request="r-2", attempt="second", lease=lease)
        assert world.table.take(found, taken)

    waker = world.waker(Meanwhile(world.table, happens))
    assert waker.tick() == Woken(failed=1)
    ((level, message, _),) = world.telemetry.lines
    assert (level, message.split(" of restart")[0]) == (
        "error",
        f"could not close execution {waiting(until=NOW).id}",
    )
    there = world.one(waiting(until=NOW))
    assert there is not None
    assert (there.status, there.attempt) == ("running", "second")


def test_an_orphan_that_cannot_be_read_keeps_nobody_asleep(world: World) -> None:
    orphan, other = waiting(until=NOW, rule="gone"), waiting(until=NOW)
    world.keep(orphan, other)

    def happens(_found: Execution) -> None:
        raise JournalError("could not read it")

    assert world.waker(Meanwhile(world.table, happens)).tick() == Woken(woken=1, failed=1)
    told = {"rule": "gone", "execution": orphan.id}
    assert world.telemetry.lines == [("error", "could not read it", told)]


class Stale(Table):
    """An index that is behind its table: what it gives has ended, or is gone."""

    def due(self, attention: str, now: str) -> Iterator[tuple[str, str]]:
        if attention == "unfinished#0":
            yield RULE, ended("succeeded").id
            yield RULE, waiting(99, until=NOW).id
        yield from super().due(attention, now)


def test_an_index_behind_its_table_does_no_harm(world: World) -> None:
    world.functions.functions.clear()
    world.keep(ended("succeeded"))
    waker = world.waker(Stale(lambda: world.client, world.name, world.clock))
    assert waker.tick() == Woken(closed=2)
    assert world.one(ended("succeeded")) == kept(ended("succeeded"))


def test_a_journal_that_is_not_there_fails_the_tick(world: World) -> None:
    table = Table(lambda: world.client, "opsloop-prod", world.clock)
    with pytest.raises(TableMissing, match="no DynamoDB table 'opsloop-prod' in eu-west-1"):
        world.waker(table).tick()
