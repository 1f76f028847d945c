"""What `explain` makes of every event there is, and the order in which it tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.engine.criteria import Criteria
from chalicelib.errors import EventError
from chalicelib.events.normalise import normalise
from chalicelib.plan import Plan, Stage
from opsloop.compiler.build import Compiled
from opsloop.explain import RuleExplained, explain
from opsloop.explain.payload import payload_of
from opsloop.explain.records import OUTCOMES
from opsloop.judging import EventClock, facts_needed
from opsloop.patterns import Pattern

EVENTS = sorted((Path(__file__).parents[1] / "events").glob("*.json"))


def content(name: str) -> Any:
    return json.loads((EVENTS[0].parent / f"{name}.json").read_bytes())


def by_rule(compiled: Compiled, payload: Any) -> dict[str, RuleExplained]:
    [one] = explain(compiled.plans.values(), compiled.stages["dev"], payload)
    return {rule.rule: rule for rule in one.rules}


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: str(file.stem))
def test_every_event_is_explained_for_every_rule(compiled: Compiled, file: Path) -> None:
    payload, stage = json.loads(file.read_bytes()), compiled.stages["dev"]
    for one in explain(compiled.plans.values(), stage, payload):
        assert {rule.rule for rule in one.rules} == set(compiled.plans)
        assert [OUTCOMES.index(rule.outcome) for rule in one.rules] == sorted(
            OUTCOMES.index(rule.outcome) for rule in one.rules
        )
        assert json.loads(json.dumps(one.as_dict()))["identity"] == one.event.identity
        for rule in one.rules:
            assert (rule.miss is None) == (rule.outcome in ("runs", "undecided"))
            plan = compiled.plans[rule.rule]
            if one.event.road == "eventbridge" and "pattern" in plan["wire"]:
                woken = Pattern(plan["wire"]["pattern"]).matches(dict(one.event.envelope))
                assert (rule.outcome != "no match") == woken
            else:
                assert rule.outcome == "no match" or rule.rule in ("listen", "tick", "by-hand")


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: str(file.stem))
def test_a_rule_that_is_woken_runs_where_the_engine_asks_for_an_execution(
    compiled: Compiled, file: Path
) -> None:
    payload, stage = json.loads(file.read_bytes()), compiled.stages["dev"]
    for one in explain(compiled.plans.values(), stage, payload):
        for rule in one.rules:
            if rule.outcome != "no match":
                assert rule.executions == admitted(compiled.plans[rule.rule], stage, payload)


def admitted(plan: Plan, stage: Stage, payload: Any) -> int:
    [event] = normalise(payload)
    asked = Criteria(plan, stage, EventClock(event), str)
    return sum(asked.unmet_by_event(scope) is None for _, scope in asked.elements(event))


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        ("ec2-run-instances", "tag-instance"),
        ("s3-put-bucket-acl", "close-bucket"),
        ("guardduty-s3-anonymous-access", "quarantine"),
        ("cloudwatch-alarm", "reboot"),
        ("cloudwatch-alarm-by-lambda-action", "reboot"),
        ("cloudwatch-alarm-status-check-by-sns", "listen"),
        ("events-scheduled-event", "tick"),
        ("sns-eventbridge-event", "listen"),
    ],
)
def test_the_rule_that_the_event_is_for_comes_first(
    compiled: Compiled, payload: str, rule: str
) -> None:
    assert next(iter(by_rule(compiled, content(payload)))) == rule


def test_of_two_misses_the_one_with_more_fields_held_is_nearer(compiled: Compiled) -> None:
    stage = compiled.stages["dev"]
    quarantine = compiled.plans["quarantine"]
    pattern = quarantine["wire"]["pattern"]
    further: Plan = {
        **quarantine,
        "rule": "a-further-one",
        "wire": {"pattern": {**pattern, "region": ["nowhere"], "account": ["nobody"]}},
    }
    event = content("guardduty-s3-anonymous-access")
    [one] = explain([further, quarantine], stage, event)
    assert [rule.rule for rule in one.rules] == ["quarantine", "a-further-one"]


def test_a_criterion_counts_by_element_and_names_what_it_saw(compiled: Compiled) -> None:
    event = content("ec2-run-instances")
    items = event["detail"]["responseElements"]["instancesSet"]["items"]
    tagged = {**items[0], "tagSet": {"items": [{"key": "creator", "value": "me"}]}}
    event["detail"]["responseElements"]["instancesSet"]["items"] = [tagged, items[0]]
    rule = by_rule(compiled, event)["tag-instance"]
    assert (rule.outcome, rule.executions, rule.elements) == ("runs", 1, 2)
    assert [(c.element, c.text, c.met, c.reason) for c in rule.criteria if not c.met] == [
        (
            0,
            "tag(instance.tagSet.items, 'creator') == null",
            False,
            'the value is "me"',
        )
    ]


@pytest.mark.parametrize(
    ("items", "outcome", "miss"),
    [
        ([], "not met", ("each.of", "an element at least", "an empty list")),
        (
            None,
            "fails",
            (
                "each.of",
                "a list of at most 100",
                (
                    "each.of: event.detail.responseElements.instancesSet.items gave None; "
                    "expected a list of at most 100"
                ),
            ),
        ),
    ],
)
def test_each_needs_a_list_with_something_in_it(
    compiled: Compiled, items: Any, outcome: str, miss: tuple[str, str, str]
) -> None:
    event = content("ec2-run-instances")
    event["detail"]["responseElements"]["instancesSet"]["items"] = items
    rule = by_rule(compiled, event)["tag-instance"]
    assert rule.miss is not None
    assert (rule.outcome, (rule.miss.path, rule.miss.wanted, rule.miss.seen)) == (outcome, miss)


@pytest.mark.parametrize(
    ("parameters", "seen"),
    [({"host": "h"}, None), ({"host": 1}, "host (number)"), ({}, "none")],
)
def test_a_manual_run_is_held_against_the_parameters(
    compiled: Compiled, parameters: dict[str, Any], seen: str | None
) -> None:
    run = {"token": "t", "time": "2026-01-01T00:00:00Z", "account": "1", "region": "us-east-1"}
    payload = {"opsloop": {"manual": {**run, "parameters": parameters}}}
    rule = by_rule(compiled, payload)["by-hand"]
    assert (rule.miss and rule.miss.seen) == seen
    assert rule.outcome == ("runs" if seen is None else "no match")


def test_the_tick_of_the_rules_own_schedule_runs_it(compiled: Compiled) -> None:
    event = content("events-scheduled-event")
    event["resources"] = ["arn:aws:events:us-east-1:123456789012:rule/opsloop-dev-tick-event"]
    assert by_rule(compiled, event)["tick"].outcome == "runs"


def test_the_clock_stands_at_the_events_own_time() -> None:
    [event] = normalise(content("guardduty-ec2-bitcoin"))
    clock = EventClock(event)
    assert clock.now() == 1793611800.0
    with pytest.raises(AssertionError, match="slept"):
        clock.sleep(1)


def test_only_facts_that_decide_are_needed(compiled: Compiled) -> None:
    assert facts_needed(compiled.plans["close-bucket"]) == ("tags",)
    assert facts_needed(compiled.plans["quarantine"]) == ()


def test_a_record_of_cloudtrail_is_wrapped(compiled: Compiled) -> None:
    record = content("s3-put-bucket-acl")["detail"]
    rule = by_rule(compiled, payload_of(record))["close-bucket"]
    assert (rule.outcome, rule.needs) == ("undecided", ("tags",))


def test_a_record_that_is_not_delivered_says_so() -> None:
    record = {**content("s3-put-bucket-acl")["detail"], "eventName": "GetBucketAcl"}
    with pytest.raises(EventError) as raised:
        payload_of(record)
    assert str(raised.value) == (
        "a record of CloudTrail: EventBridge delivers it to no rule: calls that only read"
    )
