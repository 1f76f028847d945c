"""A rule is edited, or deleted, while executions of it wait: two real versions, compiled."""

from __future__ import annotations

import pytest

from chalicelib.deciding import Deciding, NotDecided
from chalicelib.journal.record import Execution
from tests.local.stages import SETTINGS, LocalStage, order

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


class Deployed:
    """A stage with one rule, of which there are several versions."""

    def __init__(self, stage: LocalStage) -> None:
        self.stage = stage
        self.queue = stage.queue("waiting")

    def deploy(self, text: str | None, settings: str = SETTINGS) -> None:
        """This version of the rule; None deletes it."""
        self.stage.deploy({} if text is None else {"tag": text}, settings)

    def event(self) -> str:
        """The id of the execution that an event makes, once it waits."""
        assert self.stage.deliver(order(queue=self.queue)) == ["waiting"]
        (execution,) = self.stage.journal("tag")
        return execution.id

    def wake(self, after: float = 0) -> list[str]:
        return self.stage.wake(after)

    def answer(self, execution: str, *, approved: bool = True) -> None:
        deciding = Deciding(self.stage.table, self.stage.clock, ONCALL)
        deciding.decide("tag", execution, approved=approved)

    def one(self, execution: str) -> Execution:
        there = self.stage.table.one("tag", execution)
        assert there is not None
        return there

    def tags(self) -> dict[str, str]:
        return self.stage.tags(self.queue)


@pytest.fixture
def deployed(stage: LocalStage) -> Deployed:
    return Deployed(stage)


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
def test_a_change_in_what_is_done_lets_it_go_on(deployed: Deployed, text: str) -> None:
    deployed.deploy(RULE)
    execution = deployed.event()
    deployed.deploy(text)
    assert deployed.wake(after=600) == ["succeeded"]
    assert deployed.tags() == {"first": "1", "second": "well"}
    assert deployed.one(execution).loop == "closed"


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
def test_a_change_in_what_is_to_come_ends_it(deployed: Deployed, text: str) -> None:
    deployed.deploy(RULE)
    execution = deployed.event()
    deployed.deploy(text)
    assert deployed.wake(after=600) == ["superseded"]
    assert deployed.tags() == {"first": "1"}
    ended = deployed.one(execution)
    assert ended.error is not None
    assert (ended.status, ended.error.code) == ("superseded", "Superseded")
    assert ended.error.message == "the rule was changed meanwhile, in what was still to be done"
    assert deployed.wake(after=86_400) == []


def test_a_change_and_back_again_is_none(deployed: Deployed) -> None:
    deployed.deploy(RULE)
    deployed.event()
    deployed.deploy(RULE.replace("second:", "other:"))
    deployed.deploy(RULE)
    assert deployed.wake(after=600) == ["succeeded"]


@pytest.mark.parametrize(("text", "outcome"), [(ASKS, "succeeded"), (RULE, "superseded")])
def test_a_question_is_answered_for_the_rule_that_asked(
    deployed: Deployed, text: str, outcome: str
) -> None:
    deployed.deploy(ASKS)
    execution = deployed.event()
    deployed.deploy(text.replace("Tag a queue", "Tag one"))
    deployed.answer(execution)
    assert deployed.wake(after=60) == [outcome]
    assert deployed.tags().keys() == ({"first", "second"} if outcome == "succeeded" else {"first"})


def test_while_it_is_verified(deployed: Deployed) -> None:
    deployed.deploy(ILL)
    execution = deployed.event()
    assert deployed.wake(after=600) == ["waiting"]
    deployed.deploy(ILL.replace('first: "1"', 'first: "2"'))
    assert deployed.wake(after=60) == ["waiting"]
    deployed.deploy(RULE)
    assert deployed.wake(after=60) == ["superseded"]
    assert deployed.one(execution).loop is None


@pytest.mark.parametrize("text", [RULE, ASKS])
def test_a_deleted_rule_ends_what_waits(deployed: Deployed, text: str) -> None:
    deployed.deploy(text)
    execution = deployed.event()
    deployed.deploy(None)
    assert deployed.wake(after=3_600) == []
    ended = deployed.one(execution)
    assert ended.error is not None
    assert (ended.status, ended.error.message) == ("superseded", "its rule is gone")
    assert deployed.tags() == {"first": "1"}
    with pytest.raises(NotDecided, match="asks nothing: it is superseded"):
        deployed.answer(execution)


def test_a_rule_that_comes_back_before_it_is_missed_goes_on(deployed: Deployed) -> None:
    deployed.deploy(RULE)
    deployed.event()
    deployed.deploy(None)
    deployed.deploy(RULE)
    assert deployed.wake(after=600) == ["succeeded"]


OBSERVING = [
    ("the rule", RULE.replace("mode: active", "mode: observe"), SETTINGS),
    ("the stage", RULE, SETTINGS.replace("max_mode: active", "max_mode: observe")),
]


@pytest.mark.parametrize(
    ("text", "settings"), [row[1:] for row in OBSERVING], ids=[row[0] for row in OBSERVING]
)
def test_what_only_observes_now_acts_no_more(deployed: Deployed, text: str, settings: str) -> None:
    deployed.deploy(RULE)
    execution = deployed.event()
    deployed.deploy(text, settings)
    assert deployed.wake(after=600) == ["observed"]
    assert deployed.tags() == {"first": "1"}
    assert deployed.one(execution).note == "mode observe by now"


def test_what_asks_first_by_now_asks(deployed: Deployed) -> None:
    deployed.deploy(RULE)
    execution = deployed.event()
    deployed.deploy(RULE.replace("mode: active", "mode: approve"))
    assert deployed.wake(after=600) == ["waiting"]
    assert deployed.tags() == {"first": "1"}
    deployed.answer(execution)
    assert deployed.wake(after=60) == ["succeeded"]
    assert deployed.tags() == {"first": "1", "second": "well"}


def test_what_may_act_by_now_was_not_admitted_to(deployed: Deployed) -> None:
    deployed.deploy(RULE.replace("mode: active", "mode: approve"))
    execution = deployed.event()
    deployed.deploy(RULE)
    deployed.answer(execution, approved=False)
    assert deployed.wake(after=60) == ["failed"]
    assert deployed.tags() == {"told": "Denied"}
