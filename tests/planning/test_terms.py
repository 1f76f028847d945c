"""A plan told in the words of its rule: as its author wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.plan import Plan
from opsloop.compiler.build import compile_project
from opsloop.planning.terms import content, terms, text
from tests.cli.projects import write

ROOT = Path(__file__).parents[2]
RULE = """\
# yaml-language-server: $schema=../rule.schema.json
description: All there is.
owner: team
severity: high
mode: active
when:
  event: {source: [my.scanner], detail-type: [Found]}
let:
  volume: event.detail.volume
facts:
  found:
    do: aws.ec2.describe_volumes
    with: {VolumeIds: ["${volume}"]}
    pick: "Volumes[0]"
    or: {}
if:
  - event.detail.sure
  - any: ["event.detail.size > 10", not: facts.found.Encrypted]
guard:
  key: volume
  cooldown: 1h
  only: {tags: {managed-by: opsloop}}
  except: {arns: ["arn:aws:ec2:*:*:volume/vol-1"]}
  rate: 5/1h
  lock: key
  window: {only: "Mon-Fri 08:00-19:00", timezone: Europe/Rome}
  deadline: 2m
  blast: {targets: "event.detail.tags", max: 20}
  breaker: {failures: 3, within: 1h}
then:
  - id: snap
    do: aws.ec2.create_snapshot
    with: {VolumeId: "${volume}", Description: "before ${volume} goes"}
    retry: {attempts: 3, backoff: 2s}
  - wait: 1m
  - if: event.detail.odd
    stop: "${volume} is odd"
  - for_each: event.detail.tags
    as: tag
    do: aws.ec2.create_tags
    with: {Resources: ["${volume}"], Tags: [{Key: "${tag}", Value: x}]}
    on_error: continue
  - for_each: event.detail.others
    at_once: 2
    steps:
      - id: look
        do: aws.ec2.describe_volumes
        with: {VolumeIds: ["${item}"]}
      - {wait: 1m, if: steps.look.result.Volumes}
verify:
  check: found
  until: result.State == 'available'
  within: 10m
on_failure:
  - if: error.step == 'snap'
    fail: "${error.message}"
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = write(tmp_path_factory.mktemp("terms"), {"storage/all.yaml": RULE})
    return compile_project(folder).plans["all"]


def test_a_rule_is_told_as_it_was_written(plan: Plan) -> None:
    written: dict[str, Any] = yaml.safe_load(RULE)
    told = terms(plan)
    same = ("description", "owner", "severity", "mode", "let", "facts", "if", "guard")
    assert {key: told[key] for key in same} == {key: written[key] for key in same}
    assert told["on_failure"] == [{"if": "error.step == 'snap'", "fail": "${error.message}"}]
    assert told["verify"] == {
        "check": "aws.ec2.describe_volumes",
        "with": {"VolumeIds": ["${volume}"]},
        "pick": "Volumes[0]",
        "until": "result.State == 'available'",
        "within": "10m",
    }
    snap, wait, stop, tags, others = told["then"]
    assert snap == {
        "id": "snap",
        "do": "aws.ec2.create_snapshot",
        "with": {"VolumeId": "${volume}", "Description": "before ${volume} goes"},
        "retry": {"attempts": 3, "backoff": "2s"},
    }
    assert (wait, stop) == ({"wait": "1m"}, {"if": "event.detail.odd", "stop": "${volume} is odd"})
    assert tags == {
        "for_each": "event.detail.tags",
        "as": "tag",
        "do": "aws.ec2.create_tags",
        "with": {"Resources": ["${volume}"], "Tags": [{"Key": "${tag}", "Value": "x"}]},
        "on_error": "continue",
    }
    look = {"id": "look", "do": "aws.ec2.describe_volumes", "with": {"VolumeIds": ["${item}"]}}
    assert others == {
        "for_each": "event.detail.others",
        "at_once": 2,
        "steps": [look, {"if": "steps.look.result.Volumes", "wait": "1m"}],
    }


def test_how_often_verify_looks_is_told(plan: Plan) -> None:
    assert plan["verify"] is not None
    seldom: Plan = {**plan, "verify": {**plan["verify"], "every": 300.0}}
    assert terms(seldom)["verify"] != terms(plan)["verify"]


def test_what_a_rule_does_not_say_is_not_there(plan: Plan) -> None:
    assert set(terms(plan)).isdisjoint({"saves", "regions", "manual", "each", "finally"})


SHORT = """\
# yaml-language-server: $schema=../rule.schema.json
description: As short as it gets.
owner: team
severity: low
mode: observe
then: [{if: region == 'us-east-1', stop: done}]
"""
GUARDS = [
    {"cooldown": {"for": "90s", "after": "success"}},
    {"rate": ["5/1h", {"limit": "2/1d", "per": "key"}]},
    {"lock": {"per": "rule", "lease": "20m"}},
    {"blast": {"targets": "event.detail.x", "percent": 20, "of": "event.detail.n", "over": "trim"}},
    {"window": {"never": ["Sat,Sun", "22:00-06:00"]}},
    {"window": {"only": "Mon,Wed-Fri 09:30-24:00"}},
    {"allow_self": True},
    {"recheck": False},
]


@pytest.mark.parametrize("written", GUARDS, ids=lambda one: str(next(iter(one))))
def test_a_guard_is_told_as_it_was_written(written: dict[str, Any], tmp_path: Path) -> None:
    alarm, event = "when: {alarm: {names: [a]}}", "when: {event: {source: [my.app]}}"
    when = alarm if "recheck" in written else event
    text = f"{SHORT}{when}\n{yaml.safe_dump({'guard': written})}"
    plans = compile_project(write(tmp_path, {"storage/one.yaml": text})).plans
    assert terms(plans["one"])["guard"] == written


def test_every_rule_that_ships_can_be_told() -> None:
    for plan in compile_project(ROOT).plans.values():
        assert yaml.safe_load(yaml.safe_dump(terms(plan))) == terms(plan)


def test_a_rule_does_the_same_under_another_name(plan: Plan) -> None:
    other: Plan = {**plan, "rule": "other", "pack": "x", "source": "rules/x/other.yaml"}
    assert content(other) == content(plan)
    assert content({**plan, "mode": "observe"}) != content(plan)


def test_a_value_of_another_schema_is_refused() -> None:
    with pytest.raises(TypeError, match="another schema"):
        text({"other": 1})  # type: ignore[arg-type]
