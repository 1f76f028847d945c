"""The statements of calls and actions: whole policies, as a reviewer would read them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.actions.base import Permission, Tools, action
from opsloop.aws import models
from opsloop.aws.calling import Call
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.own import own
from opsloop.aws.permissions import action_statements, statements
from opsloop.aws.policy import policy
from opsloop.aws.statement import Condition, Statement, allow
from tests.aws.linter import excused, findings
from tests.aws.services import SERVICES

HERE = Location("aws", "123456789012", "eu-west-1")
ROLE = "arn:aws:iam::123456789012:role/worker"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:eu-west-1:123456789012:{resource}"


def needed(service: str, method: str, **parameters: Any) -> set[Statement]:
    return set(statements(Call(service, method, parameters), HERE))


#: every call of the rules that the design shows, with what it needs
EXAMPLES: list[tuple[str, str, dict[str, Any], str, str]] = [
    (
        "dynamodb",
        "get_item",
        {"TableName": "${params.exceptions_table}", "Key": {"id": {"S": "${group}"}}},
        "dynamodb:GetItem",
        arn("dynamodb", "table/*"),
    ),
    (
        "ec2",
        "revoke_security_group_ingress",
        {"GroupId": "${group}", "SecurityGroupRuleIds": "${open}"},
        "ec2:RevokeSecurityGroupIngress",
        arn("ec2", "security-group/*"),
    ),
    (
        "ec2",
        "describe_security_group_rules",
        {"Filters": [{"Name": "security-group-rule-id", "Values": "${open}"}]},
        "ec2:DescribeSecurityGroupRules",
        "*",
    ),
    (
        "ec2",
        "describe_instances",
        {"Filters": [{"Name": "private-ip-address", "Values": ["${host}"]}]},
        "ec2:DescribeInstances",
        "*",
    ),
    (
        "rds",
        "describe_db_instances",
        {"DBInstanceIdentifier": "${db}"},
        "rds:DescribeDBInstances",
        arn("rds", "db:*"),
    ),
    (
        "rds",
        "modify_db_instance",
        {
            "DBInstanceIdentifier": "${db}",
            "AllocatedStorage": "${wanted}",
            "ApplyImmediately": True,
        },
        "rds:ModifyDBInstance",
        arn("rds", "db:*"),
    ),
    (
        "ec2",
        "stop_instances",
        {"InstanceIds": "${targets}"},
        "ec2:StopInstances",
        arn("ec2", "instance/*"),
    ),
    (
        "s3",
        "get_bucket_policy_status",
        {"Bucket": "${bucket}"},
        "s3:GetBucketPolicyStatus",
        "arn:aws:s3:::*",
    ),
    ("s3", "get_bucket_acl", {"Bucket": "${bucket}"}, "s3:GetBucketAcl", "arn:aws:s3:::*"),
    ("s3", "get_bucket_tagging", {"Bucket": "${bucket}"}, "s3:GetBucketTagging", "arn:aws:s3:::*"),
    (
        "s3",
        "get_public_access_block",
        {"Bucket": "${bucket}"},
        "s3:GetBucketPublicAccessBlock",
        "arn:aws:s3:::*",
    ),
]


@pytest.mark.parametrize(("service", "method", "parameters", "name", "resource"), EXAMPLES)
def test_what_the_examples_call(
    service: str, method: str, parameters: dict[str, Any], name: str, resource: str
) -> None:
    assert needed(service, method, **parameters) == {allow(name, resource)}


def passed(role: str, *services: str) -> Statement:
    condition = {"StringEquals": {"iam:PassedToService": services}} if services else None
    return allow("iam:PassRole", role, condition)


DEPENDENT: list[tuple[str, str, dict[str, Any], set[Statement]]] = [
    # tags while making
    (
        "ec2",
        "create_snapshot",
        {
            "VolumeId": "vol-1",
            "TagSpecifications": [{"ResourceType": "snapshot", "Tags": "${tags}"}],
        },
        {
            allow(
                "ec2:CreateSnapshot",
                {arn("ec2", "volume/vol-1"), "arn:aws:ec2:eu-west-1::snapshot/*"},
            ),
            allow(
                "ec2:CreateTags",
                "arn:aws:ec2:eu-west-1::snapshot/*",
                {"StringEquals": {"ec2:CreateAction": "CreateSnapshot"}},
            ),
        },
    ),
    (
        "ec2",
        "create_snapshot",
        {"VolumeId": "vol-1"},
        {
            allow(
                "ec2:CreateSnapshot",
                {arn("ec2", "volume/vol-1"), "arn:aws:ec2:eu-west-1::snapshot/*"},
            )
        },
    ),
    (
        "rds",
        "create_db_snapshot",
        {"DBInstanceIdentifier": "d", "DBSnapshotIdentifier": "s", "Tags": []},
        {
            allow("rds:CreateDBSnapshot", {arn("rds", "db:d"), arn("rds", "snapshot:s")}),
            allow("rds:AddTagsToResource", {arn("rds", "db:d"), arn("rds", "snapshot:s")}),
        },
    ),
    # roles: named, in the dark, in a profile, and where the reference forgets them
    (
        "lambda",
        "update_function_configuration",
        {"FunctionName": "f", "Role": ROLE},
        {
            allow("lambda:UpdateFunctionConfiguration", arn("lambda", "function:f")),
            passed(ROLE, "lambda.amazonaws.com"),
        },
    ),
    (
        "events",
        "put_targets",
        {"Rule": "r", "Targets": [{"Id": "1", "Arn": "${a}", "RoleArn": ROLE}]},
        {allow("events:PutTargets", arn("events", "rule/r")), passed(ROLE)},
    ),
    (
        "ecs",
        "run_task",
        {"taskDefinition": "web"},
        {
            allow("ecs:RunTask", arn("ecs", "task-definition/web:*")),
            passed(
                "arn:aws:iam::123456789012:role/*",
                "ecs-tasks.amazonaws.com",
                "ecs.amazonaws.com",
            ),
        },
    ),
    (
        "ec2",
        "associate_iam_instance_profile",
        {"InstanceId": "i-1", "IamInstanceProfile": {"Name": "web"}},
        {
            allow("ec2:AssociateIamInstanceProfile", arn("ec2", "instance/i-1")),
            passed(
                "arn:aws:iam::123456789012:role/*",
                "ec2.amazonaws.com",
                "spotfleet.amazonaws.com",
                "vpc-flow-logs.amazonaws.com",
            ),
        },
    ),
    (
        "sts",
        "assume_role",
        {"RoleArn": ROLE, "RoleSessionName": "x"},
        {allow("sts:AssumeRole", ROLE)},
    ),
    (
        "opensearch",
        "update_domain_config",
        {"DomainName": "d", "AdvancedSecurityOptions": {"SAMLOptions": {"MasterBackendRole": "x"}}},
        {allow("es:UpdateDomainConfig", arn("es", "domain/d"))},
    ),
    # keys and secrets, where the call brings them up
    (
        "rds",
        "modify_db_instance",
        {"DBInstanceIdentifier": "d", "PerformanceInsightsKMSKeyId": arn("kms", "key/1")},
        {
            allow("rds:ModifyDBInstance", arn("rds", "db:d")),
            allow("kms:CreateGrant", arn("kms", "key/1")),
            allow("kms:Decrypt", arn("kms", "key/1")),
            allow("kms:DescribeKey", arn("kms", "key/1")),
            allow("kms:GenerateDataKey", arn("kms", "key/1")),
        },
    ),
    # a dependent action that nothing speaks of is taken
    (
        "rds",
        "reboot_db_cluster",
        {"DBClusterIdentifier": "c"},
        {
            allow("rds:RebootDBCluster", arn("rds", "cluster:c")),
            allow("rds:RebootDBInstance", arn("rds", "db:*")),
        },
    ),
    # a resource's service tells which of many is meant
    (
        "service-quotas",
        "get_service_quota",
        {"ServiceCode": "kinesis", "QuotaCode": "L-1"},
        {
            allow("servicequotas:GetServiceQuota", arn("servicequotas", "kinesis/L-1")),
            allow("kinesis:DescribeLimits", "*"),
        },
    ),
]


@pytest.mark.parametrize(("service", "method", "parameters", "expected"), DEPENDENT)
def test_dependent_actions(
    service: str, method: str, parameters: dict[str, Any], expected: set[Statement]
) -> None:
    assert needed(service, method, **parameters) == expected


def curated(*permissions: Permission, **defaults: Any) -> Any:
    def function(_tools: Tools, *, name: str = "", mode: str = "soft", to: str = "") -> None:
        """An action for these tests."""

    del defaults
    return action("test.action", effect="once", permissions=permissions)(function)


CURATED: list[tuple[Permission, dict[str, Any], set[Statement]]] = [
    (Permission("ec2:DescribeVolumes"), {}, {allow("ec2:DescribeVolumes", "*")}),
    (
        Permission("sqs:SendMessage", "arn:{partition}:sqs:{region}:{account}:{name}"),
        {"name": "jobs"},
        {allow("sqs:SendMessage", arn("sqs", "jobs"))},
    ),
    (
        Permission("sqs:SendMessage", "arn:{partition}:sqs:{region}:{account}:{name}"),
        {"name": ["a", "b-${x}"]},
        {allow("sqs:SendMessage", {arn("sqs", "a"), arn("sqs", "b-*")})},
    ),
    (
        Permission("sqs:SendMessage", "{name}"),
        {"name": "${queue}"},
        {allow("sqs:SendMessage", arn("sqs", "*"))},
    ),
    (
        Permission("iam:UpdateAccessKey", "arn:{partition}:iam::{account}:user/{name}"),
        {"name": "bob"},
        {
            allow(
                "iam:UpdateAccessKey",
                {"arn:aws:iam::123456789012:user/bob", "arn:aws:iam::123456789012:user/*/bob"},
            )
        },
    ),
    (
        Permission(
            "ec2:CreateTags",
            "arn:{partition}:ec2:{region}:{account}:instance/*",
            {"StringEquals": {"aws:ResourceTag/team": "ops"}},
        ),
        {},
        {
            Statement(
                frozenset({"ec2:CreateTags"}),
                frozenset({arn("ec2", "instance/*")}),
                Condition((("StringEquals", "aws:ResourceTag/team", ("ops",)),)),
            )
        },
    ),
    (Permission("sqs:PurgeQueue", where={"mode": "hard"}), {}, set()),
    (Permission("sqs:PurgeQueue", where={"mode": "soft"}), {}, {allow("sqs:PurgeQueue", "*")}),
    (
        Permission("sqs:PurgeQueue", where={"mode": "hard"}),
        {"mode": "${m}"},
        {allow("sqs:PurgeQueue", "*")},
    ),
    (
        Permission("sns:Publish", "{to.topic}"),
        {"to": "pager"},
        {allow("sns:Publish", arn("sns", "pager"))},
    ),
    (Permission("sns:Publish", "{to.topic}"), {"to": "slack"}, set()),
    (
        Permission("sns:Publish", "{to.topic}"),
        {"to": "${channel}"},
        {allow("sns:Publish", {arn("sns", "pager"), arn("sns", "team-*")})},
    ),
]

CHANNELS = {
    "pager": {"topic": arn("sns", "pager")},
    "team": {"topic": arn("sns", "team-${params.team}")},
    "slack": {"slack": "${secret('ssm:/slack')}"},
}


@pytest.mark.parametrize(("permission", "parameters", "expected"), CURATED)
def test_curated_actions(
    permission: Permission, parameters: dict[str, Any], expected: set[Statement]
) -> None:
    found = action_statements(curated(permission), parameters, HERE, channels=CHANNELS)
    assert set(found) == expected


OWN = own(
    HERE,
    function="ops-dev-close",
    rule="close",
    table="opsloop-dev",
    queue="opsloop-dev-dead",
    secrets=["ssm:/slack/hook", "sm:pager"],
)


def test_what_a_function_needs_for_itself() -> None:
    group = arn("logs", "log-group:/aws/lambda/ops-dev-close")
    parameter = arn("ssm", "parameter/slack/hook")
    secret = arn("secretsmanager", "secret:pager-??????")
    assert set(OWN) == {
        allow(
            {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
            {group, f"{group}:*"},
        ),
        allow(
            {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
            arn("dynamodb", "table/opsloop-dev"),
            {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "close"}},
        ),
        allow(
            "dynamodb:Query",
            arn("dynamodb", "table/opsloop-dev"),
            {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "pause"}},
        ),
        allow(
            "events:PutEvents",
            arn("events", "event-bus/default"),
            {"ForAllValues:StringEquals": {"events:source": "opsloop"}},
        ),
        allow("sqs:SendMessage", arn("sqs", "opsloop-dev-dead")),
        allow("ssm:GetParameter", parameter),
        allow("secretsmanager:GetSecretValue", secret),
        allow(
            "kms:Decrypt",
            arn("kms", "key/*"),
            {
                "StringEquals": {"kms:ViaService": "ssm.eu-west-1.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": parameter},
            },
        ),
        allow(
            "kms:Decrypt",
            arn("kms", "key/*"),
            {
                "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:SecretARN": secret},
            },
        ),
    }


@pytest.mark.parametrize(
    ("reference", "resource"),
    [
        ("ssm:plain", arn("ssm", "parameter/plain")),
        (f"ssm:{arn('ssm', 'parameter/a')}", arn("ssm", "parameter/a")),
        ("sm:a/b", arn("secretsmanager", "secret:a/b-??????")),
        (
            f"sm:{arn('secretsmanager', 'secret:a')}",
            arn("secretsmanager", "secret:a-??????"),
        ),
        (
            f"sm:{arn('secretsmanager', 'secret:a-AbC123')}",
            arn("secretsmanager", "secret:a-AbC123"),
        ),
    ],
)
def test_secrets(reference: str, resource: str) -> None:
    found = own(HERE, function="f", rule="r", table="t", queue="q", secrets=[reference])
    (read,) = (one for one in found if one.purpose == "OwnSecrets")
    assert read.resources == {resource}


def test_a_secret_of_no_store() -> None:
    with pytest.raises(ValueError, match="found 'vault:x'; expected 'ssm:/name' or 'sm:name'"):
        own(HERE, function="f", rule="r", table="t", queue="q", secrets=["vault:x"])


def test_parliament_finds_nothing() -> None:
    calls = [Call(service, method, given) for service, method, given, *_ in EXAMPLES]
    calls += [Call(service, method, given) for service, method, given, _ in DEPENDENT]
    documents = [policy([*statements(call, HERE), *OWN]) for call in calls]
    assert [one for document in documents for one in findings(document) if not excused(one)] == []


@pytest.mark.proof
@pytest.mark.parametrize("service", SERVICES)
def test_parliament_on_every_operation(service: str) -> None:
    unexplained = []
    for method in models.methods(service):
        shape = models.model(service).operation_model(models.methods(service)[method]).input_shape
        parameters = dict.fromkeys(shape.required_members if shape else (), "${x}")
        try:
            made = statements(Call(service, method, parameters), HERE)
        except FaultError:
            continue
        unexplained += [one for one in findings(policy(made)) if not excused(one)]
    assert unexplained == []
