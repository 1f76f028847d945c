"""One policy for each rule and stage: just what it calls, and what its function needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsloop.aws.policy import LIMIT, size
from opsloop.compiler.build import Compiled, compile_project
from tests.aws.linter import excused, findings
from tests.compiler.golden import POLICIES, shipped
from tests.compiler.projects import HEAD, MANUAL, NOTIFY, SETTINGS, compiled, project

RULES = sorted(path.stem for path in POLICIES.glob("*.json"))


@pytest.mark.parametrize("rule", RULES)
def test_a_shipped_rule_has_exactly_this_policy(rule: str) -> None:
    expected = json.loads((POLICIES / f"{rule}.json").read_text())
    assert shipped().policies["dev"][rule] == expected


def test_every_shipped_rule_has_a_golden_policy() -> None:
    assert sorted(shipped().policies["dev"]) == RULES


# Laws, on the shipped rules and on one of every kind of call.

MINE = "when: {event: {source: [mine]}}\n"
MANY = (
    MINE
    + """\
let: {bucket: event.detail.bucket}
facts:
  identity: {do: aws.sts.get_caller_identity}
  bucket: {do: aws.s3.get_bucket_tagging, with: {Bucket: "${bucket}"}}
  roles: {do: aws.iam.list_roles}
  table: {do: aws.dynamodb.get_item, with: {TableName: a, Key: {id: {S: x}}}}
then:
  - {do: aws.ec2.run_instances, with: {ImageId: ami-1, MinCount: 1, MaxCount: 1}}
  - {do: aws.lambda.invoke, with: {FunctionName: tidy}}
  - {do: aws.iam.detach_role_policy, with: {RoleName: a, PolicyArn: "${bucket}"}}
  - {do: aws.rds.delete_db_instance, with: {DBInstanceIdentifier: a}}
  - {do: aws.sqs.send_message, with: {QueueUrl: "${bucket}", MessageBody: x}}
  - {do: aws.events.put_events, with: {Entries: [{Source: a, DetailType: b, Detail: "{}"}]}}
  - {do: ec2.quarantine_instance, with: {instance: "${bucket}"}}
  - {do: tags.apply, with: {service: s3, resources: ["arn:aws:s3:::a"], tags: {a: b}}}
  - {do: http.post, with: {url: "https://example.com/", body: "${secret('sm:hook')}"}}
  - {do: notify, with: {to: pager, title: x}}
"""
)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compiled(tmp_path_factory.mktemp("many"), MANY)


def policies(*made: Compiled) -> list[dict[str, Any]]:
    return [
        policy for one in made for by_rule in one.policies.values() for policy in by_rule.values()
    ]


def test_parliament_finds_nothing(many: Compiled) -> None:
    found = [one for policy in policies(shipped(), many) for one in findings(policy)]
    assert [one for one in found if not excused(one)] == []


def test_no_policy_allows_every_action_or_one_that_it_does_not_name(many: Compiled) -> None:
    for policy in policies(shipped(), many):
        actions = [action for one in policy["Statement"] for action in one["Action"]]
        assert not [action for action in actions if "*" in action or "?" in action]
        assert {one["Effect"] for one in policy["Statement"]} == {"Allow"}
        assert all(one["Resource"] for one in policy["Statement"])


def test_every_policy_is_within_iams_limit_and_names_its_statements_once(many: Compiled) -> None:
    for policy in policies(shipped(), many):
        sids = [one["Sid"] for one in policy["Statement"]]
        assert size(policy) <= LIMIT
        assert len(set(sids)) == len(sids)


# What of the stage a rule may reach.

STAGES = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    channels:
      pager: {type: pagerduty, routing_key: "${secret('ssm:/pagerduty')}"}
      chat: {type: slack, url: "${secret('sm:slack')}"}
      mail: {type: sns, topic: mail}
      fixed: {type: sns, topic: "arn:aws:sns:us-east-1:210987654321:fixed"}
    params: {team: chat, topic: mail, teams: [chat]}
"""
PAGERDUTY = "arn:aws:ssm:eu-west-1:123456789012:parameter/pagerduty"
SLACK = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack-??????"
MAIL = "arn:aws:sns:eu-west-1:123456789012:mail"
FIXED = "arn:aws:sns:us-east-1:210987654321:fixed"
ESCALATED = STAGES + "    escalate: mail\n"
HANDLED = "on_failure: [{do: notify, with: {to: chat, title: x}}]\n"


def reach(policy: dict[str, Any]) -> set[str]:
    """The secrets that a policy lets read, and the topics that it lets publish to."""
    actions = {"ssm:GetParameter", "secretsmanager:GetSecretValue", "sns:Publish"}
    statements = [one for one in policy["Statement"] if actions & set(one["Action"])]
    return {resource for one in statements for resource in one["Resource"]}


@pytest.mark.parametrize(
    ("to", "settings", "failure", "reached"),
    [
        ("pager", STAGES, "", {PAGERDUTY}),
        ("mail", STAGES, "", {MAIL}),
        ("fixed", STAGES, "", {FIXED}),
        ("pager", STAGES, HANDLED, {PAGERDUTY, SLACK}),
        ("pager", ESCALATED, "", {PAGERDUTY, MAIL}),
        ("pager", ESCALATED, HANDLED, {PAGERDUTY, SLACK}),
        ('"${params.team}"', STAGES, "", {SLACK}),
        ('"${params.topic}"', STAGES, "", {MAIL}),
        ('"${params.teams[0]}"', STAGES, "", {PAGERDUTY, SLACK, MAIL, FIXED}),
        ('"${params.teams[0]}"', ESCALATED, HANDLED, {PAGERDUTY, SLACK, MAIL, FIXED}),
    ],
)
def test_a_rule_reaches_the_channels_it_sends_to(
    to: str, settings: str, failure: str, reached: set[str], tmp_path: Path
) -> None:
    text = f"{MANUAL}then: [{{do: notify, with: {{to: {to}, title: x}}}}]\n{failure}"
    made = compiled(tmp_path, text, settings)
    assert reach(made.policies["dev"]["rule"]) == reached


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("${secret('sm:a')}", {"arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-??????"}),
        ("a ${token} b", {"arn:aws:ssm:eu-west-1:123456789012:parameter/t"}),
        (
            "${not_null(event.detail.x, join('', ['a', secret('ssm:/b')]))}",
            {"arn:aws:ssm:eu-west-1:123456789012:parameter/b"},
        ),
        ("no secret('sm:a')", set()),
    ],
)
def test_a_rule_reads_the_secrets_it_names(text: str, reached: set[str], tmp_path: Path) -> None:
    lets = "let: {token: secret('ssm:/t')}\n" if "token" in text else ""
    step = f'{{do: http.post, with: {{url: "https://a.com/", body: "{text}"}}}}'
    made = compiled(tmp_path, f"{MINE}{lets}then: [{step}]\n")
    assert reach(made.policies["dev"]["rule"]) == reached


BESIDE = (
    MINE
    + """\
then:
  - for_each: event.detail.tables
    do: aws.dynamodb.delete_table
    with: {TableName: "orders-${item}"}
"""
)
INSIDE = (
    MINE
    + """\
then:
  - for_each: event.detail.tables
    steps:
      - do: aws.dynamodb.delete_table
        with: {TableName: "orders-${item}"}
"""
)


def test_a_step_inside_of_another_needs_what_it_needs_by_itself(tmp_path: Path) -> None:
    beside, inside = (compiled(tmp_path / str(len(text)), text) for text in (BESIDE, INSIDE))
    assert inside.policies == beside.policies
    assert "dynamodb:DeleteTable" in str(inside.policies["dev"]["rule"])


def test_stages_have_policies_of_their_own(tmp_path: Path) -> None:
    stage = "  {}: {{account: '{}', region: {}, max_mode: {}}}\n"
    settings = "stages:\n" + "".join(
        [
            stage.format("eu", "111111111111", "eu-west-1", "active"),
            stage.format("us", "222222222222", "us-east-1", "observe"),
            stage.format("china", "333333333333", "cn-north-1", "active"),
            stage.format("off", "444444444444", "eu-west-1", "off"),
        ]
    )
    everywhere = (
        HEAD + MANUAL + "then: [{do: aws.ec2.reboot_instances, with: {InstanceIds: [i-1]}}]\n"
    )
    rules = {"pack/one.yaml": everywhere, "pack/two.yaml": everywhere + "regions: [us-east-1]\n"}
    made = compile_project(project(tmp_path, rules, settings)).policies
    assert {name: sorted(by_rule) for name, by_rule in made.items()} == {
        "eu": ["one", "waker"],
        "us": ["one", "two", "waker"],
        "china": ["one", "waker"],
        "off": [],
    }
    assert {name: by_rule["one"]["Statement"][0] for name, by_rule in made.items() if by_rule} == {
        name: {
            "Sid": "Ec2RebootInstances",
            "Effect": "Allow",
            "Action": ["ec2:RebootInstances"],
            "Resource": [f"arn:{partition}:ec2:{region}:{account}:instance/i-1"],
        }
        for name, partition, region, account in (
            ("eu", "aws", "eu-west-1", "111111111111"),
            ("us", "aws", "us-east-1", "222222222222"),
            ("china", "aws-cn", "cn-north-1", "333333333333"),
        )
    }


PARAMS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    params: {table: orders, number: 7, list: [a], half: 0.5, flag: true}
"""


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("orders", "orders"),
        ("${params.table}", "orders"),
        ("${ params.table }", "orders"),
        ("all-${params.table}-${params.number}", "all-orders-7"),
        ("all-${region}-${account}-${partition}", "all-eu-west-1-123456789012-aws"),
        ("arn:${partition}:dynamodb:${region}:${account}:table/${event.detail.x}", "*"),
        ("all-${event.detail.x}", "all-*"),
        ("${params.list[0]}", "*"),
        ("all-${params.half}", "all-*"),
        ("all-${params.flag}", "all-*"),
        ("${join('', ['a', params.table])}", "*"),
    ],
)
def test_what_the_stage_settles_is_as_good_as_written_out(
    name: str, resource: str, tmp_path: Path
) -> None:
    text = f'{MINE}then: [{{do: aws.dynamodb.delete_table, with: {{TableName: "{name}"}}}}]\n'
    made = compiled(tmp_path, text, PARAMS)
    (statement, *_) = made.policies["dev"]["rule"]["Statement"]
    assert statement["Resource"] == [f"arn:aws:dynamodb:eu-west-1:123456789012:table/{resource}"]


# Where functions run.

NETWORK = """\
chalice: {subnet_ids: [subnet-1, subnet-2], security_group_ids: [sg-1], xray: true}
"""
EC2 = "arn:aws:ec2:eu-west-1:123456789012"
BY_LAMBDA = {"Null": {"lambda:SourceFunctionArn": "true"}}
HOSTED = [
    {
        "Sid": "LeaveNetwork",
        "Effect": "Allow",
        "Action": [
            "ec2:AssignPrivateIpAddresses",
            "ec2:DeleteNetworkInterface",
            "ec2:UnassignPrivateIpAddresses",
        ],
        "Resource": [f"{EC2}:network-interface/*"],
        "Condition": BY_LAMBDA,
    },
    {
        "Sid": "EnterNetwork",
        "Effect": "Allow",
        "Action": ["ec2:CreateNetworkInterface"],
        "Resource": [
            f"{EC2}:network-interface/*",
            f"{EC2}:security-group/sg-1",
            f"{EC2}:subnet/subnet-1",
            f"{EC2}:subnet/subnet-2",
        ],
        "Condition": BY_LAMBDA,
    },
    {
        "Sid": "FindNetwork",
        "Effect": "Allow",
        "Action": ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
        "Resource": ["*"],
        "Condition": BY_LAMBDA,
    },
    {
        "Sid": "OwnTraces",
        "Effect": "Allow",
        "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        "Resource": ["*"],
    },
]


def test_lambda_may_put_every_function_into_the_network_that_it_is_told(tmp_path: Path) -> None:
    plain = compiled(tmp_path / "plain", MANUAL + NOTIFY).policies["dev"]
    hosted = compiled(tmp_path / "hosted", MANUAL + NOTIFY, SETTINGS + NETWORK).policies["dev"]
    for rule in ("rule", "waker"):
        before, after = plain[rule]["Statement"], hosted[rule]["Statement"]
        assert [one for one in after if one not in before] == HOSTED
        assert [one for one in after if one not in HOSTED] == before
        assert [one for one in findings(hosted[rule]) if not excused(one)] == []
