"""Operations of boto3's, and what it means to repeat them."""

from __future__ import annotations

import pytest

from opsloop.aws import effects, models
from opsloop.aws.faults import FaultError
from opsloop.aws.operations import Paginator, operation
from opsloop.problems import Fault


@pytest.mark.parametrize(
    ("service", "method", "fault"),
    [
        (
            "elasticloadbalancing",
            "describe_load_balancers",
            Fault(
                "the service 'elasticloadbalancing', which boto3 does not have",
                "boto3's name of a service: elb or elbv2",
                offset=4,
            ),
        ),
        (
            "states",
            "start_execution",
            Fault(
                "the service 'states', which boto3 does not have",
                "boto3's name of a service: stepfunctions",
                offset=4,
            ),
        ),
        (
            "dynamdb",
            "get_item",
            Fault(
                "the service 'dynamdb', which boto3 does not have",
                "boto3's name of a service: dynamodb",
                offset=4,
            ),
        ),
        (
            "zzz",
            "get_item",
            Fault(
                "the service 'zzz', which boto3 does not have",
                "boto3's name of a service: `opsloop actions aws` lists them",
                offset=4,
            ),
        ),
        (
            "ec2",
            "StopInstances",
            Fault(
                "the operation 'StopInstances', which boto3's ec2 does not have",
                "stop_instances",
                "aws.ec2.stop_instances",
                offset=8,
            ),
        ),
        (
            "ec2",
            "stop_instance",
            Fault(
                "the operation 'stop_instance', which boto3's ec2 does not have",
                "stop_instances",
                "aws.ec2.stop_instances",
                offset=8,
            ),
        ),
        (
            "s3",
            "fly",
            Fault(
                "the operation 'fly', which boto3's s3 does not have",
                "a method of boto3's s3 client",
                offset=7,
            ),
        ),
    ],
)
def test_unknown_names(service: str, method: str, fault: Fault) -> None:
    with pytest.raises(FaultError) as caught:
        operation(service, method)
    assert caught.value.fault == fault


def test_an_operation_knows_its_names_and_shapes() -> None:
    found = operation("rds", "modify_db_instance")
    assert (found.do, found.name) == ("aws.rds.modify_db_instance", "ModifyDBInstance")
    assert found.input is not None
    assert found.input.required_members == ["DBInstanceIdentifier"]
    assert found.output is not None
    assert list(found.output.members) == ["DBInstance"]  # type: ignore[attr-defined]
    assert operation("ec2", "delete_volume").output is None


@pytest.mark.parametrize(
    ("service", "method", "paginator"),
    [
        ("ec2", "describe_instances", Paginator(("NextToken",), "MaxResults", ("Reservations",))),
        (
            "s3",
            "list_object_versions",
            Paginator(
                ("KeyMarker", "VersionIdMarker"),
                "MaxKeys",
                ("Versions", "DeleteMarkers", "CommonPrefixes"),
            ),
        ),
        ("ec2", "stop_instances", None),
        ("sts", "get_caller_identity", None),
    ],
)
def test_paginators(service: str, method: str, paginator: Paginator | None) -> None:
    assert operation(service, method).paginator == paginator


EFFECTS = [
    (
        "read",
        None,
        ["ec2.describe_instances", "s3.get_object", "s3.list_buckets", "s3.head_object"],
    ),
    ("read", None, ["dynamodb.query", "cloudtrail.lookup_events", "logs.get_query_results"]),
    ("token", "ClientToken", ["ec2.run_instances", "ec2.create_volume", "efs.create_access_point"]),
    ("token", "clientToken", ["ecs.run_task"]),
    ("token", "ClientRequestToken", ["dynamodb.transact_write_items"]),
    ("idempotent", None, ["ec2.stop_instances", "ec2.start_instances", "ec2.terminate_instances"]),
    ("idempotent", None, ["ec2.create_tags", "rds.modify_db_instance", "s3.put_object"]),
    ("idempotent", None, ["iam.update_access_key", "s3.put_public_access_block"]),
    ("idempotent", None, ["lambda.put_function_concurrency", "ecs.update_service"]),
    ("idempotent", None, ["autoscaling.set_desired_capacity", "dynamodb.put_item"]),
    ("idempotent", None, ["kms.schedule_key_deletion"]),
    ("once", None, ["ec2.reboot_instances", "ec2.create_snapshot", "ec2.allocate_address"]),
    ("once", None, ["sns.publish", "sqs.send_message", "lambda.invoke", "events.put_events"]),
    ("once", None, ["kinesis.put_record", "firehose.put_record_batch", "ssm.send_command"]),
    ("once", None, ["dynamodb.update_item", "cloudwatch.put_metric_data", "sqs.receive_message"]),
    ("once", None, ["rds.failover_db_cluster", "rds.create_db_snapshot", "ses.send_email"]),
    ("once", None, ["autoscaling.execute_policy", "autoscaling.start_instance_refresh"]),
    ("once", None, ["codebuild.start_build_batch", "stepfunctions.start_execution"]),
]


@pytest.mark.parametrize(
    ("name", "effect", "token"),
    [(name, effect, token) for effect, token, names in EFFECTS for name in names],
)
def test_effects(name: str, effect: str, token: str | None) -> None:
    service, method = name.split(".")
    found = operation(service, method)
    assert (found.effect, found.token) == (effect, token)


@pytest.mark.parametrize(
    "name", sorted(effects._SETTLES_AFTER_ALL | effects._ONCE_AFTER_ALL), ids=str
)
def test_an_exception_is_an_operation_that_its_verb_would_judge_otherwise(name: str) -> None:
    service, method = name.split(".")
    found = operation(service, method)
    assert (found.reads, found.token) == (False, None)
    settles = effects._verb(method) in effects._SETTLES
    assert settles == (name in effects._ONCE_AFTER_ALL)


def test_every_operation_of_a_service_can_be_asked() -> None:
    for service in ("ec2", "s3", "lambda", "iam"):
        asked = [operation(service, method) for method in models.methods(service)]
        assert {one.effect for one in asked} <= {"read", "idempotent", "token", "once"}
        assert {one.name for one in asked} == set(models.model(service).operation_names)
