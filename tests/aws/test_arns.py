"""The resources of an action, as narrow as the literals of a call."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.guards.naming import EC2_IDS
from opsloop.aws import iam, models
from opsloop.aws.arn_table import FOREIGN_ACCOUNT, PARAMETERS, UNNAMED
from opsloop.aws.arn_values import TURNS
from opsloop.aws.arns import resources
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.patterns import compact, covers, patterns
from opsloop.aws.prefixes import prefix
from tests.aws.services import SERVICES

HERE = Location("aws", "123456789012", "eu-west-1")
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/1/2"


def ec2(resource: str) -> str:
    return f"arn:aws:ec2:eu-west-1:123456789012:{resource}"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:eu-west-1:123456789012:{resource}"


CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    # no resources at all
    ("ec2:DescribeInstances", {"InstanceIds": ["i-1"]}, ["*"]),
    ("s3:ListAllMyBuckets", {}, ["*"]),
    # lists, templates, and both
    (
        "ec2:StopInstances",
        {"InstanceIds": ["i-1", "i-2"]},
        [ec2("instance/i-1"), ec2("instance/i-2")],
    ),
    ("ec2:StopInstances", {"InstanceIds": "${targets}"}, [ec2("instance/*")]),
    ("ec2:StopInstances", {"InstanceIds": ["i-1", "${x}"]}, [ec2("instance/*")]),
    ("ec2:StopInstances", {}, [ec2("instance/*")]),
    # several kinds
    (
        "ec2:AttachVolume",
        {"InstanceId": "i-1", "VolumeId": "${v}"},
        [ec2("instance/i-1"), ec2("volume/*")],
    ),
    (
        "ec2:CreateSnapshot",
        {"VolumeId": "vol-1"},
        [ec2("volume/vol-1"), "arn:aws:ec2:eu-west-1::snapshot/*"],
    ),
    # an optional kind where the call names it, and all where it names none
    ("ec2:ModifyInstanceAttribute", {"InstanceId": "i-1"}, [ec2("instance/i-1")]),
    (
        "ec2:ModifyInstanceAttribute",
        {"InstanceId": "i-1", "Groups": ["sg-1"]},
        [ec2("instance/i-1"), ec2("security-group/sg-1")],
    ),
    (
        "securityhub:BatchUpdateFindings",
        {},
        [arn("securityhub", "hub/default"), arn("securityhub", "hubv2/*")],
    ),
    ("dynamodb:Query", {"TableName": "t"}, [arn("dynamodb", "table/t")]),
    (
        "dynamodb:Query",
        {"TableName": "t", "IndexName": "i"},
        [arn("dynamodb", "table/t"), arn("dynamodb", "table/t/index/i")],
    ),
    # what is made anew has no name yet, and what is copied is named otherwise
    ("ec2:CopySnapshot", {"SourceSnapshotId": "snap-1"}, ["arn:aws:ec2:eu-west-1::snapshot/*"]),
    # within a parameter
    (
        "ec2:RunInstances",
        {"ImageId": "ami-1", "LaunchTemplate": {"LaunchTemplateId": "lt-1"}, "KeyName": "k"},
        [
            ec2("instance/*"),
            ec2("key-pair/k"),
            ec2("launch-template/lt-1"),
            ec2("network-interface/*"),
            ec2("security-group/*"),
            ec2("subnet/*"),
            ec2("volume/*"),
            "arn:aws:ec2:eu-west-1::image/ami-1",
        ],
    ),
    # buckets and objects
    ("s3:GetBucketAcl", {"Bucket": "b"}, ["arn:aws:s3:::b"]),
    ("s3:GetBucketAcl", {"Bucket": "${b}"}, ["arn:aws:s3:::*"]),
    ("s3:PutObject", {"Bucket": "b", "Key": "a/${x}.json"}, ["arn:aws:s3:::b/a/*.json"]),
    (
        "s3:ListBucket",
        {"Bucket": "arn:aws:s3:eu-west-1:123456789012:accesspoint/ap"},
        ["arn:aws:s3:eu-west-1:123456789012:accesspoint/ap"],
    ),
    # ARNs among the parameters
    ("sns:Publish", {"TopicArn": "arn:aws:sns:us-east-1:1:t"}, ["arn:aws:sns:us-east-1:1:t"]),
    ("sns:Publish", {"TopicArn": "${t}"}, [arn("sns", "*")]),
    ("sns:Publish", {"TopicArn": "arn:aws:sns:${r}:1:t"}, ["arn:aws:sns:*:1:t"]),
    ("elasticloadbalancing:ModifyListener", {"ListenerArn": LISTENER}, [LISTENER]),
    (
        "elasticloadbalancing:SetSubnets",
        {"LoadBalancerArn": "${x}"},
        [arn("elasticloadbalancing", f"loadbalancer/{kind}/*/*") for kind in ("app", "gwy", "net")],
    ),
    (
        "ecs:UpdateService",
        {"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/prod", "service": "web"},
        [arn("ecs", "service/prod/web")],
    ),
    # names that are not the variable's own
    (
        "iam:UpdateAccessKey",
        {"UserName": "bob"},
        ["arn:aws:iam::123456789012:user/*/bob", "arn:aws:iam::123456789012:user/bob"],
    ),
    ("iam:UpdateAccessKey", {"UserName": "${u}"}, ["arn:aws:iam::123456789012:user/*"]),
    ("rds:ModifyDBInstance", {"DBInstanceIdentifier": "p-${x}"}, [arn("rds", "db:p-*")]),
    ("rds:DescribeDBInstances", {}, [arn("rds", "db:*")]),
    ("ecs:RunTask", {"taskDefinition": "web:3"}, [arn("ecs", "task-definition/web:3")]),
    ("ecs:RunTask", {"taskDefinition": "web"}, [arn("ecs", "task-definition/web:*")]),
    (
        "sqs:SendMessage",
        {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q"},
        [arn("sqs", "q")],
    ),
    ("lambda:InvokeFunction", {"FunctionName": "f"}, [arn("lambda", "function:f")]),
    (
        "lambda:InvokeFunction",
        {"FunctionName": "123456789012:function:f", "Qualifier": "live"},
        [arn("lambda", "function:f:live")],
    ),
    (
        "secretsmanager:GetSecretValue",
        {"SecretId": "db/main"},
        [arn("secretsmanager", "secret:db/main-??????")],
    ),
    ("ssm:GetParameter", {"Name": "/a/b"}, [arn("ssm", "parameter/a/b")]),
    (
        "ssm:GetParametersByPath",
        {"Path": "/a/"},
        [arn("ssm", "parameter/a"), arn("ssm", "parameter/a/*")],
    ),
    ("ssm:GetParametersByPath", {"Path": "/"}, [arn("ssm", "parameter/*")]),
    ("kms:EnableKeyRotation", {"KeyId": "alias/x"}, [arn("kms", "key/*")]),
    ("kms:EnableKeyRotation", {"KeyId": "1-2"}, [arn("kms", "key/1-2")]),
    (
        "kms:DeleteAlias",
        {"AliasName": "alias/x"},
        [arn("kms", "alias/x"), arn("kms", "key/*")],
    ),
    (
        "route53:ChangeResourceRecordSets",
        {"HostedZoneId": "/hostedzone/Z1"},
        ["arn:aws:route53:::hostedzone/Z1"],
    ),
    (
        "wafv2:UpdateIPSet",
        {"Name": "n", "Id": "i", "Scope": "REGIONAL"},
        [arn("wafv2", "regional/ipset/n/i")],
    ),
    (
        "autoscaling:SetDesiredCapacity",
        {"AutoScalingGroupName": "g"},
        [arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/g")],
    ),
    ("cloudtrail:UpdateTrail", {"Name": "t"}, [arn("cloudtrail", "trail/t")]),
    ("codepipeline:StartPipelineExecution", {"name": "p"}, [arn("codepipeline", "p")]),
    ("events:DisableRule", {"Name": "r"}, [arn("events", "rule/r")]),
    # what is not one of ours to name
    (
        "organizations:DescribeAccount",
        {"AccountId": "210987654321"},
        ["arn:aws:organizations::*:account/o-*/210987654321"],
    ),
    (
        "states:StartExecution",
        {"stateMachineArn": "${x}", "name": "run-1"},
        [arn("states", "stateMachine:*")],
    ),
    # what IAM judges by another ARN than the reference has
    (
        "logs:PutRetentionPolicy",
        {"logGroupName": "/a"},
        [arn("logs", "log-group:/a"), arn("logs", "log-group:/a:*")],
    ),
    (
        "logs:TagResource",
        {"resourceArn": arn("logs", "log-group:/a")},
        [arn("logs", "log-group:/a")],
    ),
    (
        "ssm:SendCommand",
        {"DocumentName": "AWS-RunShellScript", "Targets": [{"Key": "tag:a"}]},
        [
            ec2("instance/*"),
            "arn:aws:ssm:eu-west-1:*:document/AWS-RunShellScript",
            arn("ssm", "managed-instance/*"),
        ],
    ),
    # so many kinds that they are told by what they have in common
    (
        "ec2:CreateTags",
        {},
        ["arn:aws:ec2::123456789012:*", ec2("*"), "arn:aws:ec2:eu-west-1::*"],
    ),
]


@pytest.mark.parametrize(("action", "parameters", "expected"), CASES)
def test_resources(action: str, parameters: dict[str, Any], expected: list[str]) -> None:
    found = resources(iam.action(action), patterns(parameters), HERE)
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_a_stage_is_somewhere(region: str, partition: str) -> None:
    location = Location.of(
        {
            "schema": 1,
            "stage": "dev",
            "account": "123456789012",
            "region": region,
            "max_mode": "active",
            "params": {},
            "channels": {},
            "escalate": None,
            "approvers": None,
        }
    )
    [found] = resources(iam.action("sns:Publish"), {"TopicArn": "*"}, location)
    assert found == f"arn:{partition}:sns:{region}:123456789012:*"


@pytest.mark.parametrize(
    ("pattern", "other", "expected"),
    [
        ("a", "a", True),
        ("a*", "ab", True),
        ("a*", "a*", True),
        ("*/b", "a/*/b", True),
        ("a", "a*", False),
        ("a?", "ab", False),
        ("a${*}", "ab", False),
    ],
)
def test_covers(pattern: str, other: str, *, expected: bool) -> None:
    assert covers(pattern, other) is expected


PATTERNS = st.lists(st.sampled_from(["a", "b", "*", "${*}", "/"]), max_size=6).map("".join)


@given(pattern=PATTERNS, other=PATTERNS)
def test_covers_as_a_regular_expression_would(pattern: str, other: str) -> None:
    parts = map(re.escape, re.split(r"(?<!\{)\*", pattern))
    same = re.fullmatch(".*".join(parts), other, re.DOTALL)
    assert covers(pattern, other) is (same is not None)


def test_compact_leaves_out_what_is_covered() -> None:
    assert compact(["b/*", "b/c", "a", "a"]) == ("a", "b/*")


def variables(service: str) -> set[str]:
    return {
        f"{service}{kind}:{variable}"
        for name in iam._service(service)["resources"]
        for kind in ("", f":{name}")
        for variable in iam._service(service)["resources"][name]["arn"].split("${")[1:]
        for variable in [variable.partition("}")[0]]
    }


@pytest.mark.parametrize("name", sorted({*PARAMETERS, *TURNS}))
def test_tables_name_variables_that_there_are(name: str) -> None:
    assert name in variables(name.partition(":")[0])


def prefix_of(service: str) -> str | None:
    try:
        return prefix(service)
    except FaultError:
        return None


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_tables_name_parameters_that_there_are(name: str) -> None:
    services = [one for one in SERVICES if prefix_of(one) == name.partition(":")[0]]
    known = {
        member
        for service in services or ["s3control"]
        for operation in models.model(service).operation_names
        if (shape := models.model(service).operation_model(operation).input_shape)
        for member in shape.members
    }
    assert set(PARAMETERS[name]) <= known


def test_tables_name_kinds_that_there_are() -> None:
    assert set(EC2_IDS.values()) <= set(iam._service("ec2")["resources"])
    assert iam.prefixes() >= FOREIGN_ACCOUNT
    for action, kinds in UNNAMED.items():
        assert set(kinds) <= {kind.name for kind in iam.action(action).resources}


def test_an_action_that_iam_does_not_know() -> None:
    assert iam.find("ec2:Fly") is None
    assert iam.find("nowhere:Fly") is None
    with pytest.raises(KeyError, match="IAM's reference has no action ec2:Fly"):
        iam.action("ec2:Fly")
