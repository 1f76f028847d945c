from typing import Any

import pytest

from chalicelib.actions.base import WouldCall
from chalicelib.errors import StepError
from tests.actions.world import ACCOUNT, REGION, World


def _arn(name: str, service: str = "ec2") -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:instance/{name}"


def _instances(aws: World, count: int) -> list[str]:
    answer = aws.client("ec2").run_instances(ImageId="ami-1", MinCount=count, MaxCount=count)
    return [one["InstanceId"] for one in answer["Instances"]]


def _do(aws: World, arns: list[str], **given: Any) -> Any:
    wanted = {"service": "ec2", "resources": arns, "tags": {"owner": "me"}} | given
    return aws.do("tags.apply", wanted)


def test_tags_resources_and_keeps_other_tags(aws: World) -> None:
    (name,) = _instances(aws, 1)
    ec2 = aws.client("ec2")
    ec2.create_tags(Resources=[name], Tags=[{"Key": "kept", "Value": "1"}])
    assert _do(aws, [_arn(name), _arn(name)]) == {"tagged": [_arn(name)]}
    tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [name]}])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"kept": "1", "owner": "me"}


def test_twenty_at_once(aws: World) -> None:
    calls = aws.answer("resource-groups-tagging-api", "TagResources", {"FailedResourcesMap": {}})
    arns = [_arn(f"i-{number}") for number in range(45)]
    assert _do(aws, arns) == {"tagged": arns}
    assert [len(call["ResourceARNList"]) for call in calls] == [20, 20, 5]


@pytest.mark.parametrize(
    ("failed", "message", "retryable"),
    [
        (
            {"i-1": (400, "InvalidParameterException", "no permission")},
            f"InvalidParameterException: 1 of 2 not tagged: {_arn('i-1')}: no permission",
            False,
        ),
        (
            {
                "i-1": (500, "InternalServiceException", "try later"),
                "i-2": (503, "InternalServiceException", "try later"),
            },
            (f"InternalServiceException: 2 of 2 not tagged: {_arn('i-1')}: try later, and 1 more"),
            True,
        ),
        (
            {
                "i-1": (500, "InternalServiceException", "try later"),
                "i-2": (400, "InvalidParameterException", "no"),
            },
            (f"InternalServiceException: 2 of 2 not tagged: {_arn('i-1')}: try later, and 1 more"),
            False,
        ),
    ],
)
def test_a_resource_that_was_not_tagged_is_a_failure(
    aws: World, failed: dict[str, tuple[int, str, str]], message: str, *, retryable: bool
) -> None:
    names = ("StatusCode", "ErrorCode", "ErrorMessage")
    answer = {_arn(name): dict(zip(names, why, strict=True)) for name, why in failed.items()}
    aws.answer("resource-groups-tagging-api", "TagResources", {"FailedResourcesMap": answer})
    with pytest.raises(StepError) as raised:
        _do(aws, [_arn("i-1"), _arn("i-2")])
    assert (str(raised.value), raised.value.retryable) == (message, retryable)


@pytest.mark.parametrize("arn", [_arn("i-1", "rds"), "i-1", "arn:aws:ec2", ""])
def test_only_resources_of_the_service(aws: World, arn: str) -> None:
    with pytest.raises(StepError) as raised:
        _do(aws, [_arn("i-1"), arn])
    assert str(raised.value) == (
        f"InvalidARN: found {arn!r}; expected the ARN of a resource of ec2"
    )
    assert aws.sent == []


def test_a_dry_run_tags_nothing(aws: World) -> None:
    given = {"service": "ec2", "resources": [_arn("i-1")], "tags": {"a": "b"}}
    with pytest.raises(WouldCall) as raised:
        aws.do("tags.apply", given, aws.tools(dry_run=True))
    assert raised.value.as_dict() == {
        "would_call": "resourcegroupstaggingapi.tag_resources",
        "parameters": {"ResourceARNList": [_arn("i-1")], "Tags": {"a": "b"}},
    }
