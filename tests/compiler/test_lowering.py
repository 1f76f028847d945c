"""One rule becomes its plan: every part of it, and what of the criteria needs facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.plan import Condition, Expr
from chalicelib.plans import SCHEMA
from opsloop.compiler.build import compile_project
from opsloop.compiler.digest import with_digest
from opsloop.compiler.steps import default_id
from opsloop.expressions.templates import compile_condition, compile_expr, compile_value
from opsloop.problems import Problems
from tests.compiler.projects import HEAD, MANUAL, NOTIFY, compiled, plan, project

RULE = """\
description: Trim a volume.
owner: team-storage
severity: high
mode: active
saves: 30m
regions: [eu-west-1]
when: {topic: volumes}
each: {of: event.detail.message.volumes, as: volume}
let: {id: volume.id}
if:
  - volume.size > 100
  - any: [facts.found.Encrypted, id == 'vol-1']
facts:
  found:
    do: aws.ec2.describe_volumes
    with: {VolumeIds: ["${id}"]}
    pick: Volumes[0]
    or: {Encrypted: false}
  unpicked: {do: aws.ec2.describe_regions}
then:
  - if: facts.found.State == 'in-use'
    stop: ${id} is in use
  - id: keep
    do: aws.ec2.create_snapshot  # opsloop: ignore OPS302 - a snapshot sends no message
    with: {VolumeId: "${id}", TagSpecifications: []}
    retry: {attempts: 3, backoff: 2s, on: [IncorrectState]}
    timeout: 5m
  - do: aws.ec2.create_tags
    for_each: facts.found.Tags
    as: each_tag
    with: {Resources: ["${id}"], Tags: ["${each_tag}"]}
    on_error: continue
on_failure:
  - do: notify
    with: {to: pager, title: "${error.message}"}
finally:
  - if: [id, "!facts.found"]
    fail: Nothing found
"""
NOTHING = {
    "if": None,
    "for_each": None,
    "retry": None,
    "timeout": None,
    "on_error": "fail",
    "effect": "read",
}


def test_a_plan_is_this(tmp_path: Path) -> None:
    made = compile_project(project(tmp_path, {"storage/trim.yaml": RULE})).plans["trim"]
    expected: dict[str, Any] = {
        "schema": SCHEMA,
        "rule": "trim",
        "pack": "storage",
        "source": "rules/storage/trim.yaml",
        "description": "Trim a volume.",
        "owner": "team-storage",
        "severity": "high",
        "mode": "active",
        "saves": 1800.0,
        "regions": ["eu-west-1"],
        "trigger": "topic",
        "wire": {"topic": "volumes"},
        "each": {"of": compile_expr("event.detail.message.volumes"), "as_name": "volume"},
        "let": {"id": compile_expr("volume.id")},
        "guard": None,
        "criteria": {
            "event": compile_condition("volume.size > 100"),
            "facts": compile_condition({"any": ["facts.found.Encrypted", "id == 'vol-1'"]}),
        },
        "facts": [
            {
                "name": "found",
                "do": "aws.ec2.describe_volumes",
                "with": compile_value({"VolumeIds": ["${id}"]}),
                "pick": compile_expr("Volumes[0]"),
                "or": {"value": {"Encrypted": False}},
            },
            {
                "name": "unpicked",
                "do": "aws.ec2.describe_regions",
                "with": {"lit": {}},
                "pick": None,
                "or": None,
            },
        ],
        "then": [
            {
                **NOTHING,
                "id": "step-1",
                "kind": "stop",
                "if": compile_condition("facts.found.State == 'in-use'"),
                "message": compile_value("${id} is in use"),
            },
            {
                **NOTHING,
                "id": "keep",
                "kind": "do",
                "do": "aws.ec2.create_snapshot",
                "with": compile_value({"VolumeId": "${id}", "TagSpecifications": []}),
                "retry": {"attempts": 3, "backoff": 2.0, "on": ["IncorrectState"]},
                "timeout": 300.0,
                "effect": "once",
            },
            {
                **NOTHING,
                "id": "step-3",
                "kind": "do",
                "do": "aws.ec2.create_tags",
                "with": compile_value({"Resources": ["${id}"], "Tags": ["${each_tag}"]}),
                "for_each": {"of": compile_expr("facts.found.Tags"), "as_name": "each_tag"},
                "on_error": "continue",
                "effect": "idempotent",
            },
        ],
        "verify": None,
        "on_failure": [
            {
                **NOTHING,
                "id": "on_failure-step-1",
                "kind": "do",
                "do": "notify",
                "with": compile_value({"to": "pager", "title": "${error.message}"}),
                "effect": "token",
            }
        ],
        "always": [
            {
                **NOTHING,
                "id": "finally-step-1",
                "kind": "fail",
                "if": compile_condition(["id", "!facts.found"]),
                "message": compile_value("Nothing found"),
            }
        ],
        "digest": made["digest"],
    }
    assert made == expected


def test_steps_inside_of_a_step(tmp_path: Path) -> None:
    rule = RULE.replace(
        """\
    with: {Resources: ["${id}"], Tags: ["${each_tag}"]}
    on_error: continue
""",
        """\
    on_error: continue
    at_once: 2
    steps:
      - {id: mark, do: aws.ec2.create_tags, with: {Resources: ["${id}"], Tags: ["${each_tag}"]}}
      - {wait: 5m, if: steps.mark.result}
""",
    ).replace("  - do: aws.ec2.create_tags\n    for_each", "  - for_each")
    made = compile_project(project(tmp_path, {"storage/trim.yaml": rule})).plans["trim"]
    assert made["then"][2] == {
        **NOTHING,
        "id": "step-3",
        "kind": "steps",
        "for_each": {"of": compile_expr("facts.found.Tags"), "as_name": "each_tag"},
        "at_once": 2,
        "on_error": "continue",
        "steps": [
            {
                **NOTHING,
                "id": "mark",
                "kind": "do",
                "do": "aws.ec2.create_tags",
                "with": compile_value({"Resources": ["${id}"], "Tags": ["${each_tag}"]}),
                "effect": "idempotent",
            },
            {
                **NOTHING,
                "id": "step-3-2",
                "kind": "wait",
                "wait": 300.0,
                "if": compile_condition("steps.mark.result"),
            },
        ],
    }


# Criteria.


def texts(condition: Condition | None) -> list[str]:
    """The items of a criterion, each as its texts."""
    if condition is None:
        return []
    items: Any = condition.get("all", [condition])
    return [" ".join(expr["text"] for expr in _exprs(item)) for item in items]


def _exprs(node: Any) -> list[Expr]:
    if isinstance(node, dict):
        return [node["test"]] if "test" in node else _exprs(list(node.values()))
    return [expr for below in node for expr in _exprs(below)]


FACTS = """\
let:
  size: facts.disk.Size
  large: size > 5
  name: event.detail.name
facts:
  disk: {do: aws.ec2.describe_volumes, pick: "Volumes[0]"}
"""


@pytest.mark.parametrize(
    ("criteria", "on_event", "on_facts"),
    [
        ("name", ["name"], []),
        ("facts.disk", [], ["facts.disk"]),
        ("[name, facts.disk]", ["name"], ["facts.disk"]),
        ("large", [], ["large"]),
        ("[large, name, size]", ["name"], ["large", "size"]),
        ("length(keys(facts)) > 0", [], ["length(keys(facts)) > 0"]),
        ("'event.detail[?y == $facts.disk]'", [], ["event.detail[?y == $facts.disk]"]),
        ("event.detail.facts", ["event.detail.facts"], []),
        ("event.detail[?facts == `1`]", ["event.detail[?facts == `1`]"], []),
        ("{any: [name, size]}", [], ["name size"]),
        ("[{not: name}, {any: [name, {not: size}]}]", ["name"], ["name size"]),
        ("[name, 'true']", ["name", "true"], []),
    ],
)
def test_criteria_are_split_by_whether_they_need_facts(
    criteria: str, on_event: list[str], on_facts: list[str], tmp_path: Path
) -> None:
    made = plan(tmp_path, f"when: {{topic: news}}\n{FACTS}if: {criteria}\n{NOTIFY}")
    split = made["criteria"]
    assert (texts(split["event"]), texts(split["facts"])) == (on_event, on_facts)


def test_no_criteria_are_none(tmp_path: Path) -> None:
    assert plan(tmp_path, MANUAL + NOTIFY)["criteria"] == {"event": None, "facts": None}


def test_what_the_trigger_promises_comes_first(tmp_path: Path) -> None:
    made = plan(tmp_path, "when: {alarm: {names: a}}\nif: time\n" + NOTIFY)
    assert texts(made["criteria"]["event"]) == [
        "event.\"detail-type\" == 'CloudWatch Alarm State Change'",
        'alarm.name == `"a"`',
        'contains(`["ALARM"]`, alarm.state)',
        "time",
    ]


# Steps.


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (("then", 0), "step-1"),
        (("then", 11), "step-12"),
        (("on_failure", 0), "on_failure-step-1"),
        (("finally", 2), "finally-step-3"),
    ],
)
def test_default_ids(path: tuple[str, int], default: str) -> None:
    assert default_id(path) == default


TOKENS = [
    ("aws.ec2.run_instances", "{MinCount: 1, MaxCount: 1}", "token", "ClientToken"),
    ("aws.ec2.stop_instances", "{InstanceIds: [i-1]}", "idempotent", None),
    ("aws.ec2.describe_instances", "{}", "read", None),
    ("aws.sns.publish", "{Message: x}", "once", None),
    ("notify", "{to: pager, title: x}", "token", None),
    ("s3.block_public_access", "{bucket: x}", "idempotent", None),
]


@pytest.mark.parametrize(("do", "data", "effect", "token"), TOKENS)
def test_effects(do: str, data: str, effect: str, token: str | None, tmp_path: Path) -> None:
    (step,) = plan(tmp_path, f"{MANUAL}then: [{{do: {do}, with: {data}}}]\n")["then"]
    assert (step["effect"], step.get("token")) == (effect, token)


READING = [
    ("${steps.first.result.id}", None),
    ("${steps.second.status}", "which is this step itself"),
    ("${steps.third.status}", "a step that runs later"),
    ("${steps.last.status}", "a step that runs later"),
    ("${steps.fourth.status}", "which is never there"),
    ("${early}", None),
    ("${late}", "which reads `steps.third`, a step that runs later"),
]


@pytest.mark.parametrize(("text", "why"), READING)
def test_a_step_reads_steps_before_it(text: str, why: str | None, tmp_path: Path) -> None:
    rule = f"""{MANUAL}let: {{early: steps.first.status, late: steps.third.status}}
then:
  - {{id: first, do: notify, with: {{to: pager, title: a}}}}
  - {{id: second, do: notify, with: {{to: pager, title: "{text}"}}}}
  - {{id: third, do: notify, with: {{to: pager, title: c}}}}
on_failure: [{{id: last, do: notify, with: {{to: pager, title: "${{steps.third.status}}"}}}}]
"""
    if why is None:
        assert plan(tmp_path, rule)["then"][1]["id"] == "second"
        return
    with pytest.raises(Problems) as found:
        plan(tmp_path, rule)
    assert [problem.found.partition(", ")[2] for problem in found.value.problems] == [why]


# Digests.


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("A rule.", "Another rule.", True),
        ("owner: team", "owner: others", True),
        ("severity: low", "severity: high", True),
        ("title: Hello", "title: Goodbye", False),
        ("{manual: {}}", "{topic: news}", False),
    ],
)
def test_a_digest_tells_what_the_rule_does(
    before: str, after: str, *, same: bool, tmp_path: Path
) -> None:
    text = HEAD + MANUAL + NOTIFY
    one = compile_project(project(tmp_path / "1", {"pack/rule.yaml": text})).plans["rule"]
    changed = text.replace(before, after)
    other = compile_project(project(tmp_path / "2", {"pack/rule.yaml": changed})).plans["rule"]
    assert changed != text
    assert (one["digest"] == other["digest"]) == same
    assert with_digest(one) == one


def test_a_rule_of_another_pack_does_the_same(tmp_path: Path) -> None:
    text = HEAD + MANUAL + NOTIFY
    made = compile_project(project(tmp_path, {"one/a.yaml": text, "two/b.yaml": text})).plans
    assert made["a"]["digest"] != made["b"]["digest"]  # the rule's name is part of what it does


def test_an_active_rule_beside_one_that_is_off(tmp_path: Path) -> None:
    made = compiled(tmp_path, f"mode: off\n{MANUAL}{NOTIFY}")
    assert made.plans["rule"]["mode"] == "off"
    assert made.policies == {"dev": {}}
