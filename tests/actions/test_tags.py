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


def test_tags_of_resources_of_several_services(aws: World) -> None:
    (name, bare) = _instances(aws, 2)
    aws.client("ec2").create_tags(Resources=[name], Tags=[{"Key": "owner", "Value": "me"}])
    aws.client("s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    aws.client("s3").put_bucket_tagging(
        Bucket="kept", Tagging={"TagSet": [{"Key": "keep", "Value": "yes"}]}
    )
    asked = [_arn(name), _arn(bare), "arn:aws:s3:::kept", _arn("i-unknown")]
    assert aws.do("tags.read", {"resources": asked}) == {
        _arn(name): {"owner": "me"},
        "arn:aws:s3:::kept": {"keep": "yes"},
    }


def test_a_hundred_are_read_at_once_and_all_pages(aws: World) -> None:
    def mapping(arn: str) -> dict[str, Any]:
        return {"ResourceARN": arn, "Tags": [{"Key": "n", "Value": arn}]}

    arns = [_arn(f"i-{number}") for number in range(150)]
    calls = aws.answer(
        "resource-groups-tagging-api",
        "GetResources",
        {"ResourceTagMappingList": [mapping(arns[0])], "PaginationToken": "more"},
        {"ResourceTagMappingList": [mapping(arns[1])], "PaginationToken": ""},
        {"ResourceTagMappingList": [mapping(arns[149])]},
    )
    found = aws.do("tags.read", {"resources": [*arns, arns[0]]})
    assert list(found) == [arns[0], arns[1], arns[149]]
    assert [len(call["ResourceARNList"]) for call in calls] == [100, 100, 50]
    assert calls[1]["PaginationToken"] == "more"


@pytest.mark.parametrize(
    ("arn", "region"),
    [
        ("arn:aws:ec2:us-west-2:123456789012:instance/i-1", "us-west-2"),
        ("arn:aws:s3:::kept", REGION),
        ("arn:aws:cloudfront::123456789012:distribution/E1", "us-east-1"),
        ("no ARN at all", "us-east-1"),
    ],
)
def test_tags_are_asked_for_where_the_resource_is(aws: World, arn: str, region: str) -> None:
    hosts: list[str] = []
    aws.session.events.register("before-send", lambda request, **_: hosts.append(request.url))
    assert aws.do("tags.read", {"resources": [arn]}) == {}
    assert hosts == [f"https://tagging.{region}.amazonaws.com/"]
