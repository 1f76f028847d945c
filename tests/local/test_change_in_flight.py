"""A rule is edited, or deleted, while executions of it wait: two real versions, compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib.deciding import Deciding, NotDecided
from chalicelib.journal.record import Execution
from chalicelib.journal.table import Table
from chalicelib.plan import Plan, Stage
from chalicelib.runtime import Runtime
from opsloop.compiler.build import compile_project
from opsloop.local.account import embedded_account
from opsloop.local.functions import LocalFunctions
from tests.compiler.projects import HEADER
from tests.engine.fakes import FakeClock, FakeTelemetry

SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    max_mode: active
    channels:
      pager: {type: sns, topic: pager}
    escalate: pager
    approvers: {by: ["*:role/oncall"], within: 1h}
"""
RULE = """\
description: Tag a queue twice.
owner: team
severity: low
mode: active
when:
  event: {source: [shop], detail-type: [Order]}
let:
  queue: event.detail.queue
  state: "'well'"
then:
  - id: first
    do: aws.sqs.tag_queue
    with: {QueueUrl: "${queue}", Tags: {first: "1"}}
  - id: rest
    wait: 10m
  - id: second
    do: aws.sqs.tag_queue
    with: {QueueUrl: "${queue}", Tags: {second: "${state}"}}
verify:
  check: aws.sqs.list_queue_tags
  with: {QueueUrl: "${queue}"}
  until: result.Tags.second == 'well'
on_failure:
  - id: tell
    do: aws.sqs.tag_queue
    with: {QueueUrl: "${queue}", Tags: {told: "${error.code}"}}
"""
SECOND = """\
    do: aws.sqs.tag_queue
    with: {QueueUrl: "${queue}", Tags: {second: "${state}"}}"""
ASKS = RULE.replace("wait: 10m", 'approve: {by: ["*:role/oncall"], within: 1h}')
#: not yet well, so that it is looked at for a while
ILL = RULE.replace("second == 'well'", "third == 'well'")
ONCALL = "arn:aws:sts::123456789012:assumed-role/oncall/maria"


@dataclass
class Deployed:
    """A stage with one rule, of which there are several versions."""

    folder: Path
    session: Any
    queue: str
    clock: FakeClock = field(default_factory=FakeClock)
    functions: LocalFunctions | None = None

    @property
    def table(self) -> Table:
        client = self.session.client("dynamodb")
        return Table(lambda: client, "opsloop-dev", self.clock)

    def deploy(self, text: str | None, settings: str = SETTINGS) -> None:
        """This version of the rule; None deletes it."""
        rules = self.folder / "rules"
        (rules / "shop").mkdir(parents=True, exist_ok=True)
        (rules / "opsloop.yaml").write_text(settings)
        if text is None:
            (rules / "shop" / "tag.yaml").unlink()
        else:
            (rules / "shop" / "tag.yaml").write_text(HEADER + text)
        made = compile_project(self.folder)
        stage = made.stages["dev"]

        def runtime(plan: Plan) -> Runtime:
            return self._runtime(plan, stage)

        self.functions = LocalFunctions(made.plans.values(), stage, runtime)

    def _runtime(self, plan: Plan, stage: Stage) -> Runtime:
        session, telemetry = self.session, FakeTelemetry()
        return Runtime(
            plan, stage, "opsloop-dev", self.clock, session=lambda: session, telemetry=telemetry
        )

    def event(self) -> str:
        """The id of the execution that an event makes, once it waits."""
        assert self.functions is not None
        payload = {
            "version": "0",
            "id": "event-1",
            "detail-type": "Order",
            "source": "shop",
            "account": "123456789012",
            "time": "2023-11-14T22:13:20Z",
            "region": "eu-west-1",
            "resources": [],
            "detail": {"queue": self.queue},
        }
        (delivery,) = self.functions.deliver(payload)
        (outcome,) = delivery.outcomes
        assert outcome["outcome"] == "waiting"
        return str(outcome["execution"])

    def wake(self, after: float = 0) -> list[str]:
        """The outcomes of all that is due by then."""
        assert self.functions is not None
        self.clock.at += after
        woken = self.functions.wake(self.table, self.clock)
        assert [one.raised for one in woken] == [None] * len(woken)
        return [outcome["outcome"] for one in woken for outcome in one.outcomes]

    def answer(self, execution: str, *, approved: bool = True) -> None:
        Deciding(self.table, self.clock, ONCALL).decide("tag", execution, approved=approved)

    def one(self, execution: str) -> Execution:
        there = self.table.one("tag", execution)
        assert there is not None
        return there

    def tags(self) -> dict[str, str]:
        found = self.session.client("sqs").list_queue_tags(QueueUrl=self.queue)
        tags: dict[str, str] = found.get("Tags", {})
        return tags


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Deployed]:
    with embedded_account("dev", "eu-west-1") as session:
        session.client("sns").create_topic(Name="pager")
        queue = session.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        yield Deployed(tmp_path, session, queue)


#: what was changed in the rule, while it waited between its two steps
GOES_ON = [
    ("nothing", RULE),
    ("what it is for", RULE.replace("Tag a queue twice", "Tag two times")),
    ("its step that is done", RULE.replace('first: "1"', 'first: "2"')),
    ("its guard", RULE.replace("then:", "guard: {key: queue, rate: 5/1h}\nthen:")),
    ("what it listens to", RULE.replace("source: [shop]", "source: [shop, shop2]")),
    ("a new criterion", RULE.replace("then:", "if: region == 'eu-north-1'\nthen:")),
]


@pytest.mark.parametrize("text", [row[1] for row in GOES_ON], ids=[row[0] for row in GOES_ON])
def test_a_change_in_what_is_done_lets_it_go_on(stage: Deployed, text: str) -> None:
    stage.deploy(RULE)
    execution = stage.event()
    stage.deploy(text)
    assert stage.wake(after=600) == ["succeeded"]
    assert stage.tags() == {"first": "1", "second": "well"}
    assert stage.one(execution).loop == "closed"


SUPERSEDED = [
    ("its next step", RULE.replace("Tags: {second:", "Tags: {other:")),
    ("its next step's condition", RULE.replace("id: second", "id: second\n    if: region == 'x'")),
    ("a new step behind it", RULE.replace("verify:", "  - {id: more, wait: 1m}\nverify:")),
    ("its next step is gone", RULE.replace(SECOND, "    wait: 1m")),
    ("what a name stands for", RULE.replace("'well'\"", "'fine'\"")),
    ("how it is verified", ILL),
    ("what a failure does", RULE.replace("told:", "heard:")),
    ("the wait itself", RULE.replace("wait: 10m", "wait: 20m")),
]  # fmt: skip


@pytest.mark.parametrize("text", [row[1] for row in SUPERSEDED], ids=[r[0] for r in SUPERSEDED])
def test_a_change_in_what_is_to_come_ends_it(stage: Deployed, text: str) -> None:
    stage.deploy(RULE)
    execution = stage.event()
    stage.deploy(text)
    assert stage.wake(after=600) == ["superseded"]
    assert stage.tags() == {"first": "1"}
    ended = stage.one(execution)
    assert ended.error is not None
    assert (ended.status, ended.error.code) == ("superseded", "Superseded")
    assert ended.error.message == "the rule was changed meanwhile, in what was still to be done"
    assert stage.wake(after=86_400) == []


def test_a_change_and_back_again_is_none(stage: Deployed) -> None:
    stage.deploy(RULE)
    stage.event()
    stage.deploy(RULE.replace("second:", "other:"))
    stage.deploy(RULE)
    assert stage.wake(after=600) == ["succeeded"]


@pytest.mark.parametrize(("text", "outcome"), [(ASKS, "succeeded"), (RULE, "superseded")])
def test_a_question_is_answered_for_the_rule_that_asked(
    stage: Deployed, text: str, outcome: str
) -> None:
    stage.deploy(ASKS)
    execution = stage.event()
    stage.deploy(text.replace("Tag a queue", "Tag one"))
    stage.answer(execution)
    assert stage.wake(after=60) == [outcome]
    assert stage.tags().keys() == ({"first", "second"} if outcome == "succeeded" else {"first"})


def test_while_it_is_verified(stage: Deployed) -> None:
    stage.deploy(ILL)
    execution = stage.event()
    assert stage.wake(after=600) == ["waiting"]
    stage.deploy(ILL.replace('first: "1"', 'first: "2"'))
    assert stage.wake(after=60) == ["waiting"]
    stage.deploy(RULE)
    assert stage.wake(after=60) == ["superseded"]
    assert stage.one(execution).loop is None


@pytest.mark.parametrize("text", [RULE, ASKS])
def test_a_deleted_rule_ends_what_waits(stage: Deployed, text: str) -> None:
    stage.deploy(text)
    execution = stage.event()
    stage.deploy(None)
    assert stage.wake(after=3_600) == []
    ended = stage.one(execution)
    assert ended.error is not None
    assert (ended.status, ended.error.message) == ("superseded", "its rule is gone")
    assert stage.tags() == {"first": "1"}
    with pytest.raises(NotDecided, match="asks nothing: it is superseded"):
        stage.answer(execution)


def test_a_rule_that_comes_back_before_it_is_missed_goes_on(stage: Deployed) -> None:
    stage.deploy(RULE)
    stage.event()
    stage.deploy(None)
    stage.deploy(RULE)
    assert stage.wake(after=600) == ["succeeded"]


OBSERVING = [
    ("the rule", RULE.replace("mode: active", "mode: observe"), SETTINGS),
    ("the stage", RULE, SETTINGS.replace("max_mode: active", "max_mode: observe")),
]


@pytest.mark.parametrize(
    ("text", "settings"), [row[1:] for row in OBSERVING], ids=[row[0] for row in OBSERVING]
)
def test_what_only_observes_now_acts_no_more(stage: Deployed, text: str, settings: str) -> None:
    stage.deploy(RULE)
    execution = stage.event()
    stage.deploy(text, settings)
    assert stage.wake(after=600) == ["observed"]
    assert stage.tags() == {"first": "1"}
    assert stage.one(execution).note == "mode observe by now"


def test_what_asks_first_by_now_asks(stage: Deployed) -> None:
    stage.deploy(RULE)
    execution = stage.event()
    stage.deploy(RULE.replace("mode: active", "mode: approve"))
    assert stage.wake(after=600) == ["waiting"]
    assert stage.tags() == {"first": "1"}
    stage.answer(execution)
    assert stage.wake(after=60) == ["succeeded"]
    assert stage.tags() == {"first": "1", "second": "well"}


def test_what_may_act_by_now_was_not_admitted_to(stage: Deployed) -> None:
    stage.deploy(RULE.replace("mode: active", "mode: approve"))
    execution = stage.event()
    stage.deploy(RULE)
    stage.answer(execution, approved=False)
    assert stage.wake(after=60) == ["failed"]
    assert stage.tags() == {"told": "Denied"}
