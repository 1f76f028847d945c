"""Who may answer a question, and that an answer counts once, in time, and under a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.deciding import Deciding, NotDecided, may, principal
from chalicelib.engine.times import iso
from chalicelib.journal.record import Decision, Ending, Execution, Waiting, close, suspend
from chalicelib.journal.table import Table
from opsloop.local.account import embedded_account
from tests.engine.fakes import FakeClock
from tests.journal.executions import RUNNING

MARIA = "arn:aws:iam::123456789012:user/maria"
ONCALL = "arn:aws:sts::123456789012:assumed-role/oncall/maria"
CHINA = "arn:aws-cn:sts::123456789012:assumed-role/oncall/maria"
FEDERATED = "arn:aws:sts::123456789012:federated-user/maria"
ROOT = "arn:aws:iam::123456789012:root"


@pytest.mark.parametrize(
    ("arn", "known"),
    [
        (MARIA, MARIA),
        (ROOT, ROOT),
        (FEDERATED, FEDERATED),
        (ONCALL, "arn:aws:iam::123456789012:role/oncall"),
        (CHINA, "arn:aws-cn:iam::123456789012:role/oncall"),
    ],
)
def test_the_arn_that_iam_knows_a_caller_by(arn: str, known: str) -> None:
    assert principal(arn) == known


@pytest.mark.parametrize(
    ("arn", "patterns", "fits"),
    [
        (ONCALL, ["*:role/oncall"], True),
        (ONCALL, ["arn:aws:iam::123456789012:role/oncall"], True),
        (ONCALL, ["arn:aws:iam::*:role/on*"], True),
        (ONCALL, ["arn:aws:iam::999999999999:role/oncall"], False),
        (ONCALL, ["*:role/oncall-lead", "*:user/maria"], False),
        (ONCALL, ["*:role/oncall-lead", "*:role/oncall"], True),
        (ONCALL, ["*:assumed-role/oncall/maria"], True),
        (ONCALL, ["*:assumed-role/oncall/john"], False),
        (MARIA, ["*:user/maria"], True),
        (MARIA, ["*:user/MARIA"], False),
        (MARIA, ["*:role/*"], False),
        (MARIA, ["*"], True),
        (MARIA, [], False),
        (ROOT, ["*:root"], True),
        # a session is called what its caller likes: it proves nothing by itself
        (ONCALL, ["*/maria"], False),
        (ONCALL, ["*maria"], False),
        ("arn:aws:sts::123456789012:assumed-role/guest/oncall", ["*/oncall"], False),
        (ONCALL, ["*"], True),
        (ONCALL, ["*/oncall"], True),
        (ONCALL, ["arn:*:role/oncall"], True),
        (ONCALL, ["arn:aws:iam:*:role/oncall"], True),
        (ONCALL, ["arn:aws:sts::123456789012:assumed-role/oncall/*"], True),
        (ONCALL, ["arn:*:user/maria"], False),
        # whoever makes a user chooses its path, and colons are no exception
        ("arn:aws:iam::123456789012:user/x:role/oncall", ["*:role/oncall"], False),
        ("arn:aws:iam::123456789012:user/x:role/oncall", ["arn:aws:iam::*:role/on*"], False),
        ("arn:aws:iam::123456789012:user/:assumed-role/oncall/a", ["*:assumed-role/*"], False),
    ],
)
def test_who_may(arn: str, patterns: list[str], fits: bool) -> None:
    assert may(arn, patterns) is fits


@dataclass
class World:
    """A journal with a question in it, that stands for an hour."""

    client: Any
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def table(self) -> Table:
        return Table(lambda: self.client, "opsloop-dev", self.clock)

    def ask(self, **more: Any) -> Execution:
        data = {"by": ["*:role/oncall", "*:user/maria"], "prompt": "Reboot i-1?"}
        waiting = Waiting("approval", iso(self.clock.at + 3_600), "ask", data)
        asked = replace(suspend(RUNNING, waiting), **more)
        assert self.table.admit(asked) is None
        return replace(asked, lease="")

    def there(self) -> Execution | None:
        return self.table.one(RUNNING.rule, RUNNING.id)

    def answer(self, approved: bool = True, *, who: str = MARIA, why: str = "") -> Execution:
        deciding = Deciding(self.table, self.clock, who)
        return deciding.decide(RUNNING.rule, RUNNING.id, approved=approved, why=why)


@pytest.fixture
def world() -> Iterator[World]:
    with embedded_account("dev", "eu-west-1") as session:
        yield World(session.client("dynamodb"))


@pytest.mark.parametrize(("approved", "why"), [(True, ""), (False, "it is a database")])
def test_an_answer_is_written_down_and_due_at_once(world: World, approved: bool, why: str) -> None:
    asked = world.ask()
    world.clock.at += 60
    answered = world.answer(approved, who=ONCALL, why=why)
    decision = Decision(approved, ONCALL, iso(world.clock.at), why)
    assert answered == replace(asked, decision=decision, attempt=answered.attempt)
    assert answered.attempt != asked.attempt
    assert world.there() == answered
    assert list(world.table.due("unfinished#1", iso(world.clock.at))) == [
        (RUNNING.rule, RUNNING.id)
    ]


def test_one_answer_counts(world: World) -> None:
    world.ask()
    first = world.answer(approved=False)
    with pytest.raises(NotDecided, match=f"was denied by {MARIA} at {iso(world.clock.at)}$"):
        world.answer(who=ONCALL)
    assert world.there() == first


def test_an_answer_in_time_counts_and_one_behind_it_does_not(world: World) -> None:
    asked = world.ask()
    world.clock.at += 3_600
    assert asked.waiting is not None
    with pytest.raises(NotDecided, match=f"could be answered until {asked.waiting.until}$"):
        world.answer()
    world.clock.at -= 0.001
    assert world.answer().decision is not None


def test_who_fits_no_pattern_is_told_the_patterns(world: World) -> None:
    asked = world.ask()
    with pytest.raises(NotDecided) as refused:
        world.answer(who="arn:aws:iam::123456789012:user/guest")
    assert str(refused.value) == (
        f"{RUNNING.id} is not for arn:aws:iam::123456789012:user/guest to answer; "
        "expected *:role/oncall or *:user/maria"
    )
    assert world.there() == asked


DONE = close(RUNNING, Ending("succeeded"), closed=RUNNING.started, ms=1)
RESTING = suspend(RUNNING, Waiting("wait", "2026-11-12T10:00:00.000Z", "rest"))


@pytest.mark.parametrize(
    ("execution", "doing"),
    [(RUNNING, "running"), (RESTING, "waiting, wait"), (DONE, "succeeded")],
)
def test_what_asks_nothing_is_not_answered(world: World, execution: Execution, doing: str) -> None:
    assert world.table.admit(execution) is None
    with pytest.raises(NotDecided, match=f"asks nothing: it is {doing}$"):
        world.answer()


def test_an_execution_that_there_is_not(world: World) -> None:
    with pytest.raises(NotDecided, match=f"there is no execution {RUNNING.id} of close-public"):
        world.answer()


class Meanwhile(Table):
    """A journal in which somebody else answers just behind each reading."""

    def one(self, rule: str, execution_id: str) -> Execution | None:
        found = super().one(rule, execution_id)
        other = Table(self._connect, self._name, self._clock)
        Deciding(other, self._clock, ONCALL).decide(rule, execution_id, approved=False)
        return found


def test_of_two_answers_at_once_one_counts(world: World) -> None:
    world.ask()
    table = Meanwhile(lambda: world.client, "opsloop-dev", world.clock)
    with pytest.raises(NotDecided, match="somebody else was faster"):
        Deciding(table, world.clock, MARIA).decide(RUNNING.rule, RUNNING.id, approved=True)
    there = world.there()
    assert there is not None
    assert there.decision == Decision(False, ONCALL, iso(world.clock.at))  # noqa: FBT003 - as above
