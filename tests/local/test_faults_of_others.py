"""Faults that other tools' users report, as tests that would find them here.

Cloud Custodian: describe errors swallowed; `max-resources` and dry run ignored where an event
woke the policy; retries that repeat actions; history overwritten within the hour. Robusta:
acting on an alert that is resolved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chalicelib.journal.record import Execution
from tests.local.stages import HEAD, ORDER, SETTINGS, LocalStage, order
from tests.proof.crash_shapes import SHAPES
from tests.proof.crash_shapes import compiled as shapes

EVENTS = Path(__file__).parents[1] / "events"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
TAG = """\
  - id: tag
    do: aws.sqs.tag_queue
    with: {QueueUrl: "${queue}", Tags: {state: well}}
"""


def only(stage: LocalStage, rule: str = "rule") -> Execution:
    (execution,) = stage.journal(rule)
    return execution


# Cloud Custodian: an error while resources are described is logged, and the policy goes on as
# if there were none.

UNREAD = ["UnauthorizedOperation", "AccessDenied", "RequestLimitExceeded", "InternalError"]
NONE_THERE = f"""\
{HEAD}{ORDER}facts:
  there:
    do: aws.ec2.describe_instances
    pick: Reservations[].Instances[]
if: length(facts.there) == 0
then:
{TAG}"""


@pytest.mark.parametrize("code", UNREAD)
def test_a_describe_that_fails_is_no_empty_list(stage: LocalStage, code: str) -> None:
    stage.deploy({"rule": NONE_THERE})
    stage.answer("ec2.DescribeInstances", lambda _asked: code)
    assert stage.deliver(order(queue=QUEUE)) == ["failed"]
    failed = only(stage)
    assert failed.error is not None
    assert (failed.error.kind, failed.error.step, failed.error.code) == ("fact", "there", code)
    # nothing was done, and people were told
    assert stage.effects() == ["sns.publish"]


def test_without_the_error_the_rule_would_have_acted(stage: LocalStage) -> None:
    stage.deploy({"rule": NONE_THERE})
    assert stage.deliver(order(queue=QUEUE)) == ["succeeded"]
    assert stage.tags(QUEUE) == {"state": "well"}


def test_a_second_page_that_fails_is_no_shorter_list(stage: LocalStage) -> None:
    pages = iter([{"Reservations": [], "NextToken": "more"}, "RequestLimitExceeded"])
    stage.deploy({"rule": NONE_THERE})
    stage.answer("ec2.DescribeInstances", lambda _asked: next(pages))
    assert stage.deliver(order(queue=QUEUE)) == ["failed"]
    assert list(pages) == []
    assert stage.tags(QUEUE) == {}


@pytest.mark.parametrize(
    ("code", "outcome"), [("InvalidInstanceID.NotFound", "succeeded"), ("AccessDenied", "failed")]
)
def test_what_stands_for_a_missing_resource_stands_for_nothing_else(
    stage: LocalStage, code: str, outcome: str
) -> None:
    stage.deploy({"rule": NONE_THERE.replace("    pick:", "    or: []\n    pick:")})
    stage.answer("ec2.DescribeInstances", lambda _asked: code)
    assert stage.deliver(order(queue=QUEUE)) == [outcome]


def test_a_look_that_fails_closes_no_loop(stage: LocalStage) -> None:
    verify = """\
verify:
  check: aws.ec2.describe_instances
  until: length(result.Reservations) == 0
  within: 3m
"""
    stage.deploy({"rule": f"{HEAD}{ORDER}then:\n{TAG}{verify}"})
    stage.answer("ec2.DescribeInstances", lambda _asked: "UnauthorizedOperation")
    outcomes = stage.deliver(order(queue=QUEUE))
    while outcomes == ["waiting"]:
        outcomes = stage.wake(after=60)
    assert outcomes == ["succeeded"]
    assert only(stage).loop == "unverified"


# Cloud Custodian: `max-resources` and dry run count when a policy polls, and are ignored when
# an event wakes it.

TAG_EACH = """\
  - id: tag
    for_each: targets
    as: name
    do: aws.sqs.tag_queue
    with: {QueueUrl: "${queue}", Tags: {name: "${name}"}}
"""
BOUNDS = [
    ("max: 3, over: refuse", "succeeded", 3),
    ("max: 2, over: refuse", "refused", 0),
    ("max: 2, over: trim", "succeeded", 2),
    ("percent: 50, of: event.detail.all, over: refuse", "refused", 0),
    ("percent: 50, of: event.detail.all, over: trim", "succeeded", 2),
]


@pytest.mark.parametrize(("bound", "outcome", "touched"), BOUNDS)
def test_a_bound_holds_whoever_wakes_the_rule(
    stage: LocalStage, bound: str, outcome: str, touched: int
) -> None:
    guard = f"guard: {{rate: 5/1h, blast: {{targets: event.detail.names, {bound}}}}}\n"
    stage.deploy({"rule": f"{HEAD}{ORDER}{guard}then:\n{TAG_EACH}"})
    assert stage.deliver(order(queue=QUEUE, names=["a", "b", "c"], all=4)) == [outcome]
    assert stage.effects() == ["sqs.tag_queue"] * touched


OBSERVING = [
    ("the rule", HEAD.replace("active", "observe"), SETTINGS),
    ("its stage", HEAD, SETTINGS.replace("max_mode: active", "max_mode: observe")),
]


@pytest.mark.parametrize(
    ("head", "settings"), [row[1:] for row in OBSERVING], ids=[row[0] for row in OBSERVING]
)
def test_who_observes_touches_nothing_whoever_wakes_the_rule(
    stage: LocalStage, head: str, settings: str
) -> None:
    stage.deploy({"rule": f"{head}{ORDER}then:\n{TAG}"}, settings)
    assert stage.deliver(order(queue=QUEUE)) == ["observed"]
    assert (stage.effects(), stage.tags(QUEUE)) == ([], {})
    (step,) = only(stage).steps
    assert step.result == {
        "would_call": "sqs.tag_queue",
        "parameters": {"QueueUrl": QUEUE, "Tags": {"state": "well"}},
    }


def test_no_rule_of_any_shape_makes_a_mutating_call_while_it_observes(
    stage: LocalStage, tmp_path: Path
) -> None:
    made = shapes(tmp_path)
    observing = [{**plan, "mode": "observe"} for plan in made.plans.values()]
    stage.run(observing, made.stages["dev"])
    happening = {"source": "opsloop.crash", "detail-type": "Job"}
    outcomes = stage.deliver(order(queue=QUEUE, items=["a", "b", "c"]) | happening)
    while "waiting" in outcomes:
        outcomes = stage.wake(after=60)
    assert stage.effects() == []
    ended = {one.status for name in SHAPES for one in stage.journal(name)}
    assert ended == {"observed"}
    # those that an alarm wakes have heard nothing
    assert all(stage.journal(name) for name, shape in SHAPES.items() if not shape.alarm)


# Cloud Custodian: Lambda tries a failed policy again, and what had worked is done again.

THREE = """\
then:
  - id: first
    do: aws.sqs.tag_queue
    with: {QueueUrl: "${queue}", Tags: {first: "1"}}
  - id: second
    do: aws.sqs.send_message
    with: {QueueUrl: "${queue}", MessageBody: hello}
  - id: third
    do: aws.sqs.set_queue_attributes
    with: {QueueUrl: "${queue}", Attributes: {DelaySeconds: "5"}}
"""


def calls(stage: LocalStage) -> list[str]:
    return [name.removeprefix("sqs.") for name in stage.effects() if name.startswith("sqs.")]


def test_an_event_that_comes_again_is_the_same_execution(stage: LocalStage) -> None:
    stage.deploy({"rule": f"{HEAD}{ORDER}{THREE}"})
    outcomes = [stage.deliver(order(queue=QUEUE)) for _ in range(3)]
    assert outcomes == [["succeeded"], ["duplicate"], ["duplicate"]]
    assert calls(stage) == ["tag_queue", "send_message", "set_queue_attributes"]


def test_a_failure_is_an_end_that_lambda_does_not_try_again(stage: LocalStage) -> None:
    stage.deploy({"rule": f"{HEAD}{ORDER}{THREE}"})
    stage.answer("sqs.SetQueueAttributes", lambda _asked: "AccessDenied")
    # it returns: what Lambda tries again is what raises, and `deliver` would say so
    assert stage.deliver(order(queue=QUEUE)) == ["failed"]
    assert stage.deliver(order(queue=QUEUE)) == ["duplicate"]
    assert calls(stage) == ["tag_queue", "send_message", "set_queue_attributes"]


def test_a_step_that_is_tried_again_repeats_no_other(stage: LocalStage) -> None:
    retried = THREE + "    retry: {attempts: 3, backoff: 1s, on: [Busy]}\n"
    answers = iter(["Busy", "Busy", None])
    stage.deploy({"rule": f"{HEAD}{ORDER}{retried}"})
    stage.answer("sqs.SetQueueAttributes", lambda _asked: next(answers))
    assert stage.deliver(order(queue=QUEUE)) == ["succeeded"]
    assert calls(stage) == ["tag_queue", "send_message", *["set_queue_attributes"] * 3]


# Cloud Custodian: a policy's output of an hour is one file, and the next run overwrites it.


def test_each_execution_stays_in_the_history(stage: LocalStage) -> None:
    guard = "guard: {rate: 30/1h}\n"
    stage.deploy({"rule": f"{HEAD}{ORDER}{guard}then:\n{TAG}"})
    outcomes = [stage.deliver(order(queue=QUEUE, number=number)) for number in range(40)]
    assert outcomes == [["succeeded"]] * 30 + [["refused"]] * 10
    found = stage.journal("rule")
    # the first refusal has an entry of its own, those from memory are counted
    assert [one.status for one in found].count("succeeded") == 30
    assert [one.status for one in found].count("refused") == 1
    assert len({one.id for one in found}) == 31
    before = {one.id: one for one in found}
    stage.clock.at += 3_600
    assert stage.deliver(order(queue=QUEUE, number=40)) == ["succeeded"]
    after = {one.id: one for one in stage.journal("rule")}
    assert len(after) == 32
    assert {name: after[name] for name in before} == before


# Robusta: an alert that is resolved comes as an event too, and the playbook acts on it.

ON_ALARM = """\
description: Tag a queue while an alarm is on.
owner: team
severity: low
mode: active
when:
  alarm: {names: [ServerCpuTooHigh], to: ALARM}
guard: {rate: 5/1h, recheck: false}
then:
  - id: tag
    do: aws.sqs.tag_queue
    with: {QueueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", Tags: {alarm: "on"}}
"""


def by_event(state: str) -> Any:
    payload = json.loads((EVENTS / "cloudwatch-alarm.json").read_text())
    payload["detail"]["state"]["value"] = state
    return payload


def by_topic(state: str) -> Any:
    payload = json.loads((EVENTS / "cloudwatch-alarm-by-sns.json").read_text())
    sns = payload["Records"][0]["Sns"]
    sns["Message"] = json.dumps(json.loads(sns["Message"]) | {"NewStateValue": state})
    return payload


def by_action(state: str) -> Any:
    payload = json.loads((EVENTS / "cloudwatch-alarm-by-lambda-action.json").read_text())
    payload["alarmData"]["state"]["value"] = state
    return payload


ROADS: list[Callable[[str], Any]] = [by_event, by_topic, by_action]


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_an_alarm_that_is_over_acts_by_no_road(
    stage: LocalStage, road: Callable[[str], Any], state: str
) -> None:
    stage.deploy({"rule": ON_ALARM})
    assert stage.functions.started_by(by_event(state)) == []
    # send, replay, redrive and SNS do not ask EventBridge's pattern
    (outcome,) = stage.functions.invoke("rule", road(state)).outcomes
    assert outcome["outcome"] == "not met"
    assert (stage.effects(), stage.journal("rule")) == ([], [])


@pytest.mark.parametrize("road", ROADS)
def test_an_alarm_that_is_on_acts_by_every_road(
    stage: LocalStage, road: Callable[[str], Any]
) -> None:
    stage.deploy({"rule": ON_ALARM})
    (outcome,) = stage.functions.invoke("rule", road("ALARM")).outcomes
    assert outcome["outcome"] == "succeeded"
    assert stage.tags(QUEUE) == {"alarm": "on"}


@pytest.mark.parametrize(("state", "acts"), [("ALARM", True), ("OK", False), (None, False)])
def test_an_alarm_that_was_refused_is_looked_at_before_it_acts(
    stage: LocalStage, state: str | None, acts: bool
) -> None:
    rechecked = ON_ALARM.replace("rate: 5/1h, recheck: false", "cooldown: 10m")
    stage.deploy({"rule": rechecked})
    first, second = by_event("ALARM"), deepcopy(by_event("ALARM"))
    first["detail"]["state"]["timestamp"] = "2019-10-02T17:00:00.000+0000"
    assert stage.deliver(first) == ["succeeded"]
    assert stage.deliver(second) == ["refused"]
    alarms = [] if state is None else [{"AlarmName": "ServerCpuTooHigh", "StateValue": state}]
    stage.answer("cloudwatch.DescribeAlarms", lambda _asked: {"MetricAlarms": alarms})
    assert stage.wake(after=600) == (["succeeded"] if acts else ["not met"])
    assert calls(stage) == ["tag_queue"] * (2 if acts else 1)
