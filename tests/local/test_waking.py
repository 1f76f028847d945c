"""Waiting executions on this machine: woken as the waker would, whenever the clock says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.journal.table import Table
from chalicelib.plan import Plan
from chalicelib.runtime import Runtime
from opsloop.local.account import embedded_account
from opsloop.local.functions import LocalFunctions
from tests.engine.fakes import FakeClock, FakeTelemetry
from tests.engine.plans import EVENT, STAGE, plan, step, value

TAG = step(
    "tag",
    "aws.sqs.tag_queue",
    with_=value(QueueUrl="=event.detail.queue", Tags={"state": "well"}),
)


@dataclass
class Account:
    """An account in memory with one queue, and a clock that a test moves."""

    session: Any
    queue: str
    clock: FakeClock

    @property
    def table(self) -> Table:
        client = self.session.client("dynamodb")
        return Table(lambda: client, "opsloop-dev", self.clock)

    def functions(self, *plans: Plan) -> LocalFunctions:
        def runtime(made: Plan) -> Runtime:
            telemetry = FakeTelemetry()
            session = self.session
            return Runtime(
                made, STAGE, "opsloop-dev", self.clock, session=lambda: session, telemetry=telemetry
            )

        return LocalFunctions(plans, STAGE, runtime)

    def tags(self) -> dict[str, str]:
        found = self.session.client("sqs").list_queue_tags(QueueUrl=self.queue)
        tags: dict[str, str] = found.get("Tags", {})
        return tags

    def event(self) -> dict[str, Any]:
        return EVENT | {"detail": {"queue": self.queue}}


@pytest.fixture
def account() -> Iterator[Account]:
    with embedded_account("dev", "eu-west-1") as session:
        queue = session.client("sqs").create_queue(QueueName="work")["QueueUrl"]
        yield Account(session, queue, FakeClock())


def test_an_execution_waits_until_it_is_woken_in_time(account: Account) -> None:
    functions = account.functions(plan(then=[step("rest", kind="wait", wait=600.0), TAG]))
    (waiting,) = functions.deliver(account.event())[0].outcomes
    assert waiting["outcome"] == "waiting"
    assert functions.wake(account.table, account.clock) == []
    account.clock.at += 600
    (woken,) = functions.wake(account.table, account.clock)
    assert (woken.rule, woken.raised) == ("restart", None)
    assert woken.outcomes == (
        {"rule": "restart", "outcome": "succeeded", "execution": waiting["execution"]},
    )
    assert account.tags() == {"state": "well"}
    assert functions.wake(account.table, account.clock) == []


def test_what_waits_for_a_removed_rule_ends(account: Account) -> None:
    functions = account.functions(plan(then=[step("rest", kind="wait", wait=600.0), TAG]))
    (waiting,) = functions.deliver(account.event())[0].outcomes
    account.clock.at += 600
    others = account.functions(plan(rule="another"))
    assert others.wake(account.table, account.clock) == []
    there = account.table.one("restart", waiting["execution"])
    assert there is not None
    assert there.status == "superseded"
    assert account.tags() == {}
