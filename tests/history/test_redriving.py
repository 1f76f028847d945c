"""Dead letters: what is said of each, what is tried again, and what has to stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from opsloop.deploy.errors import DeployError
from opsloop.history.redriving import BATCH, DeadLetter, Redriving
from opsloop.local.account import embedded_account

QUEUE = "opsloop-dev-dead-letters"
RAISED = {
    "errorMessage": "could not admit execution 01J of restart in table opsloop-dev: Throttled",
    "errorType": "JournalError",
    "stackTrace": ["  File …"],
}


def record(rule: str = "restart", **more: Any) -> dict[str, Any]:
    """What Lambda writes of an asynchronous invocation that failed three times."""
    function = more.pop("function", f"opsloop-dev-{rule}")
    arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{function}:$LATEST"
    written = {
        "version": "1.0",
        "timestamp": "2026-11-23T10:02:25.651Z",
        "requestContext": {
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "functionArn": arn,
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"id": "e-1", "detail": {"text": "ü \ud83d"}},
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": RAISED,
    }
    return written | more


@dataclass
class FakeLambda:
    """Lambda's client: it accepts what it has a function for."""

    exceptions: Any
    functions: set[str] = field(default_factory=lambda: {"opsloop-dev-restart"})
    error: Exception | None = None
    invoked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **asked: Any) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        if asked["FunctionName"] not in self.functions:
            kind: type[ClientError] = self.exceptions.ResourceNotFoundException
            raise kind({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "Invoke")
        self.invoked.append(asked | {"Payload": json.loads(asked["Payload"])})
        return {"StatusCode": 202}


@dataclass
class World:
    """The dead-letter queue of a stage."""

    sqs: Any
    url: str
    functions: FakeLambda

    @property
    def redriving(self) -> Redriving:
        return Redriving(self.sqs, self.functions, "dev")

    def put(self, *bodies: Any) -> None:
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            self.sqs.send_message(QueueUrl=self.url, MessageBody=text)

    def left(self) -> int:
        """Messages that anybody can see."""
        asked = self.sqs.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(asked["Attributes"]["ApproximateNumberOfMessages"])


@pytest.fixture(scope="module")
def clients() -> Iterator[tuple[Any, Any]]:
    with embedded_account("dev", "eu-west-1") as session:
        yield session.client("sqs"), session.client("lambda")


@pytest.fixture
def world(clients: tuple[Any, Any]) -> Iterator[World]:
    sqs, functions = clients
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    yield World(sqs, url, FakeLambda(functions.exceptions))
    sqs.delete_queue(QueueUrl=url)


def test_an_accepted_message_leaves_the_queue(world: World) -> None:
    world.put(record())
    (told,) = world.redriving.redrive(limit=10)
    assert told == DeadLetter(
        message=told.message,
        became="redriven",
        function="opsloop-dev-restart",
        time="2026-11-23T10:02:25.651Z",
        attempts=3,
        reason=f"JournalError: {RAISED['errorMessage']}",
    )
    assert world.functions.invoked == [
        {
            "FunctionName": "opsloop-dev-restart",
            "InvocationType": "Event",
            "Payload": record()["requestPayload"],
        }
    ]
    assert (world.left(), world.redriving.redrive(limit=10)) == (0, [])


REASONS = [
    (record(), f"JournalError: {RAISED['errorMessage']}"),
    (record(responsePayload={"errorMessage": "Task timed out after 120 seconds"}), "Task timed"),
    (record(responsePayload=None), "RetriesExhausted"),
    (record(responsePayload="text"), "RetriesExhausted"),
]


@pytest.mark.parametrize(("written", "reason"), REASONS)
def test_the_reason_is_what_the_function_raised(world: World, written: Any, reason: str) -> None:
    world.put(written)
    (told,) = world.redriving.look(limit=10)
    assert told.reason.startswith(reason)


LEFT = [
    (record("removed"), "its function is gone"),
    (record(function="billing"), "billing is no function of stage dev"),
    (record(function="opsloop-prod-restart"), "opsloop-prod-restart is no function of stage dev"),
    ({"detail-type": "not a record"}, "it is no record of a failed invocation"),
    ({**record(), "requestContext": {}}, "it is no record of a failed invocation"),
    ([], "it is no record of a failed invocation"),
    ("no JSON", "it is no record of a failed invocation"),
]


@pytest.mark.parametrize(("written", "why"), LEFT)
def test_what_cannot_be_tried_again_stays(world: World, written: Any, why: str) -> None:
    world.put(written)
    (told,) = world.redriving.redrive(limit=10)
    assert (told.became, told.left) == ("left", why)
    assert (world.functions.invoked, world.left()) == ([], 1)


THROTTLED = ClientError(
    {"Error": {"Code": "TooManyRequestsException", "Message": "Rate exceeded"}}, "Invoke"
)


def test_what_lambda_does_not_accept_stays(world: World) -> None:
    world.functions.error = THROTTLED
    world.put(record())
    (told,) = world.redriving.redrive(limit=10)
    assert (told.became, told.left) == ("left", str(THROTTLED))
    assert world.left() == 1


def test_a_broken_road_leaves_the_message_hidden_and_not_lost(world: World) -> None:
    world.functions.error = EndpointConnectionError(endpoint_url="https://lambda")
    world.put(record())
    with pytest.raises(EndpointConnectionError):
        world.redriving.redrive(limit=10)
    hidden = world.sqs.get_queue_attributes(
        QueueUrl=world.url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    assert hidden["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "1"}


def test_looking_changes_nothing(world: World) -> None:
    world.put(record(), record("removed"), "no JSON")
    for _ in range(2):
        told = world.redriving.look(limit=10)
        assert [one.became for one in told] == ["found"] * 3
    assert (world.functions.invoked, world.left()) == ([], 3)


def test_more_than_a_batch_and_no_more_than_asked_for(world: World) -> None:
    world.put(*(record(requestPayload={"n": number}) for number in range(BATCH + 5)))
    assert len(world.redriving.redrive(limit=BATCH + 2)) == BATCH + 2
    assert world.left() == 3
    assert len(world.redriving.redrive(limit=100)) == 3
    payloads = [asked["Payload"]["n"] for asked in world.functions.invoked]
    assert sorted(payloads) == list(range(BATCH + 5))


def test_no_queue(world: World) -> None:
    with pytest.raises(DeployError) as missing:
        Redriving(world.sqs, world.functions, "prod").redrive(limit=1)
    assert str(missing.value) == (
        "no queue 'opsloop-prod-dead-letters': create it with `opsloop infra --stage prod`"
    )
