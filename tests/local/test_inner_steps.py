"""Inner steps by the very handlers of Lambda, on an account in memory."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.journal.record import Execution
from tests.local.stages import HEAD, LocalStage, order

RULE = """\
when:
  event: {source: [shop], detail-type: [Order]}
guard:
  key: event.id
  rate: 100/1h
  blast: {targets: event.detail.queues, max: 2, over: trim}
then:
  - id: roll
    for_each: targets
    as: queue
    steps:
      - id: look
        do: aws.sqs.list_queue_tags
        with: {QueueUrl: "${queue}"}
      - if: steps.look.result.Tags.state == 'kept'
        stop: "${queue} is kept"
      - id: drain
        do: aws.sqs.tag_queue
        with: {QueueUrl: "${queue}", Tags: {state: draining}}
      - {id: rest, wait: 5m}
      - id: done
        do: aws.sqs.tag_queue
        with: {QueueUrl: "${queue}", Tags: {state: done}}
  - do: notify
    if: length(steps.roll.result[?steps.done]) > 0
    with: {to: pager, title: "Done with ${join(', ', steps.roll.result[?steps.done].item)}"}
"""


def only(stage: LocalStage) -> Execution:
    (execution,) = stage.journal("rule")
    return execution


def statuses(execution: Execution) -> list[dict[str, Any]]:
    """Of each turn, what became of it and of its steps."""
    roll = execution.steps[0]
    turns = roll.result if isinstance(roll.result, list) else [*roll.result["turns"].values()]
    return [
        {"turn": turn.get("status")} | {name: one["status"] for name, one in turn["steps"].items()}
        for turn in turns
    ]


@pytest.fixture
def queues(stage: LocalStage) -> list[str]:
    made = [stage.queue(name) for name in ("a", "b", "c")]
    stage.asked.clear()
    return made


def test_element_after_element_with_a_wait_in_each(stage: LocalStage, queues: list[str]) -> None:
    stage.deploy({"rule": HEAD + RULE})
    assert stage.deliver(order(queues=queues)) == ["waiting"]
    assert [stage.tags(queue) for queue in queues] == [{"state": "draining"}, {}, {}]
    waiting = {"turn": None, "look": "succeeded", "step-1-2": "skipped", "drain": "succeeded"}
    assert statuses(only(stage)) == [waiting]
    assert stage.wake(after=300) == ["waiting"]
    assert [stage.tags(queue).get("state") for queue in queues] == ["done", "draining", None]
    assert stage.wake(after=300) == ["succeeded"]
    # the third is beyond the blast radius
    assert [stage.tags(queue).get("state") for queue in queues] == ["done", "done", None]
    through = waiting | {"turn": "succeeded", "rest": "succeeded", "done": "succeeded"}
    assert statuses(only(stage)) == [through, through]
    assert stage.effects() == ["sqs.tag_queue"] * 4 + ["sns.publish"]
    (roll, told) = only(stage).steps
    assert [turn["item"] for turn in roll.result] == queues[:2]
    assert (roll.items, told.status) == (2, "succeeded")


def test_a_stop_ends_one_turn(stage: LocalStage, queues: list[str]) -> None:
    stage.deploy({"rule": HEAD + RULE})
    client = stage.session.client("sqs")
    client.tag_queue(QueueUrl=queues[0], Tags={"state": "kept"})
    assert stage.deliver(order(queues=queues[:2])) == ["waiting"]
    assert stage.wake(after=300) == ["succeeded"]
    assert [stage.tags(queue)["state"] for queue in queues[:2]] == ["kept", "done"]
    kept = only(stage).steps[0].result[0]
    assert (kept["status"], kept["note"]) == ("succeeded", f"{queues[0]} is kept")


def test_a_failing_element_is_told_and_the_others_go_on(
    stage: LocalStage, queues: list[str]
) -> None:
    text = RULE.replace("    as: queue\n", "    as: queue\n    on_error: continue\n")
    stage.deploy({"rule": HEAD + text})
    client = stage.session.client("sqs")
    client.delete_queue(QueueUrl=queues[0])
    assert stage.deliver(order(queues=queues[:2])) == ["waiting"]
    assert stage.wake(after=300) == ["succeeded"]
    roll = only(stage).steps[0]
    assert [turn["status"] for turn in roll.result] == ["failed", "succeeded"]
    assert (roll.status, roll.note) == ("failed", "1 of 2 failed")
    assert roll.error is not None
    assert (roll.error.step, roll.error.code) == ("look", "AWS.SimpleQueueService.NonExistentQueue")


def test_observe_changes_nothing_and_says_what_each_would_have_met(
    stage: LocalStage, queues: list[str]
) -> None:
    stage.deploy({"rule": HEAD.replace("active", "observe") + RULE})
    assert stage.deliver(order(queues=queues)) == ["observed"]
    assert stage.effects() == []
    looked = {"turn": "observed", "look": "succeeded", "step-1-2": "skipped"}
    would = dict.fromkeys(("drain", "rest", "done"), "observed")
    assert statuses(only(stage)) == [looked | would] * 2
    drain = only(stage).steps[0].result[0]["steps"]["drain"]
    assert drain["result"] == {
        "would_call": "sqs.tag_queue",
        "parameters": {"QueueUrl": queues[0], "Tags": {"state": "draining"}},
    }


def test_at_once_they_wait_together(stage: LocalStage, queues: list[str]) -> None:
    stage.deploy({"rule": HEAD + RULE.replace("    steps:\n", "    at_once: 2\n    steps:\n")})
    assert stage.deliver(order(queues=queues)) == ["waiting"]
    assert [stage.tags(queue).get("state") for queue in queues] == ["draining", "draining", None]
    assert stage.wake(after=300) == ["succeeded"]
    assert [stage.tags(queue).get("state") for queue in queues] == ["done", "done", None]


def test_each_element_is_held_against_the_guards(stage: LocalStage, queues: list[str]) -> None:
    """The second is out of bounds: nothing is done to it, and the first is through."""
    only_a = '  only: {arns: "arn:aws:sqs:*:*:a"}\nthen:\n'
    stage.deploy({"rule": HEAD + RULE.replace("then:\n", only_a, 1)})
    assert stage.deliver(order(queues=queues)) == ["waiting"]
    assert stage.wake(after=300) == ["failed"]
    assert [stage.tags(queue).get("state") for queue in queues] == ["done", None, None]
    error = only(stage).error
    assert error is not None
    assert (error.kind, error.step, error.code) == ("guard", "drain", "OutOfBounds")
    assert error.message.startswith("element 1 of 2: only: ")
