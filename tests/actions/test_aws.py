from functools import cache
from typing import Any

import boto3
import pytest
from botocore import exceptions
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.actions.aws_errors import in_our_words
from chalicelib.actions.paging import MOST_PAGES, read
from chalicelib.errors import PlanError, StepError
from tests.actions.world import World


def test_calls_and_answers_in_json(aws: World) -> None:
    made = aws.do("aws.dynamodb.create_table", {
        "TableName": "t",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    })  # fmt: skip
    assert made["TableDescription"]["TableStatus"] == "ACTIVE"
    assert made["TableDescription"]["CreationDateTime"].endswith("Z")
    assert list(made) == ["TableDescription"]


def test_a_blob_is_base64_and_a_stream_text(aws: World) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    cipher = aws.do("aws.kms.encrypt", {"KeyId": key, "Plaintext": "Zürich"})["CiphertextBlob"]
    assert isinstance(cipher, str)
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="bucket", Key="k", Body="Zürich".encode())
    assert aws.do("aws.s3.get_object", {"Bucket": "bucket", "Key": "k"})["Body"] == "Zürich"


def test_parameters_may_have_any_name(aws: World) -> None:
    aws.client("ecs").create_cluster(clusterName="c")
    with pytest.raises(StepError) as raised:
        aws.do("aws.ecs.update_service", {"cluster": "c", "service": "operation"})
    assert raised.value.code == "ServiceNotFoundException"


def test_reads_all_pages(aws: World) -> None:
    logs = aws.client("logs")
    names = [f"/group/{number:03}" for number in range(120)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    answer = aws.do("aws.logs.describe_log_groups", {})
    assert [group["logGroupName"] for group in answer["logGroups"]] == names
    assert list(answer) == ["logGroups"]
    assert aws.sent == ["cloudwatch-logs.describe_log_groups"] * 3


@pytest.mark.parametrize("own", [{"limit": 7}, {"nextToken": "/group/006"}])
def test_a_page_that_the_rule_asks_for_is_one_page(aws: World, own: dict[str, Any]) -> None:
    calls = aws.answer("cloudwatch-logs", "DescribeLogGroups", {"logGroups": [], "nextToken": "x"})
    assert aws.do("aws.logs.describe_log_groups", own) == {"logGroups": [], "nextToken": "x"}
    assert calls == [own]


def test_pages_without_a_paginator_of_botocores(aws: World) -> None:
    first, last = {"EventBuses": [{"Name": "a"}], "NextToken": "2"}, {"EventBuses": [{"Name": "b"}]}
    calls = aws.answer("eventbridge", "ListEventBuses", first, last)
    answer = aws.do("aws.events.list_event_buses", {"NamePrefix": "x"})
    assert answer == {"EventBuses": [{"Name": "a"}, {"Name": "b"}]}
    assert calls == [{"NamePrefix": "x"}, {"NamePrefix": "x", "NextToken": "2"}]


def test_numbers_are_added_and_the_last_page_has_the_rest(aws: World) -> None:
    key = {"id": {"S": "1"}}
    pages = [
        {"Items": [{"id": {"S": "1"}}], "Count": 1, "ScannedCount": 5, "LastEvaluatedKey": key},
        {"Count": 0, "ScannedCount": 3, "LastEvaluatedKey": {"id": {"S": "2"}}},
        {"Items": [{"id": {"S": "3"}}], "Count": 1, "ScannedCount": 1},
    ]
    aws.answer("dynamodb", "Scan", *pages)
    assert aws.do("aws.dynamodb.scan", {"TableName": "t"}) == {
        "Items": [{"id": {"S": "1"}}, {"id": {"S": "3"}}],
        "Count": 2,
        "ScannedCount": 9,
    }


def test_cost_explorer_is_read_whole(aws: World) -> None:
    day = {"TimePeriod": {"Start": "2026-11-22", "End": "2026-11-23"}}
    groups = [{"Type": "DIMENSION", "Key": "SERVICE"}]
    pages = [
        {"ResultsByTime": [day], "GroupDefinitions": groups, "NextPageToken": "2"},
        {"ResultsByTime": [day, day], "GroupDefinitions": groups},
    ]
    aws.answer("cost-explorer", "GetCostAndUsage", *pages)
    asked = {"TimePeriod": day["TimePeriod"], "Granularity": "DAILY", "Metrics": ["UnblendedCost"]}
    answer = aws.do("aws.ce.get_cost_and_usage", asked)
    assert answer == {"ResultsByTime": [day] * 3, "GroupDefinitions": groups}


def test_there_is_no_silent_first_page(aws: World) -> None:
    aws.answer("iam", "GetServiceLastAccessedDetails", {
        "JobStatus": "COMPLETED", "ServicesLastAccessed": [], "IsTruncated": True, "Marker": "x",
    })  # fmt: skip
    with pytest.raises(StepError) as raised:
        aws.do("aws.iam.get_service_last_accessed_details", {"JobId": "x" * 36})
    assert str(raised.value) == (
        "MorePages: GetServiceLastAccessedDetails answered with the first of several pages, which "
        "cannot be joined; narrow it, or set its limit to say that one page is enough"
    )


def test_pages_are_bounded(aws: World) -> None:
    endless = [{"logGroups": [], "nextToken": str(number)} for number in range(MOST_PAGES + 5)]
    calls = aws.answer("cloudwatch-logs", "DescribeLogGroups", *endless)
    with pytest.raises(StepError) as raised:
        aws.do("aws.logs.describe_log_groups", {})
    assert str(raised.value) == (
        "TooManyPages: DescribeLogGroups: more than 100 pages; narrow it with its filters, or set "
        "limit to take one page only"
    )
    assert len(calls) == MOST_PAGES + 1


@cache
def _meta() -> Any:
    return boto3.Session("a", "b", region_name="eu-west-1").client("sqs").meta


class _Listing:
    """A client whose pages are cut where a test wants them."""

    def __init__(self, pages: list[list[str]]) -> None:
        self.meta = _meta()
        self._pages = pages

    def list_queues(self, NextToken: str = "0") -> dict[str, Any]:  # noqa: N803 - AWS's name
        number = int(NextToken)
        page = {"QueueUrls": list(self._pages[number])} if self._pages[number] else {}
        more = {"NextToken": str(number + 1)} if number + 1 < len(self._pages) else {}
        return page | more


@given(st.lists(st.lists(st.text(max_size=3), max_size=4), min_size=1, max_size=8))
def test_where_pages_are_cut_does_not_matter(pages: list[list[str]]) -> None:
    answer = read(_Listing(pages), "list_queues", {})
    assert answer.get("QueueUrls", []) == [url for page in pages for url in page]


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        (
            "aws.s3.get_bucket_tagging",
            {"Bucket": "absent"},
            "NoSuchBucket: GetBucketTagging: The specified bucket does not exist",
        ),
        ("aws.ec2.stop_the_world", {}, "UnknownOperation: this boto3 has no ec2.stop_the_world"),
        (
            "aws.sqs.delete_queue",
            {"Url": "x"},
            (
                "ParamValidationError: Parameter validation failed:\nMissing required parameter in "
                'input: "QueueUrl"\nUnknown parameter in input: "Url", must be one of: QueueUrl'
            ),
        ),
        (
            "aws.logs.start_live_tail",
            {"logGroupIdentifiers": ["x"]},
            "EventStream: logs.start_live_tail answers with a stream that a step cannot hold",
        ),
    ],
)
def test_says_what_failed(aws: World, name: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(StepError) as raised:
        aws.do(name, parameters)
    assert (str(raised.value), raised.value.retryable) == (message, False)


def test_an_unknown_service_is_a_failed_step(aws: World) -> None:
    with pytest.raises(StepError, match="UnknownServiceError: Unknown service: 'ecc2'"):
        aws.do("aws.ecc2.describe", {})


def test_an_unknown_action_is_no_failed_step(aws: World) -> None:
    with pytest.raises(PlanError):
        aws.do("ec2.describe", {})


def _client_error(code: str, status: int) -> exceptions.ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "m"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return exceptions.ClientError(response, "Op")


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (_client_error("AccessDenied", 403), "AccessDenied", False),
        (_client_error("ValidationException", 400), "ValidationException", False),
        (_client_error("Throttling", 400), "Throttling", True),
        (_client_error("ThrottlingException", 400), "ThrottlingException", True),
        (_client_error("RequestLimitExceeded", 503), "RequestLimitExceeded", True),
        (_client_error("SlowDown", 503), "SlowDown", True),
        (_client_error("InternalError", 500), "InternalError", True),
        (_client_error("ServiceUnavailable", 503), "ServiceUnavailable", True),
        (_client_error("RequestTimeout", 400), "RequestTimeout", True),
        (_client_error("", 403), "Unknown", False),
        (
            exceptions.EndpointConnectionError(endpoint_url="https://x"),
            "EndpointConnectionError",
            True,
        ),
        (exceptions.ConnectTimeoutError(endpoint_url="https://x"), "ConnectTimeoutError", True),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), "ReadTimeoutError", True),
        (exceptions.NoCredentialsError(), "NoCredentialsError", False),
        (exceptions.PaginationError(message="twice"), "PaginationError", False),
    ],
)
def test_retries_what_botocore_would(error: Exception, code: str, *, retryable: bool) -> None:
    with pytest.raises(StepError) as raised, in_our_words():
        raise error
    assert (raised.value.code, raised.value.retryable) == (code, retryable)
    assert raised.value.lost == (code == "ReadTimeoutError")


def test_what_is_not_botocores_passes() -> None:
    with pytest.raises(KeyError), in_our_words():
        raise KeyError


def test_a_long_reason_is_cut() -> None:
    response: Any = {"Error": {"Code": "UnauthorizedOperation", "Message": "x" * 5000}}
    with pytest.raises(StepError) as raised, in_our_words():
        raise exceptions.ClientError(response, "RunInstances")
    assert raised.value.message == "RunInstances: " + "x" * 986 + "…"
