"""What a step's clients carry, seen from botocore's event system: what leaves, what does not."""

from contextvars import Context
from typing import Any

import pytest
from aws_lambda_powertools.shared.user_agent import register_feature_to_session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    ParamValidationError,
    ReadTimeoutError,
)

from chalicelib.actions.base import WouldCall
from chalicelib.actions.sessions import Sessions
from chalicelib.errors import StepError
from tests.actions.world import EXECUTION, World

EFFECTS: list[tuple[str, dict[str, Any]]] = [
    ("sqs.send_message", {"QueueUrl": "https://sqs/q", "MessageBody": "x"}),
    ("sqs.receive_message", {"QueueUrl": "https://sqs/q"}),
    ("sts.get_session_token", {}),
    ("sts.assume_role", {"RoleArn": f"arn:aws:iam::{'1' * 12}:role/x", "RoleSessionName": "xx"}),
    ("ec2.terminate_instances", {"InstanceIds": ["i-1"]}),
    ("ec2.create_tags", {"Resources": ["i-1"], "Tags": [{"Key": "a", "Value": "b"}]}),
    ("s3.put_object", {"Bucket": "bbb", "Key": "k", "Body": "text"}),
    ("dynamodb.update_item", {"TableName": "ttt", "Key": {"id": {"S": "1"}}}),
    ("lambda.invoke", {"FunctionName": "f", "Payload": "{}"}),
    ("logs.start_query", {"startTime": 1, "endTime": 2, "queryString": "x"}),
]


@pytest.mark.parametrize(("name", "parameters"), EFFECTS)
def test_a_dry_run_lets_no_effect_out(aws: World, name: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(WouldCall) as raised:
        aws.do(f"aws.{name}", parameters, aws.tools(dry_run=True))
    assert raised.value.as_dict() == {"would_call": name, "parameters": parameters}
    assert aws.sent == []


def test_a_dry_run_really_reads(aws: World) -> None:
    aws.client("sqs").create_queue(QueueName="q")
    answer = aws.do("aws.sqs.list_queues", {}, aws.tools(dry_run=True))
    assert [url.rsplit("/", 1)[1] for url in answer["QueueUrls"]] == ["q"]
    assert aws.sent == ["sqs.list_queues"]


def test_a_client_that_is_kept_serves_dry_runs_and_others(aws: World) -> None:
    dry, real = aws.tools(dry_run=True), aws.tools()
    client = dry.client("sqs")
    assert real.client("sqs") is client
    real.client("sqs").create_queue(QueueName="q")
    with pytest.raises(WouldCall):
        dry.client("sqs").create_queue(QueueName="q2")
    assert aws.sent == ["sqs.create_queue"]


def test_waiters_and_paginators_are_under_the_same_hooks(aws: World) -> None:
    client = aws.tools(dry_run=True).client("sqs")
    assert list(client.get_paginator("list_queues").paginate())
    client = aws.tools(seconds=0).client("ec2")
    with pytest.raises(StepError, match="Timeout"):
        client.get_waiter("instance_running").wait(InstanceIds=["i-1"])
    assert aws.sent == ["sqs.list_queues"]


@pytest.mark.parametrize("with_powertools", [False, True])
def test_every_call_says_whose_it_is(aws: World, *, with_powertools: bool) -> None:
    if with_powertools:
        # what importing Powertools does to every session that is made after it
        register: Any = register_feature_to_session
        register(aws.session, "no-op")
    aws.do("aws.sqs.list_queues", {}, aws.tools(rule="one"))
    aws.do("aws.sqs.list_queues", {}, aws.tools(rule="two"))
    ends = [agent.rsplit(" ", 1)[1] for agent in aws.agents]
    assert ends == [f"opsloop/one/{EXECUTION}/0", f"opsloop/two/{EXECUTION}/0"]
    assert [agent.count("opsloop/") for agent in aws.agents] == [1, 1]
    assert not with_powertools or all(" PT/no-op/" in agent for agent in aws.agents)


def test_no_call_after_the_deadline(aws: World) -> None:
    tools = aws.tools(seconds=10)
    client = tools.client("sqs")
    client.list_queues()
    aws.clock.at += 10
    with pytest.raises(StepError) as raised:
        client.list_queues()
    assert str(raised.value) == "Timeout: the step's time is up"
    assert aws.sent == ["sqs.list_queues"]


def test_no_attempt_after_the_deadline(aws: World) -> None:
    attempts = []

    def fail_slowly(**_: Any) -> AWSResponse:
        attempts.append(aws.clock.now())
        aws.clock.at += 6
        return AWSResponse("https://sqs", 503, {}, _Empty())  # type: ignore[arg-type]

    client = aws.tools(seconds=10).client("sqs")
    client.meta.events.register_first("before-send.sqs.ListQueues", fail_slowly)
    with pytest.raises(StepError, match="Timeout"):
        client.list_queues()
    assert len(attempts) == 2


LOST = ReadTimeoutError(endpoint_url="https://x")
CLOSED = ConnectionClosedError(endpoint_url="https://x")
UNSENT = ConnectTimeoutError(endpoint_url="https://x")


@pytest.mark.parametrize(
    ("name", "parameters", "error", "attempts"),
    [
        ("aws.lambda.invoke", {"FunctionName": "f"}, LOST, 1),
        ("aws.lambda.invoke", {"FunctionName": "f"}, CLOSED, 1),
        ("aws.lambda.invoke", {"FunctionName": "f"}, UNSENT, 3),
        ("aws.lambda.list_functions", {}, LOST, 3),
        # it has a ClientToken, which botocore fills in
        ("aws.ec2.run_instances", {"ImageId": "a", "MinCount": 1, "MaxCount": 1}, LOST, 3),
    ],
)
def test_botocore_repeats_no_effect_whose_answer_was_lost(
    aws: World, name: str, parameters: dict[str, Any], error: Exception, attempts: int
) -> None:
    tried = []

    def fail(**_: Any) -> None:
        tried.append(name)
        raise error

    aws.session.events.register_first("before-send", fail)
    with pytest.raises(StepError) as raised:
        aws.do(name, parameters)
    assert (len(tried), raised.value.code) == (attempts, type(error).__name__)
    assert raised.value.retryable


class _Empty:
    """A raw response without content."""

    def stream(self, **_: Any) -> list[bytes]:
        return []


def test_a_call_from_nowhere_is_refused(aws: World) -> None:
    client = aws.tools().client("sqs")
    with pytest.raises(LookupError):
        Context().run(client.list_queues)
    assert aws.sent == []


def test_opsloops_own_clients_carry_no_hooks(aws: World) -> None:
    aws.tools(dry_run=True, seconds=-1).client("sqs")
    aws.sessions.client("sqs").create_queue(QueueName="q")
    assert aws.sent == ["sqs.create_queue"]
    assert "opsloop" not in aws.agents[0]


def test_clients_do_not_wait_for_long(aws: World) -> None:
    config = aws.tools().client("sqs").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 20)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_a_client_may_be_of_another_region(aws: World) -> None:
    tools = aws.tools()
    regions = [tools.client("sqs").meta.region_name]
    regions.append(tools.client("sqs", region="us-east-1").meta.region_name)
    assert regions == ["eu-west-1", "us-east-1"]


def test_one_session_for_all_clients(aws: World) -> None:
    made = []

    def new() -> Any:
        made.append(1)
        return aws.session

    sessions = Sessions(aws.clock, new)
    assert made == []
    sessions.client("sqs")
    sessions.client("sns")
    assert made == [1]


def test_only_what_a_rule_says_is_validated(aws: World) -> None:
    """Of opsloop's own calls a quarter would go into that."""
    assert aws.sessions.client("sqs").list_queues(MaxResults="10")["QueueUrls"] == []
    with pytest.raises(ParamValidationError, match="MaxResults"):
        aws.tools().client("sqs").list_queues(MaxResults="10")
