"""What a call touches, as ways to its ARNs: an open place is `{parameter}`, with its turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.actions import TABLE, find
from chalicelib.guards import naming
from chalicelib.guards.touching import Unclear, touched
from chalicelib.plan import Touched, Way
from opsloop.aws import iam, models
from opsloop.aws.arn_values import TURNS as JUDGED
from opsloop.aws.calling import Call
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.operations import Operation, operation
from opsloop.aws.patterns import covers
from opsloop.aws.permissions import statements
from opsloop.aws.touches import BESIDE, TURNS, of_action, of_call

X, Y = "${event.x}", "${event.y}"
HERE = "${Partition}", "${Region}", "${Account}"


def told(way: Way) -> str:
    """`arn:P:ec2:R:A:instance/{InstanceIds.0}`."""
    text = ""
    for part in way:
        if isinstance(part, str):
            text += part
            continue
        turn = f" {part['turn']}" if "turn" in part else ""
        text += f"{{{'.'.join(map(str, part['at']))}{turn}}}"
    for name in HERE:
        text = text.replace(name, name[2])
    return text


def listed(touches: list[Touched] | None) -> list[tuple[str, ...]]:
    """The role, the ways, and what else it may be called."""
    return [
        (
            one["role"],
            *map(told, one["ways"]),
            *(f"also {told(way)}" for way in one.get("also", [])),
        )
        for one in touches or []
    ]


@pytest.mark.parametrize(
    ("do", "parameters", "expected"),
    [
        (
            "ec2.stop_instances",
            {"InstanceIds": [X, "i-1"]},
            [
                ("changes", "arn:P:ec2:R:A:instance/{InstanceIds.0}"),
                ("changes", "arn:P:ec2:R:A:instance/i-1"),
            ],
        ),
        (
            "ec2.stop_instances",
            {"InstanceIds": X},
            [("changes", "arn:P:ec2:R:A:instance/{InstanceIds}")],
        ),
        (
            "ec2.create_tags",
            {"Resources": [f"{X}", "vol-1"], "Tags": []},
            [
                ("changes", "arn:P:ec2:R:A:{Resources.0 ec2 id}"),
                ("changes", "arn:P:ec2:R:A:volume/vol-1"),
            ],
        ),
        # what it makes has no name yet
        ("ec2.create_snapshot", {"VolumeId": X}, [("changes", "arn:P:ec2:R:A:volume/{VolumeId}")]),
        ("sns.create_topic", {"Name": X}, [("makes", "arn:P:sns:R:A:{Name}")]),
        (
            "rds.create_db_snapshot",
            {"DBInstanceIdentifier": X, "DBSnapshotIdentifier": f"{X}-{Y}"},
            [
                ("changes", "arn:P:rds:R:A:db:{DBInstanceIdentifier lower case}"),
                ("makes", "arn:P:rds:R:A:snapshot:{DBSnapshotIdentifier lower case}"),
            ],
        ),
        # what it only uses
        (
            "ec2.modify_instance_attribute",
            {"InstanceId": X, "Groups": [Y]},
            [
                ("changes", "arn:P:ec2:R:A:instance/{InstanceId}"),
                ("uses", "arn:P:ec2:R:A:security-group/{Groups.0}"),
            ],
        ),
        (
            "ec2.authorize_security_group_ingress",
            {"GroupId": X},
            [("changes", "arn:P:ec2:R:A:security-group/{GroupId}")],
        ),
        (
            "rds.modify_db_instance",
            {"DBInstanceIdentifier": X, "DBParameterGroupName": "p"},
            [
                ("changes", "arn:P:rds:R:A:db:{DBInstanceIdentifier lower case}"),
                ("uses", "arn:P:rds:R:A:pg:p"),
            ],
        ),
        # ways for one value
        (
            "ssm.send_command",
            {"InstanceIds": [X], "DocumentName": "AWS-RunShellScript"},
            [
                ("uses", "arn:P:ssm:R:*:document/AWS-RunShellScript"),
                (
                    "changes",
                    "arn:P:ec2:R:A:instance/{InstanceIds.0 ec2 instance}",
                    "arn:P:ssm:R:A:managed-instance/{InstanceIds.0 managed instance}",
                ),
            ],
        ),
        (
            "elbv2.modify_listener",
            {"ListenerArn": X},
            [
                (
                    "changes",
                    "arn:P:elasticloadbalancing:R:A:listener/app/*/*/{ListenerArn}",
                    "arn:P:elasticloadbalancing:R:A:listener/gwy/*/*/{ListenerArn}",
                    "arn:P:elasticloadbalancing:R:A:listener/net/*/*/{ListenerArn}",
                )
            ],
        ),
        ("rds.add_tags_to_resource", {"ResourceName": X}, [("changes", "{ResourceName an ARN}")]),
        # names that their ARN has otherwise
        (
            "iam.detach_role_policy",
            {"RoleName": X, "PolicyArn": Y},
            [
                (
                    "changes",
                    "arn:P:iam::A:role/{RoleName}",
                    "also arn:P:iam::A:role/*/{RoleName}",
                )
            ],
        ),
        (
            "logs.put_retention_policy",
            {"logGroupName": X},
            [
                (
                    "changes",
                    "arn:P:logs:R:A:log-group:{logGroupName}",
                    "also arn:P:logs:R:A:log-group:{logGroupName}:*",
                )
            ],
        ),
        ("sqs.purge_queue", {"QueueUrl": X}, [("changes", "arn:P:sqs:R:A:{QueueUrl queue}")]),
        (
            "lambda.put_function_concurrency",
            {"FunctionName": X},
            [("changes", "arn:P:lambda:R:A:function:{FunctionName function}")],
        ),
        (
            "organizations.detach_policy",
            {"PolicyId": X, "TargetId": Y},
            [("changes", "arn:P:organizations::*:policy/o-*/*/{PolicyId}")],
        ),
        # what no parameter tells
        (
            "ecs.update_service",
            {"service": X},
            [("changes", "arn:P:ecs:R:A:service/*/{service}")],
        ),
        (
            "autoscaling.set_desired_capacity",
            {"AutoScalingGroupName": X},
            [
                (
                    "changes",
                    (
                        "arn:P:autoscaling:R:A:autoScalingGroup:*:autoScalingGroupName/"
                        "{AutoScalingGroupName}"
                    ),
                )
            ],
        ),
        # what IAM does not judge it by, and what ends all the same
        (
            "autoscaling.terminate_instance_in_auto_scaling_group",
            {"InstanceId": X, "ShouldDecrementDesiredCapacity": True},
            [
                ("changes", "arn:P:autoscaling:R:A:autoScalingGroup:*:autoScalingGroupName/*"),
                ("uses", "arn:P:ec2:R:A:instance/{InstanceId}"),
            ],
        ),
        (
            "autoscaling.detach_instances",
            {
                "AutoScalingGroupName": "web",
                "InstanceIds": [X, "i-1"],
                "ShouldDecrementDesiredCapacity": True,
            },
            [
                ("changes", "arn:P:autoscaling:R:A:autoScalingGroup:*:autoScalingGroupName/web"),
                ("uses", "arn:P:ec2:R:A:instance/{InstanceIds.0}"),
                ("uses", "arn:P:ec2:R:A:instance/i-1"),
            ],
        ),
        (
            "s3.delete_objects",
            {"Bucket": X, "Delete": {"Objects": [{"Key": Y}, {"Key": "a"}]}},
            [
                ("changes", "arn:P:s3:::{Bucket}/{Delete.Objects.0.Key}"),
                ("changes", "arn:P:s3:::{Bucket}/a"),
            ],
        ),
        ("s3.delete_objects", {"Bucket": X, "Delete": Y}, [("changes", "arn:P:s3:::{Bucket}/*")]),
        # reading a source is no effect
        (
            "s3.copy_object",
            {"Bucket": X, "Key": "k", "CopySource": Y},
            [("changes", "arn:P:s3:::{Bucket}/k")],
        ),
        ("events.put_events", {"Entries": [{}]}, [("changes", "arn:P:events:R:A:event-bus/*")]),
        ("cloudwatch.put_metric_data", {"Namespace": X}, []),
        ("sns.publish", {"PhoneNumber": X}, []),
        ("sns.publish", {"TopicArn": X}, [("changes", "arn:P:sns:R:A:{TopicArn}")]),
    ],
)
def test_what_a_call_touches(
    do: str, parameters: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    service, _, method = do.partition(".")
    assert listed(of_call(service, method, parameters)) == expected


@pytest.mark.parametrize(
    ("do", "parameters"),
    [
        ("ec2.modify_default_credit_specification", {"InstanceFamily": X}),
        ("ec2.create_tags", {"Resources": [X, "thing-1"]}),
        ("guardduty.archive_findings", {"DetectorId": X}),
    ],
)
def test_what_nobody_can_tell(do: str, parameters: dict[str, Any]) -> None:
    service, _, method = do.partition(".")
    with pytest.raises(FaultError) as caught:
        of_call(service, method, parameters)
    assert caught.value.fault.found == (
        f"aws.{do}, of which nobody can tell beforehand what it touches"
    )


@pytest.mark.parametrize(
    ("do", "parameters", "expected"),
    [
        (
            "ec2.quarantine_instance",
            {"instance": X, "detach": True},
            [("changes", "arn:P:ec2:R:A:instance/{instance}")],
        ),
        (
            "ecs.force_deployment",
            {"cluster": "shop", "service": X},
            [("changes", "arn:P:ecs:R:A:service/shop/{service}")],
        ),
        (
            "iam.disable_access_key",
            {"user": X, "access_key": Y},
            [("changes", "arn:P:iam::A:user/{user}", "also arn:P:iam::A:user/*/{user}")],
        ),
        ("s3.block_public_access", {"bucket": X}, [("changes", "arn:P:s3:::{bucket}")]),
        (
            "tags.apply",
            {"service": "ec2", "resources": [X, "arn:aws:ec2:r:1:vpc/v"], "tags": {}},
            [("changes", "{resources.0 an ARN}"), ("changes", "arn:aws:ec2:r:1:vpc/v")],
        ),
        ("notify", {"to": "pager", "title": X}, []),
        ("http.post", {"url": X}, []),
    ],
)
def test_what_a_curated_action_touches(
    do: str, parameters: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    assert listed(of_action(find(do), parameters)) == expected


def test_every_action_with_an_effect_says_what_it_touches() -> None:
    silent = [name for name in TABLE if find(name).effect != "read" and find(name).touches == ()]
    assert silent == ["http.post", "http.request", "notify"]


def test_every_turn_has_its_like_on_the_run_side() -> None:
    assert TURNS.keys() == JUDGED.keys()
    assert set(TURNS.values()) <= naming.TURNS.keys()


# Laws: what the run side holds and what the policy allows are told from the same.

#: those whose names are enough
SERVICES = """
    apigateway autoscaling cloudformation cloudwatch codebuild dynamodb ec2 ecs eks elasticache
    elbv2 events guardduty iam kms lambda logs rds redshift route53 s3 sns sqs ssm stepfunctions
    wafv2
"""
LOCATION = Location("aws", "123456789012", "eu-west-1")
HOME = naming.Home("aws", "eu-west-1", "123456789012")


#: what IAM does not judge such a call by (`touches.BESIDE`)
BESIDE_ALLOWED = ["arn:aws:ec2:eu-west-1:123456789012:instance/*"]


def effects(service: str) -> Iterator[Operation]:
    for method in sorted(models.methods(service)):
        found = operation(service, method)
        if not found.reads:
            yield found


def given(called: Operation) -> dict[str, Any]:
    """A name for each parameter that it must have, as far as those are names."""
    found: dict[str, Any] = {}
    members = called.input.members if called.input else {}
    for name in called.input.required_members if called.input else ():
        if members[name].type_name == "string":
            found[name] = "abc-1"
        elif members[name].type_name == "list":
            found[name] = ["abc-1"]
    return found


def open_places(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: [X] if isinstance(one, list) else X for name, one in parameters.items()}


def test_iam_knows_the_calls_that_act_on_instances_beside_their_group() -> None:
    assert [name for name in BESIDE if iam.find(name) is None] == []


@pytest.mark.parametrize("service", SERVICES.split())
def test_what_a_call_touches_is_within_what_its_policy_allows(service: str) -> None:
    compared = 0
    for called in effects(service):
        parameters = given(called)
        try:
            touches = of_call(service, called.method, open_places(parameters)) or []
            needed = statements(Call(service, called.method, parameters), LOCATION)
            resources = touched(touches, parameters, HOME)
        except (FaultError, Unclear):
            continue  # refused at the desk, or by the function: nothing is done
        allowed = [arn for one in needed for arn in one.resources]
        allowed += BESIDE_ALLOWED if service == "autoscaling" else []
        outside = [one for one in resources if not any(covers(arn, one.arn) for arn in allowed)]
        assert (called.do, outside) == (called.do, [])
        compared += 1
    assert compared > 3


def test_what_an_id_begins_with_is_not_put_twice() -> None:
    call = Call("organizations", "delete_policy", {"PolicyId": "p-abc"})
    (needed,) = statements(call, LOCATION)
    assert needed.resources == {"arn:aws:organizations::*:policy/o-*/*/p-abc"}
