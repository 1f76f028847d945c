"""Which rules a rule wakes, by which event, and what that hangs on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opsloop.compiler.build import compile_project
from opsloop.compiler.chains import Edge, chain, circles, edges
from opsloop.compiler.stages import Stages
from opsloop.rules.project import load_project
from tests.compiler.projects import HEAD, ROOT, SETTINGS, project

TAG = 'with: {Resources: ["i-1"], Tags: [{Key: a, Value: b}]}'
ON_TAGS = "when: {api: ec2:CreateTags}\n"
NOTE = "then: [{do: notify, with: {to: pager, title: Hello}}]\n"
TAGGING = f"then: [{{id: tag, do: aws.ec2.create_tags, {TAG}}}]\n"
STOPPING = 'then: [{id: off, do: aws.ec2.stop_instances, with: {InstanceIds: ["i-1"]}}]\n'
NOW = "when: {manual: {}}\n"
SLOW = "guard: {cooldown: 1h}\n"


def found(folder: Path, settings: str = SETTINGS, **rules: str) -> list[Edge]:
    texts = {f"pack/{name}.yaml": HEAD + text for name, text in rules.items()}
    made = project(folder, texts, settings)
    read = load_project(made)
    stages = Stages(read)
    plans = compile_project(made).plans
    return edges(read.rules, plans, stages.channels, stages.lowered.values())


def said(edge: Edge) -> tuple[Any, ...]:
    happening = edge.cause.happening
    return (edge.rule, edge.cause.step, happening.name, edge.wakes, edge.hangs_on)


def event(source: str, detail_type: str, detail: str = "{}") -> str:
    kept = "" if detail == "{}" else f", detail: {detail}"
    return f"when: {{event: {{source: [{source}], detail-type: [{detail_type}]{kept}}}}}\n"


STATE = "EC2 Instance State-change Notification"
CLOUDTRAIL = "AWS API Call via CloudTrail"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (NOW + TAGGING, ON_TAGS + NOTE, ("tag", "CreateTags", ())),
        (NOW + TAGGING, "when: {api: ec2:DeleteTags}\n" + NOTE, None),
        (
            NOW + TAGGING,
            "when: {api: ec2:CreateTags, errors: any}\n" + NOTE,
            ("tag", "CreateTags", ()),
        ),
        (
            NOW + TAGGING,
            "when: {api: ec2:CreateTags, errors: only}\n" + NOTE,
            ("tag", "CreateTags", ("detail.errorCode",)),
        ),
        (
            NOW + TAGGING,
            ON_TAGS + "if: event.detail.userIdentity.type == 'Root'\n" + NOTE,
            None,
        ),
        (
            NOW + TAGGING,
            ON_TAGS + "if: regex(event.detail.userAgent, 'x')\n" + NOTE,
            ("tag", "CreateTags", ("detail.userAgent", "if")),
        ),
        (
            NOW + TAGGING,
            event("aws.ec2", CLOUDTRAIL, "{requestParameters: {x: [y]}}") + NOTE,
            ("tag", "CreateTags", ("detail.requestParameters.x",)),
        ),
        (
            NOW + STOPPING,
            event("aws.ec2", STATE, "{state: [stopped, stopping]}") + NOTE,
            ("off", STATE, ()),
        ),
        (
            NOW + STOPPING,
            event("aws.ec2", STATE, "{state: [stopped]}") + NOTE,
            ("off", STATE, ("detail.state",)),
        ),
        (NOW + STOPPING, event("aws.ec2", STATE, "{state: [running]}") + NOTE, None),
        (NOW + NOTE, "when: {topic: pager}\n" + NOTE, ("step-1", "pager", ())),
        (NOW + NOTE, "when: {topic: other}\n" + NOTE, None),
        (
            NOW + "then: [{do: aws.sns.publish, with: {TopicArn: '${rule.name}', Message: m}}]\n",
            "when: {topic: other}\n" + NOTE,
            ("step-1", "?", ()),
        ),
        (
            NOW
            + "then: [{do: aws.events.put_events, with: {Entries:"
            + " [{Source: mine, DetailType: '${rule.name}', Detail: '{}'}]}}]\n",
            event("mine", "Done") + NOTE,
            ("step-1", "?", ("detail-type",)),
        ),
        (
            NOW
            + "then: [{do: aws.events.put_events, with: {Entries:"
            + " [{Source: mine, DetailType: Done, Detail: '{}', EventBusName: far}]}}]\n",
            event("mine", "Done") + NOTE,
            None,
        ),
        (
            NOW + "then: [{do: s3.block_public_access, with: {bucket: b}}]\n",
            "when: {api: s3:PutPublicAccessBlock}\n" + NOTE,
            ("step-1", "PutBucketPublicAccessBlock", ()),
        ),
        (
            NOW + "then: [{do: ec2.quarantine_instance, with: {instance: i-1}}]\n",
            "when: {api: ec2:CreateSecurityGroup}\n" + NOTE,
            (
                "step-1",
                "CreateSecurityGroup",
                ("whether ec2.quarantine_instance makes this call",),
            ),
        ),
        (
            NOW + "then: [{if: account, stop: done}]\n",
            event("opsloop", "Execution Failed") + NOTE,
            ("", "Execution Failed", ("how the execution ends",)),
        ),
        (
            NOW + "then: [{if: account, stop: done}]\n",
            event("opsloop", "Execution Failed", "{rule: [third]}") + NOTE,
            None,
        ),
    ],
)
def test_whom_a_rule_wakes(
    one: str, other: str, expected: tuple[Any, ...] | None, tmp_path: Path
) -> None:
    wakes = [edge for edge in found(tmp_path, one=one, other=other) if edge.rule == "one"]
    step, name, hanging = expected or ("", "", ())
    wanted = [("one", step, name, "other", hanging)] if expected else []
    assert [said(edge) for edge in wakes] == wanted


def test_a_rule_in_another_region_does_not_hear_it(tmp_path: Path) -> None:
    settings = {"one": "regions: [eu-west-1]\n", "other": "regions: [us-east-1]\n"}
    wakes = found(
        tmp_path,
        one=settings["one"] + NOW + TAGGING,
        other=settings["other"] + ON_TAGS + NOTE,
        third=settings["one"] + ON_TAGS + NOTE,
    )
    assert [(edge.rule, edge.wakes, edge.certainty) for edge in wakes] == [("one", "third", "sure")]


def test_a_rule_refuses_its_own_doing_unless_it_says_otherwise(tmp_path: Path) -> None:
    own = ON_TAGS + SLOW + TAGGING
    allowed = ON_TAGS + "guard: {cooldown: 1h, allow_self: true}\n" + TAGGING
    assert [edge.refused for edge in found(tmp_path / "one", rule=own)] == [True]
    wakes = found(tmp_path / "other", rule=allowed)
    assert [edge.refused for edge in wakes] == [False]
    assert [chain(circle) for circle in circles(wakes)] == ["rule → ec2:CreateTags → rule"]


def test_a_failure_that_nobody_handles_is_told_where_the_stage_escalates_to(tmp_path: Path) -> None:
    settings = f"{SETTINGS}    escalate: pager\n"
    wakes = found(
        tmp_path,
        settings,
        hears="when: {topic: pager}\n" + SLOW + TAGGING,
        handles=NOW + TAGGING + "on_failure: [{do: http.get, with: {url: 'https://x.example'}}]\n",
    )
    assert [said(edge) for edge in wakes] == [
        ("hears", "", "pager", "hears", ("how the execution ends",))
    ]
    assert [chain(circle) for circle in circles(wakes)] == ["hears → pager → hears"]


def test_circles_are_named_once_and_as_a_chain(tmp_path: Path) -> None:
    wakes = found(
        tmp_path,
        tagger=event("aws.ec2", STATE, "{state: [stopped, stopping]}") + SLOW + TAGGING,
        stopper=ON_TAGS + SLOW + STOPPING,
        watcher=ON_TAGS + NOTE,
    )
    assert [chain(circle) for circle in circles(wakes)] == [
        f"stopper → {STATE} → tagger → ec2:CreateTags → stopper"
    ]


def test_the_shipped_rules_make_one_circle_which_a_cooldown_holds() -> None:
    """The way back is a deployment too, and may fail."""
    read = load_project(ROOT)
    wakes = edges(read.rules, compile_project(ROOT).plans, Stages(read).channels)
    rule = "roll-back-failed-deployment"
    [circle] = circles(wakes)
    assert chain(circle) == f"{rule} → ECS Deployment State Change → {rule}"
    assert [said(edge) for edge in wakes] == [
        (rule, "back", "ECS Deployment State Change", rule, ("detail.eventName",))
    ]
