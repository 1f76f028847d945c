from __future__ import annotations

from typing import Any

import pytest

from chalicelib.events import names
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from tests.eventsource import samples

ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"


def made(source: str, detail_type: str, detail: dict[str, Any], *resources: str) -> Event:
    (event,) = normalise(
        {
            "id": "e-1",
            "detail-type": detail_type,
            "source": source,
            "account": "123456789012",
            "time": "2026-11-02T09:30:00Z",
            "region": "eu-west-1",
            "resources": list(resources),
            "detail": detail,
        }
    )
    return event


def alarm_on(*dimensions: dict[str, Any]) -> Event:
    metrics = [{"expression": "m1+m2"}] + [
        {"metricStat": {"metric": {"namespace": "N", "name": "M", "dimensions": each}}}
        for each in dimensions
    ]
    detail = {
        "alarmName": "a",
        "state": {"value": "ALARM", "timestamp": "2026-11-02T09:30:00.001+0000"},
        "configuration": {"metrics": metrics},
    }
    return made("aws.cloudwatch", "CloudWatch Alarm State Change", detail, ARN)


def call(service: str, name: str, request: object, response: object = None, **more: Any) -> Event:
    record = {
        "eventID": "c-1",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "requestParameters": request,
        "responseElements": response,
    }
    return made(f"aws.{service}", "AWS API Call via CloudTrail", record | more)


def test_an_alarm_unites_the_dimensions_of_its_metrics() -> None:
    event = alarm_on(
        {"InstanceId": "i-1", "Zone": "a"}, {"Device": "xvda", "Zone": "b"}, {"Zone": "c"}
    )
    assert names.alarm(event) == {
        "name": "a",
        "arn": ARN,
        "state": "ALARM",
        "previous": None,
        "reason": None,
        "dimensions": {"InstanceId": "i-1", "Zone": "a", "Device": "xvda"},
        "ambiguous": ["Zone"],
    }


BUCKET = "arn:aws:s3:::orders"
ELB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
EC2 = "arn:aws:ec2:eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("dimensions", "found"),
    [
        ([{"InstanceId": "i-1"}], ("i-1", f"{EC2}:instance/i-1", "ec2:instance")),
        ([{"InstanceId": "i-1"}, {"InstanceId": "i-2"}], ("a", ARN, "cloudwatch:alarm")),
        (
            [{"InstanceId": "i-1", "AutoScalingGroupName": "g"}, {"InstanceId": "i-2"}],
            ("g", None, "autoscaling:autoScalingGroup"),
        ),
        (
            [{"ServiceName": "web", "ClusterName": "prod"}],
            ("prod/web", "arn:aws:ecs:eu-west-1:123456789012:service/prod/web", "ecs:service"),
        ),
        (
            [{"Resource": "orders:live", "FunctionName": "orders"}],
            ("orders", "arn:aws:lambda:eu-west-1:123456789012:function:orders", "lambda:function"),
        ),
        (
            [{"LoadBalancer": "app/web/50dc6c495c0c9188", "TargetGroup": "targetgroup/web/1"}],
            (
                "app/web/50dc6c495c0c9188",
                f"{ELB}:loadbalancer/app/web/50dc6c495c0c9188",
                "elasticloadbalancing:loadbalancer",
            ),
        ),
        (
            [{"QueueName": "jobs"}],
            ("jobs", "arn:aws:sqs:eu-west-1:123456789012:jobs", "sqs:queue"),
        ),
        (
            [{"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"}],
            (
                "orders",
                "arn:aws:states:eu-west-1:123456789012:stateMachine:orders",
                "states:stateMachine",
            ),
        ),
        ([{"Team": "data"}], ("a", ARN, "cloudwatch:alarm")),
        ([], ("a", ARN, "cloudwatch:alarm")),
    ],
)
def test_an_alarm_is_about_what_its_dimensions_name(
    dimensions: list[dict[str, Any]], found: tuple[str | None, ...]
) -> None:
    assert tuple(names.resource(alarm_on(*dimensions)).values()) == found


ROLE = {"type": "Role", "userName": "Admin", "arn": "arn:aws:iam::123456789012:role/Admin"}
ASSUMED = {
    "type": "AssumedRole",
    "principalId": "AROAIDPPEZS35WEXAMPLE:maria",
    "arn": "arn:aws:sts::123456789012:assumed-role/Admin/maria",
    "sessionContext": {"sessionIssuer": ROLE},
}


@pytest.mark.parametrize(
    ("identity", "origin", "expected"),
    [
        (
            {"type": "Root", "arn": "arn:aws:iam::123456789012:root", "userName": "the-alias"},
            "192.0.2.1",
            ("Root", "root", "arn:aws:iam::123456789012:root", None, None, "192.0.2.1"),
        ),
        (
            {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/a/Bob", "userName": "Bob"},
            "2001:db8::1",
            ("IAMUser", "Bob", "arn:aws:iam::123456789012:user/a/Bob", None, None, "2001:db8::1"),
        ),
        (
            {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/a/Bob"},
            "192.0.2.1",
            ("IAMUser", "Bob", "arn:aws:iam::123456789012:user/a/Bob", None, None, "192.0.2.1"),
        ),
        (
            ASSUMED,
            "192.0.2.1",
            ("AssumedRole", "maria", ASSUMED["arn"], "Admin", None, "192.0.2.1"),
        ),
        (
            ASSUMED | {"invokedBy": "autoscaling.amazonaws.com"},
            "autoscaling.amazonaws.com",
            ("AssumedRole", "maria", ASSUMED["arn"], "Admin", "autoscaling.amazonaws.com", None),
        ),
        (
            {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
            "cloudtrail.amazonaws.com",
            (
                "AWSService",
                "cloudtrail.amazonaws.com",
                None,
                None,
                "cloudtrail.amazonaws.com",
                None,
            ),
        ),
        (
            {"type": "AWSAccount", "principalId": "AIDAQRSTUVWXYZEXAMPLE", "accountId": "1"},
            "192.0.2.1",
            ("AWSAccount", "1", None, None, None, "192.0.2.1"),
        ),
        (
            {
                "type": "FederatedUser",
                "principalId": "123456789012:carol",
                "sessionContext": {"sessionIssuer": {"type": "IAMUser", "userName": "Alice"}},
            },
            "192.0.2.1",
            ("FederatedUser", "carol", None, None, None, "192.0.2.1"),
        ),
        (
            {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "544894e8"}},
            "192.0.2.1",
            ("IdentityCenterUser", "544894e8", None, None, None, "192.0.2.1"),
        ),
        (
            {"type": "SAMLUser", "userName": "dave@example.com", "principalId": "p:q"},
            "192.0.2.1",
            ("SAMLUser", "dave@example.com", None, None, None, "192.0.2.1"),
        ),
        (
            {"type": "WebIdentityUser", "userName": "accounts.example.com:1"},
            "192.0.2.1",
            ("WebIdentityUser", "accounts.example.com:1", None, None, None, "192.0.2.1"),
        ),
        (
            {"accountId": "123456789012", "invokedBy": "AWS Internal"},
            "AWS Internal",
            (None, "AWS Internal", None, None, "AWS Internal", None),
        ),
        ({"type": "Unknown"}, None, ("Unknown", None, None, None, None, None)),
        ({}, None, (None, None, None, None, None, None)),
    ],
)
def test_the_actor_is_who_called(
    identity: dict[str, Any], origin: str | None, expected: tuple[str | None, ...]
) -> None:
    actor = names.actor(call("ec2", "X", {}, userIdentity=identity, sourceIPAddress=origin))
    keys = ("type", "name", "arn", "role", "service", "ip")
    assert actor == dict(zip(keys, expected, strict=True))


@pytest.mark.parametrize("identity", [None, "root", [], 7])
def test_what_has_no_caller_has_no_actor(identity: object) -> None:
    assert names.actor(call("ec2", "X", {}, userIdentity=identity)) is None


ITEMS = {"instancesSet": {"items": [{"instanceId": "i-1"}]}}


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (
            call("ec2", "RunInstances", {"instancesSet": {"items": [{"imageId": "ami-1"}]}}, ITEMS),
            ("i-1", f"{EC2}:instance/i-1", "ec2:instance"),
        ),
        (
            call("ec2", "CreateSnapshot", {"volumeId": "vol-1"}, {"snapshotId": "snap-1"}),
            ("snap-1", f"{EC2}:snapshot/snap-1", "ec2:snapshot"),
        ),
        (
            call("ec2", "CreateVolume", {"snapshotId": "snap-1"}, {"volumeId": "vol-1"}),
            ("vol-1", f"{EC2}:volume/vol-1", "ec2:volume"),
        ),
        (
            call("ec2", "CreateSecurityGroup", {"vpcId": "vpc-1"}, {"groupId": "sg-1"}),
            ("sg-1", f"{EC2}:security-group/sg-1", "ec2:security-group"),
        ),
        (
            call("ec2", "CreateSubnet", {"vpcId": "vpc-1"}, {"subnet": {"subnetId": "subnet-1"}}),
            ("subnet-1", f"{EC2}:subnet/subnet-1", "ec2:subnet"),
        ),
        (
            call("ec2", "CreateTags", {"resourcesSet": {"items": [{"resourceId": "vol-1"}]}}),
            ("vol-1", f"{EC2}:volume/vol-1", "ec2:volume"),
        ),
        (call("ec2", "RunInstances", None, None), (None, None, None)),
        (
            call("s3", "CreateBucket", {"bucketName": "i-am"}),
            ("i-am", "arn:aws:s3:::i-am", "s3:bucket"),
        ),
        (
            call("s3", "PutObject", {"bucketName": "b"}, resources=[{"ARN": f"{BUCKET}/a/b"}]),
            ("orders/a/b", f"{BUCKET}/a/b", "s3:object"),
        ),
        (call("iam", "DeleteUser", {"userName": "Bob"}), ("Bob", None, "iam:user")),
        (
            call(
                "iam",
                "CreateUser",
                {"userName": "Bob"},
                {"user": {"arn": "arn:aws:iam::1:user/x/Bob"}},
            ),
            ("Bob", "arn:aws:iam::1:user/x/Bob", "iam:user"),
        ),
        (
            call("iam", "UpdateAccessKey", {"userName": "Bob", "accessKeyId": "AKIA1"}),
            ("AKIA1", None, "iam:access-key"),
        ),
        (
            call(
                "iam",
                "AttachUserPolicy",
                {"policyArn": "arn:aws:iam::aws:policy/P", "userName": "Bob"},
            ),
            ("Bob", None, "iam:user"),
        ),
        (
            call("lambda", "DeleteFunction20150331", {"functionName": "orders"}),
            ("orders", "arn:aws:lambda:eu-west-1:123456789012:function:orders", "lambda:function"),
        ),
        (
            call("sqs", "PurgeQueue", {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/1/jobs"}),
            ("jobs", "arn:aws:sqs:eu-west-1:123456789012:jobs", "sqs:queue"),
        ),
        (
            call(
                "cloudtrail", "StopLogging", {"name": "arn:aws:cloudtrail:eu-west-1:1:trail/main"}
            ),
            ("main", "arn:aws:cloudtrail:eu-west-1:1:trail/main", "cloudtrail:trail"),
        ),
        (call("unheard-of", "Do", {"name": "x"}), (None, None, None)),
        (
            made("shop", "Order Placed", {}, "arn:aws:dynamodb:eu-west-1:1:table/orders"),
            ("orders", "arn:aws:dynamodb:eu-west-1:1:table/orders", "dynamodb:table"),
        ),
        (made("shop", "Order Placed", {}, "order-7"), ("order-7", None, None)),
        (made("shop", "Order Placed", {}, "arn:aws:half"), ("arn:aws:half", None, None)),
        (
            made("shop", "X", {}, "arn:aws:apigateway:eu-west-1::/restapis/a1"),
            ("a1", "arn:aws:apigateway:eu-west-1::/restapis/a1", "apigateway:restapis"),
        ),
        (
            made("shop", "X", {}, "arn:aws:iam::1:root"),
            ("root", "arn:aws:iam::1:root", "iam"),
        ),
        (made("shop", "Order Placed", {}), (None, None, None)),
        (
            made("aws.config", "C", {"resourceType": "AWS::EC2::Instance", "resourceId": "i-1"}),
            ("i-1", f"{EC2}:instance/i-1", "ec2:instance"),
        ),
        (
            made(
                "aws.config", "C", {"resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1"}
            ),
            ("sg-1", f"{EC2}:security-group/sg-1", "ec2:security-group"),
        ),
        (
            made(
                "aws.config", "C", {"resourceType": "AWS::EC2::{id.x}", "resourceId": "{account}"}
            ),
            ("{account}", None, "ec2:{id.x}"),
        ),
        (
            made("aws.config", "C", {"resourceId": "vol-1"}),
            ("vol-1", f"{EC2}:volume/vol-1", "ec2:volume"),
        ),
        (
            made("aws.guardduty", "GuardDuty Finding", {"resource": {"resourceType": "New"}}),
            (None, None, None),
        ),
    ],
)
def test_the_resource_is_what_the_event_is_about(
    event: Event, found: tuple[str | None, ...]
) -> None:
    assert tuple(names.resource(event).values()) == found
    assert list(names.resource(event)) == ["id", "arn", "type"]


def test_only_an_alarm_has_an_alarm() -> None:
    alarms = {name for name in samples.NAMES if names.alarm(samples.event(name))}
    named = {name for name in samples.NAMES if name.startswith("cloudwatch-alarm")}
    assert alarms == named - {"cloudwatch-alarm-configuration-change"}
