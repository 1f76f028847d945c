import pytest

from chalicelib.actions.base import WouldCall
from chalicelib.errors import StepError
from tests.actions.world import REGION, World

CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
HALF = {**CLOSED, "BlockPublicPolicy": False}


@pytest.fixture
def bucket(aws: World) -> str:
    where = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration=where)
    return "bucket"


def test_closes_a_bucket_once(aws: World, bucket: str) -> None:
    first = aws.do("s3.block_public_access", {"bucket": bucket})
    assert first == {"bucket": bucket, "changed": True, "before": None}
    again = aws.do("s3.block_public_access", {"bucket": bucket})
    assert again == {"bucket": bucket, "changed": False, "before": CLOSED}
    assert aws.effects() == ["s3.put_public_access_block"]
    block = aws.client("s3").get_public_access_block(Bucket=bucket)
    assert block["PublicAccessBlockConfiguration"] == CLOSED


def test_says_what_there_was(aws: World, bucket: str) -> None:
    aws.client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=HALF)
    result = aws.do("s3.block_public_access", {"bucket": bucket})
    assert result == {"bucket": bucket, "changed": True, "before": HALF}


def test_a_dry_run_says_what_it_would_do(aws: World, bucket: str) -> None:
    with pytest.raises(WouldCall) as raised:
        aws.do("s3.block_public_access", {"bucket": bucket}, aws.tools(dry_run=True))
    assert raised.value.as_dict() == {
        "would_call": "s3.put_public_access_block",
        "parameters": {
            "Bucket": bucket,
            "ExpectedBucketOwner": "123456789012",
            "PublicAccessBlockConfiguration": CLOSED,
        },
    }
    assert aws.effects() == []


def test_a_bucket_that_is_not_there(aws: World) -> None:
    with pytest.raises(StepError) as raised:
        aws.do("s3.block_public_access", {"bucket": "absent"})
    assert raised.value.code == "NoSuchBucket"


def test_a_denial_is_not_taken_for_an_absent_block(aws: World) -> None:
    denied = {
        "Error": {"Code": "AccessDenied", "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": 403},
    }
    aws.answer("s3", "GetPublicAccessBlock", denied)
    with pytest.raises(StepError) as raised:
        aws.do("s3.block_public_access", {"bucket": "bucket"})
    assert str(raised.value) == "AccessDenied: GetPublicAccessBlock: no"
    assert aws.effects() == []
