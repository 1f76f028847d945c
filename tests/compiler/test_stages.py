"""The stages, lowered: params, channels, and what the stages of a rule have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.plans import APP, SCHEMA
from opsloop.compiler.build import compile_project
from opsloop.compiler.chalice_config import chalice_config
from opsloop.compiler.stages import Shared, Stages
from opsloop.expressions.templates import compile_value
from opsloop.expressions.types import NUMBER, STRING, STRINGS, Type, elsewhere
from opsloop.problems import Problems
from opsloop.rules.model import Rule
from opsloop.rules.project import load_project
from tests.compiler.projects import HEAD, MANUAL, NOTIFY, project

SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    max_mode: observe
    params: {limit: 5, name: a, kind: 1, names: [a, b], map: {a: 1}, nothing: null}
    channels:
      pager: {type: sns, topic: pager}
      chat: {type: slack, url: "${secret('sm:slack')}"}
    escalate: pager
  prod:
    account: "210987654321"
    region: cn-north-1
    params: {limit: 7, kind: b, names: [c], map: {b: 2}, nothing: 1}
    channels:
      pager: {type: sns, topic: "arn:aws:sns:us-east-1:123456789012:pager"}
      page: {type: webhook, url: "https://${region}.example.com/${params.kind}"}
chalice: {lambda_memory_size: 512, api_gateway_stage: v1}
"""


def stages(folder: Path, settings: str = SETTINGS) -> Stages:
    return Stages(load_project(project(folder, settings=settings)))


def rule(*regions: str) -> Rule:
    data = {"description": "a", "owner": "b", "severity": "low", "when": {"manual": {}}}
    step = {"do": "notify", "with": {"to": "pager", "title": "a"}}
    return Rule.model_validate({**data, "then": [step], "regions": list(regions)})


def test_stages_are_lowered_so(tmp_path: Path) -> None:
    made = stages(tmp_path)
    assert made.problems == []
    assert made.lowered == {
        "dev": {
            "schema": SCHEMA,
            "stage": "dev",
            "account": "123456789012",
            "region": "eu-west-1",
            "max_mode": "observe",
            "approvers": None,
            "params": {
                "limit": 5,
                "name": "a",
                "kind": 1,
                "names": ["a", "b"],
                "map": {"a": 1},
                "nothing": None,
            },
            "channels": {
                "pager": {
                    "lit": {"type": "sns", "topic": "arn:aws:sns:eu-west-1:123456789012:pager"}
                },
                "chat": compile_value({"type": "slack", "url": "${secret('sm:slack')}"}),
            },
            "escalate": "pager",
        },
        "prod": {
            "schema": SCHEMA,
            "stage": "prod",
            "account": "210987654321",
            "region": "cn-north-1",
            "max_mode": "active",
            "approvers": None,
            "params": {"limit": 7, "kind": "b", "names": ["c"], "map": {"b": 2}, "nothing": 1},
            "channels": {
                "pager": {
                    "lit": {"type": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:pager"}
                },
                "page": compile_value(
                    {"type": "webhook", "url": "https://${region}.example.com/${params.kind}"}
                ),
            },
            "escalate": None,
        },
    }


def lacks(stage: str, what: str) -> Type:
    why = f"which the stage {stage} does not have"
    return elsewhere(why, f"{what} that every stage of the rule has")


MAP = Type("object")
IN_DEV = Shared(
    {
        "limit": NUMBER,
        "name": STRING,
        "kind": NUMBER,
        "names": STRINGS,
        "map": MAP,
        "nothing": None,
    },
    {"pager": None, "chat": None},
)
IN_BOTH = Shared(
    {
        "limit": NUMBER,
        "name": lacks("prod", "a parameter"),
        "kind": None,
        "names": STRINGS,
        "map": MAP,
        "nothing": None,
    },
    {"pager": None, "chat": lacks("prod", "a channel"), "page": lacks("dev", "a channel")},
)


@pytest.mark.parametrize(
    ("regions", "shared", "names"),
    [
        ([], IN_BOTH, ["dev", "prod"]),
        (["eu-west-1", "cn-north-1"], IN_BOTH, ["dev", "prod"]),
        (["eu-west-1"], IN_DEV, ["dev"]),
        (["eu-west-2"], IN_BOTH, []),
    ],
)
def test_what_the_stages_of_a_rule_share(
    regions: list[str], shared: Shared, names: list[str], tmp_path: Path
) -> None:
    made = stages(tmp_path)
    assert [one["stage"] for one in made.of(rule(*regions))] == names
    assert made.shared(rule(*regions)) == shared


def test_several_stages_that_lack_something(tmp_path: Path) -> None:
    stage = "  {}: {{account: '123456789012', region: eu-west-1{}}}\n"
    some = [stage.format(name, "") for name in ("b", "a")]
    settings = "".join(["stages:\n", *some, stage.format("c", ", params: {x: 1}")])
    shared = stages(tmp_path, settings).shared(rule())
    why = "which the stages a, b do not have"
    assert shared.params == {"x": elsewhere(why, "a parameter that every stage of the rule has")}


TYPES = "one of sns, slack, teams, pagerduty, opsgenie, webhook or apprise"
PLAIN = "in plain text: whoever has it can write to the channel"
REFERENCE = "its reference: \"${secret('ssm:/…')}\""
KEY = "\"${secret('ssm:/a')}\""
URL = "url: https://example.com/"
CHANNELS = [
    ("{type: sns, topic: pager}", None),
    ('{type: sns, topic: "${params.topic}"}', None),
    (f"{{type: webhook, {URL}, headers: {{a: b}}, networks: [10.0.0.0/8]}}", None),
    (f"{{type: pagerduty, routing_key: {KEY}, site: eu}}", None),
    (f"{{type: apprise, urls: [{KEY}, \"slack://${{secret('sm:b')}}\"]}}", None),
    ("{topic: pager}", ("no type", f"type, {TYPES}")),
    ("{type: [sns]}", ("a list as the type", TYPES)),
    ("{type: smoke signals}", ("the type 'smoke signals'", TYPES)),
    ("{type: sns, topic: 5}", ("the number 5", "text")),
    (
        f"{{type: webhook, {URL}, networks: 10.0.0.0/8}}",
        ("the text '10.0.0.0/8'", "a list of texts"),
    ),
    (
        '{type: sns, topic: "${event.id}"}',
        (
            "`event`, which names nothing in scope",
            "one of account, params, partition, region",
        ),
    ),
    (f"{{type: teams, {URL}}}", (f"the value of 'url' {PLAIN}", REFERENCE)),
    (
        f"{{type: apprise, urls: [{KEY}, slack://a]}}",
        (f"the value of 'urls' {PLAIN}", REFERENCE),
    ),
    (f"{{type: opsgenie, api_key: {KEY}, site: asia}}", ("'asia'", "us, eu or jsm")),
]


@pytest.mark.parametrize(("channel", "told"), CHANNELS)
def test_the_settings_of_channels(
    channel: str, told: tuple[str, str] | None, tmp_path: Path
) -> None:
    settings = (
        "stages:\n  dev:\n    account: '123456789012'\n    region: eu-west-1\n"
        f"    params: {{topic: a}}\n    channels:\n      one: {channel}\n"
    )
    found = stages(tmp_path, settings).problems
    assert [(one.found, one.expected) for one in found] == ([told] if told else [])
    assert all(one.place.line == 7 for one in found)


def test_parameters_hold_no_templates(tmp_path: Path) -> None:
    settings = SETTINGS.replace("map: {b: 2}", 'map: {b: ["x", "a ${region}"]}')
    (problem,) = stages(tmp_path, settings).problems
    assert str(problem) == (
        "rules/opsloop.yaml:14:63: found a template, 'a ${region}'; "
        "expected a plain value; secret() stands where the parameter is used"
    )


# Regions.

IAM = "when: {api: iam:CreateUser}\n"
SIGN_UP = "when: {event: {source: [aws.iam, aws.ec2]}}\n"
WEST = "stages: {{dev: {{account: '123456789012', region: {}}}}}\n"
REBOOT = "then: [{do: aws.ec2.reboot_instances, with: {InstanceIds: [i-1]}}]\n"


@pytest.mark.parametrize(
    ("text", "region", "told"),
    [
        (IAM, "eu-west-1", "iam:CreateUser, whose events AWS has in us-east-1 only"),
        (IAM, "us-east-1", None),
        (IAM, "us-gov-west-1", None),
        (IAM + "regions: [eu-west-1]\n", "eu-west-1", None),
        (SIGN_UP, "eu-west-1", "aws.iam, whose events AWS has in us-east-1 only"),
        (SIGN_UP, "us-east-1", None),
        ("when: {api: ec2:RunInstances}\n", "eu-west-1", None),
        ("when: {api: globalaccelerator:CreateAccelerator}\n", "us-west-2", None),
        ("when: {event: {detail: {a: [b]}}}\n", "eu-west-1", None),
    ],
)
def test_events_that_are_in_one_region(
    text: str, region: str, told: str | None, tmp_path: Path
) -> None:
    folder = project(tmp_path, {"pack/rule.yaml": HEAD + text + REBOOT}, WEST.format(region))
    if told is None:
        assert list(compile_project(folder).plans) == ["rule"]
        return
    with pytest.raises(Problems) as found:
        compile_project(folder)
    (problem,) = found.value.problems
    assert problem.found == f"{told}, and the stage dev is in {region}"


# Chalice.


def test_chalices_configuration_is_this() -> None:
    made = chalice_config({"dev": ["a", "b"], "prod": []}, {"lambda_timeout": 60, "x": {"y": 1}})
    assert made == {
        "version": "2.0",
        "app_name": APP,
        "lambda_timeout": 60,
        "lambda_memory_size": 256,
        "log_retention_in_days": 30,
        "x": {"y": 1},
        "stages": {
            "dev": {
                "autogen_policy": False,
                "environment_variables": {"OPSLOOP_STAGE": "dev", "OPSLOOP_TABLE": "opsloop-dev"},
                "lambda_functions": {
                    rule: {
                        "iam_policy_file": f"policies/dev/{rule}.json",
                        "environment_variables": {"OPSLOOP_RULE": rule},
                        "tags": {"opsloop:rule": rule},
                    }
                    for rule in ("a", "b")
                },
            },
            "prod": {
                "autogen_policy": False,
                "environment_variables": {"OPSLOOP_STAGE": "prod", "OPSLOOP_TABLE": "opsloop-prod"},
                "lambda_functions": {},
            },
        },
    }


_BOTH = "both, or neither"
_IDS = "a list of ids, of one at least"


@pytest.mark.parametrize(
    "key",
    [
        *("version", "app_name", "stages", "autogen_policy", "iam_policy_file"),
        *("iam_role_arn", "manage_iam_role"),
    ],
)
def test_what_is_opsloops_own_does_not_pass_through(key: str, tmp_path: Path) -> None:
    text = {"pack/rule.yaml": HEAD + MANUAL + NOTIFY}
    folder = project(
        tmp_path,
        text,
        f"{SETTINGS}  {key}: x\n".replace("chalice: {lambda", "chalice:\n  x: {lambda"),
    )
    with pytest.raises(Problems) as found:
        compile_project(folder)
    assert str(found.value) == (
        f"rules/opsloop.yaml:20:3: found '{key}', which opsloop says itself; "
        "expected a setting for all functions, such as lambda_memory_size"
    )


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("subnet_ids: [subnet-1], security_group_ids: [sg-1]", []),
        ("subnet_ids: [subnet-1]", [("'subnet_ids' without 'security_group_ids'", _BOTH)]),
        ("security_group_ids: [sg-1]", [("'security_group_ids' without 'subnet_ids'", _BOTH)]),
        (
            "subnet_ids: subnet-1, security_group_ids: []",
            [("'subnet-1'", _IDS), ("[]", _IDS)],
        ),
        ("subnet_ids: [7], security_group_ids: [sg-1]", [("[7]", _IDS)]),
    ],
)
def test_a_network_has_subnets_and_groups(
    given: str, found: list[tuple[str, str]], tmp_path: Path
) -> None:
    settings = SETTINGS.replace("{lambda_memory_size: 512,", f"{{{given},")
    problems = stages(tmp_path, settings).problems
    assert [(one.found, one.expected) for one in problems] == found


@pytest.mark.parametrize(
    ("days", "told"),
    [("7", None), ("3653", None), ("31", "31 days"), ("'7'", "'7' days"), ("null", None)],
)
def test_logs_are_kept_as_long_as_cloudwatch_can(
    days: str, told: str | None, tmp_path: Path
) -> None:
    settings = SETTINGS.replace("{lambda_memory_size: 512,", f"{{log_retention_in_days: {days},")
    found = stages(tmp_path, settings).problems
    assert [one.found for one in found] == ([told] if told else [])
    for one in found:
        assert (one.place.line, one.place.column) == (18, 34)
        assert one.expected == (
            "what CloudWatch Logs takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, "
            "545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or null for ever"
        )
