"""What a call touches, told from its parameters: whole, or not at all."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.globs import arn_fits, is_open
from chalicelib.guards.naming import Home
from chalicelib.guards.touching import Resource, Unclear, touched
from chalicelib.plan import Place, Touched, Way

HOME = Home("aws", "eu-west-1", "123456789012")
HERE = "eu-west-1:123456789012"


def place(*at: str | int, turn: str | None = None) -> Place:
    return {"at": list(at), "turn": turn} if turn else {"at": list(at)}


def way(service: str, *parts: str | Place, region: str = "${Region}") -> Way:
    return [f"arn:${{Partition}}:{service}:{region}:${{Account}}:", *parts]


def one(*ways: Way, also: list[Way] | None = None) -> list[Touched]:
    return [{"role": "changes", "ways": list(ways), "also": also or []}]


def arns(touches: list[Touched], **parameters: Any) -> list[str]:
    return [found.arn for found in touched(touches, parameters, HOME)]


INSTANCES = one(way("ec2", "instance/", place("InstanceIds")))
SERVICE = one(way("ecs", "service/", place("cluster"), "/", place("service")))
TAGGED = one(way("ec2", place("Resources", turn="ec2 id")))
NODES = one(
    way("ec2", "instance/", place("Ids", turn="ec2 instance")),
    way("ssm", "managed-instance/", place("Ids", turn="managed instance")),
)
QUEUE = one(way("sqs", place("QueueUrl", turn="queue")))
GROUP = one(
    way("autoscaling", "autoScalingGroup:*:autoScalingGroupName/", place("AutoScalingGroupName"))
)
TASKS = one(
    way(
        "ecs",
        "task-definition/",
        place("task", turn="family"),
        ":",
        place("task", turn="revision"),
    )
)
LISTENER = one(
    way("elasticloadbalancing", "listener/app/*/*/", place("ListenerArn")),
    way("elasticloadbalancing", "listener/net/*/*/", place("ListenerArn")),
)
FUNCTION = one(way("lambda", "function:", place("FunctionName", turn="function")))
DATABASE = one(way("rds", "db:", place("DBInstanceIdentifier", turn="lower case")))
SECRET = one(way("secretsmanager", "secret:", place("SecretId", turn="secret")))
KEY = one(way("kms", "key/", place("KeyId", turn="key")))
PARAMETER = one(way("ssm", "parameter/", place("Name", turn="no leading slash")))
ZONE = one(["arn:${Partition}:route53:::hostedzone/", place("Id", turn="after the last slash")])
ANY = one([place("resources", turn="an ARN")])


@pytest.mark.parametrize(
    ("touches", "parameters", "expected"),
    [
        (INSTANCES, {"InstanceIds": "i-1"}, [f"arn:aws:ec2:{HERE}:instance/i-1"]),
        (
            INSTANCES,
            {"InstanceIds": ["i-1", ["i-2"], "i-1"]},
            [f"arn:aws:ec2:{HERE}:instance/i-1", f"arn:aws:ec2:{HERE}:instance/i-2"],
        ),
        (SERVICE, {"cluster": "a", "service": "b"}, [f"arn:aws:ecs:{HERE}:service/a/b"]),
        (
            SERVICE,
            {"cluster": f"arn:aws:ecs:{HERE}:cluster/a", "service": "b"},
            [f"arn:aws:ecs:{HERE}:service/a/b"],
        ),
        (
            SERVICE,
            {"cluster": "other", "service": f"arn:aws:ecs:{HERE}:service/a/b"},
            [f"arn:aws:ecs:{HERE}:service/a/b"],
        ),
        (
            TAGGED,
            {"Resources": ["i-1", "vol-2"]},
            [f"arn:aws:ec2:{HERE}:instance/i-1", f"arn:aws:ec2:{HERE}:volume/vol-2"],
        ),
        (NODES, {"Ids": ["i-1"]}, [f"arn:aws:ec2:{HERE}:instance/i-1"]),
        (NODES, {"Ids": ["mi-1"]}, [f"arn:aws:ssm:{HERE}:managed-instance/mi-1"]),
        (
            QUEUE,
            {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q"},
            [f"arn:aws:sqs:{HERE}:q"],
        ),
        (
            GROUP,
            {"AutoScalingGroupName": "web"},
            [f"arn:aws:autoscaling:{HERE}:autoScalingGroup:*:autoScalingGroupName/web"],
        ),
        (TASKS, {"task": "web:3"}, [f"arn:aws:ecs:{HERE}:task-definition/web:3"]),
        (TASKS, {"task": "web"}, [f"arn:aws:ecs:{HERE}:task-definition/web:*"]),
        (
            LISTENER,
            {"ListenerArn": f"arn:aws:elasticloadbalancing:{HERE}:listener/net/a/b/c"},
            [f"arn:aws:elasticloadbalancing:{HERE}:listener/net/a/b/c"],
        ),
        (FUNCTION, {"FunctionName": "tidy:live"}, [f"arn:aws:lambda:{HERE}:function:tidy:live"]),
        (DATABASE, {"DBInstanceIdentifier": "Orders"}, [f"arn:aws:rds:{HERE}:db:orders"]),
        (
            DATABASE,
            {"DBInstanceIdentifier": f"arn:aws:rds:{HERE}:db:Orders"},
            [f"arn:aws:rds:{HERE}:db:orders"],
        ),
        (
            SECRET,
            {"SecretId": f"arn:aws:secretsmanager:{HERE}:secret:db-Ab1234"},
            [f"arn:aws:secretsmanager:{HERE}:secret:db-Ab1234"],
        ),
        (PARAMETER, {"Name": "/a/b"}, [f"arn:aws:ssm:{HERE}:parameter/a/b"]),
        (ZONE, {"Id": "/hostedzone/Z1"}, ["arn:aws:route53:::hostedzone/Z1"]),
        (ANY, {"resources": ["arn:aws:s3:::a"]}, ["arn:aws:s3:::a"]),
        (one(["arn:${Partition}:s3:::logs"]), {}, ["arn:aws:s3:::logs"]),
    ],
)
def test_the_arns_of_a_call(
    touches: list[Touched], parameters: dict[str, Any], expected: list[str]
) -> None:
    assert arns(touches, **parameters) == expected


@pytest.mark.parametrize(
    ("touches", "parameters", "reason"),
    [
        (INSTANCES, {"InstanceIds": []}, "InstanceIds is an empty list"),
        (INSTANCES, {"InstanceIds": {"a": 1}}, "InstanceIds is dict, not a name"),
        (INSTANCES, {"InstanceIds": [True]}, "InstanceIds is bool, not a name"),
        (INSTANCES, {"InstanceIds": ["i-1", ""]}, "InstanceIds is '', which is no name"),
        (INSTANCES, {"InstanceIds": ["i-*"]}, "InstanceIds is 'i-*', with a wildcard"),
        (INSTANCES, {"InstanceIds": "i-1\n"}, "InstanceIds is 'i-1\\n', which is no name"),
        (
            INSTANCES,
            {"InstanceIds": "arn:aws:ec2:eu-west-1:999999999999:instance/i-1"},
            (
                "InstanceIds 'arn:aws:ec2:eu-west-1:999999999999:instance/i-1' names no instance "
                "of this account"
            ),
        ),
        (
            INSTANCES,
            {"InstanceIds": f"arn:aws:ec2:{HERE}:volume/vol-1"},
            f"InstanceIds 'arn:aws:ec2:{HERE}:volume/vol-1' names no instance of this account",
        ),
        (
            SERVICE,
            {"cluster": "a/b", "service": "c"},
            "cluster 'a/b', service 'c' names no service of this account",
        ),
        (
            SERVICE,
            {"cluster": "arn:aws:ecs:eu-west-1:999999999999:cluster/a", "service": "c"},
            (
                "cluster 'arn:aws:ecs:eu-west-1:999999999999:cluster/a', service 'c' "
                "names no service of this account"
            ),
        ),
        (
            TAGGED,
            {"Resources": ["thing-1"]},
            "Resources 'thing-1' names no resource of this account",
        ),
        (
            QUEUE,
            {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/999999999999/q"},
            (
                "QueueUrl 'https://sqs.eu-west-1.amazonaws.com/999999999999/q' names no resource "
                "of this account"
            ),
        ),
        (
            FUNCTION,
            {"FunctionName": "999999999999:function:tidy"},
            "FunctionName '999999999999:function:tidy' names no function of this account",
        ),
        (
            FUNCTION,
            {"FunctionName": "999999999999:tidy"},
            "FunctionName '999999999999:tidy' names no function of this account",
        ),
        (
            FUNCTION,
            {"FunctionName": "us-east-1:tidy"},
            "FunctionName 'us-east-1:tidy' names no function of this account",
        ),
        # Lambda takes this for `tidy`
        (
            FUNCTION,
            {"FunctionName": "function:tidy"},
            "FunctionName 'function:tidy' names no function of this account",
        ),
        (INSTANCES, {"InstanceIds": "i-1 "}, "InstanceIds is 'i-1 ', which is no name"),
        (
            QUEUE,
            {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/a/123456789012/q"},
            (
                "QueueUrl 'https://sqs.eu-west-1.amazonaws.com/123456789012/a/123456789012/q' "
                "names no resource of this account"
            ),
        ),
        (
            QUEUE,
            {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/a#/123456789012/q"},
            (
                "QueueUrl 'https://sqs.eu-west-1.amazonaws.com/123456789012/a#/123456789012/q' "
                "names no resource of this account"
            ),
        ),
        (SECRET, {"SecretId": "db"}, "SecretId 'db' names no secret of this account"),
        (
            SECRET,
            {"SecretId": f"arn:aws:secretsmanager:{HERE}:secret:db"},
            f"SecretId 'arn:aws:secretsmanager:{HERE}:secret:db' names no secret of this account",
        ),
        (KEY, {"KeyId": "alias/a"}, "KeyId 'alias/a' names no key of this account"),
        (ANY, {"resources": ["bucket"]}, "resources 'bucket' names no resource of this account"),
        (
            ANY,
            {"resources": ["arn:aws:sqs:eu-west-1:999999999999:q"]},
            "resources 'arn:aws:sqs:eu-west-1:999999999999:q' names no resource of this account",
        ),
        ([], {}, "a call that names no resource"),
        (
            INSTANCES,
            {"InstanceIds": [f"i-{n}" for n in range(1_001)]},
            "more than 1,000 resources in one call",
        ),
    ],
)
def test_what_cannot_be_told_is_unclear(
    touches: list[Touched], parameters: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unclear) as caught:
        touched(touches, parameters, HOME)
    assert str(caught.value) == reason


def test_other_names_of_the_same_go_with_it() -> None:
    role = place("RoleName")
    touches = one(
        ["arn:${Partition}:iam::${Account}:role/", role],
        also=[["arn:${Partition}:iam::${Account}:role/*/", role]],
    )
    account = "arn:aws:iam::123456789012:role"
    assert touched(touches, {"RoleName": "a"}, HOME) == [
        Resource(f"{account}/a", "changes", (f"{account}/*/a",))
    ]
    whole = f"{account}/svc/a"
    assert touched(touches, {"RoleName": whole}, HOME) == [Resource(whole, "changes")]


MACHINE = one([place("stateMachineArn")])


@pytest.mark.parametrize(
    ("touches", "name", "own", "also"),
    [
        (FUNCTION, "a:$LATEST", f"lambda:{HERE}:function:a:$LATEST", f"lambda:{HERE}:function:a"),
        (
            MACHINE,
            f"arn:aws:states:{HERE}:stateMachine:a:live",
            f"states:{HERE}:stateMachine:a:live",
            f"states:{HERE}:stateMachine:a",
        ),
        # it may be whole, and it may be the beginning of `db-secret-Ab1234`
        (
            SECRET,
            f"arn:aws:secretsmanager:{HERE}:secret:db-secret",
            f"secretsmanager:{HERE}:secret:db-secret",
            f"secretsmanager:{HERE}:secret:db-secret-??????",
        ),
    ],
)
def test_a_version_is_of_its_resource(
    touches: list[Touched], name: str, own: str, also: str
) -> None:
    (path,) = [str(part["at"][0]) for part in touches[0]["ways"][0] if not isinstance(part, str)]
    found = touched(touches, {path: name}, HOME)
    assert found == [Resource(f"arn:aws:{own}", "changes", (f"arn:aws:{also}",))]


@given(st.one_of(st.text(max_size=30), st.text(string.printable, max_size=60)))
def test_no_value_leaves_its_place(value: str) -> None:
    assume(not value.startswith("arn:"))
    try:
        found = arns(SERVICE, cluster=value, service="checkout")
    except Unclear:
        return
    assert found == [f"arn:aws:ecs:{HERE}:service/{value}/checkout"]
    assert {"/", ":"}.isdisjoint(value)
    assert not is_open(found[0])


@given(st.text(":/*?arnws123eci-", max_size=60))
def test_an_arn_as_a_value_is_of_this_account_and_kind_or_nothing(value: str) -> None:
    try:
        (found,) = arns(INSTANCES, InstanceIds=f"arn:{value}")
    except Unclear:
        return
    assert arn_fits(found, "arn:aws:ec2:*:123456789012:instance/*")
