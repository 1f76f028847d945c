"""`opsloop wire`: what each function gets, what is left alone, what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from opsloop.deploy.errors import DeployError
from opsloop.deploy.wire import ATTEMPTS, PAUSE, Wired, Wiring
from tests.deploy.fake_cloudformation import FakeClock, refusal

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:opsloop-dev-dead-letters"
OTHER = "arn:aws:sqs:eu-west-1:123456789012:someone-elses"


@pytest.fixture
def aws() -> Iterator[Any]:
    """Lambda on moto, with the function `opsloop-dev-one`."""
    with mock_aws():
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        iam = boto3.client("iam", region_name="eu-west-1")
        role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        client = boto3.client("lambda", region_name="eu-west-1")
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("app.py", "")
        client.create_function(
            FunctionName="opsloop-dev-one",
            Runtime="python3.13",
            Role=role,
            Handler="app.one",
            Code={"ZipFile": code.getvalue()},
        )
        yield client


def settings(client: Any) -> dict[str, Any]:
    found = client.get_function_event_invoke_config(FunctionName="opsloop-dev-one")
    return {name: found[name] for name in found if name not in ("ResponseMetadata", "LastModified")}


WIRED = {
    "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:opsloop-dev-one",
    "MaximumRetryAttempts": 2,
    "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
}


def test_a_function_gets_its_queue_once(aws: Any) -> None:
    wiring = Wiring(aws, QUEUE, FakeClock())
    assert wiring.wire(["opsloop-dev-one"]) == [Wired("opsloop-dev-one", "wired")]
    assert settings(aws) == WIRED
    assert wiring.wire(["opsloop-dev-one"]) == [Wired("opsloop-dev-one", "unchanged")]
    assert settings(aws) == WIRED


def test_a_function_that_is_not_deployed_does_not_stop_the_others(aws: Any) -> None:
    wiring = Wiring(aws, QUEUE, FakeClock())
    assert wiring.wire(["opsloop-dev-none", "opsloop-dev-one"]) == [
        Wired("opsloop-dev-none", "missing"),
        Wired("opsloop-dev-one", "wired"),
    ]


class NotFoundError(ClientError):
    """As boto3 makes it."""


class InvalidError(ClientError):
    """As boto3 makes it."""


NO_PERMISSION = InvalidError(
    refusal(
        "InvalidParameterValueException",
        "The function's execution role does not have permissions to call SendMessage on the "
        "provided destination",
        "PutFunctionEventInvokeConfig",
    ).response,
    "PutFunctionEventInvokeConfig",
)


@dataclass
class FakeLambda:
    """Lambda whose IAM lags: it refuses the first `refusals` attempts to set anything.

    Unlike moto's, its second put replaces the first.
    """

    refusals: int = 0
    found: dict[str, Any] | None = None
    error: ClientError = NO_PERMISSION
    calls: list[dict[str, Any]] = field(default_factory=list)
    exceptions: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(
            ResourceNotFoundException=NotFoundError, InvalidParameterValueException=InvalidError
        )
    )

    def get_function_event_invoke_config(self, **_: Any) -> dict[str, Any]:
        if self.found is None:
            response = refusal("ResourceNotFoundException", "none", "Get").response
            raise NotFoundError(response, "GetFunctionEventInvokeConfig")
        return self.found

    def put_function_event_invoke_config(self, **parameters: Any) -> None:
        self.calls.append(parameters)
        if len(self.calls) <= self.refusals:
            raise self.error
        self.found = parameters


def test_a_wrong_destination_is_put_right_and_the_rest_kept() -> None:
    client = FakeLambda(
        found={
            "MaximumRetryAttempts": 0,
            "MaximumEventAgeInSeconds": 600,
            "DestinationConfig": {
                "OnSuccess": {"Destination": OTHER},
                "OnFailure": {"Destination": OTHER},
            },
        }
    )
    wiring = Wiring(client, QUEUE, FakeClock())
    assert wiring.wire(["opsloop-dev-one"]) == [Wired("opsloop-dev-one", "wired")]
    assert wiring.wire(["opsloop-dev-one"]) == [Wired("opsloop-dev-one", "unchanged")]
    assert client.calls == [
        {
            "FunctionName": "opsloop-dev-one",
            "MaximumRetryAttempts": 2,
            "MaximumEventAgeInSeconds": 600,
            "DestinationConfig": {
                "OnSuccess": {"Destination": OTHER},
                "OnFailure": {"Destination": QUEUE},
            },
        }
    ]


def test_a_role_that_iam_does_not_know_everywhere_yet_is_waited_for() -> None:
    clock = FakeClock()
    client = FakeLambda(refusals=2)
    assert Wiring(client, QUEUE, clock).wire(["opsloop-dev-one"]) == [
        Wired("opsloop-dev-one", "wired")
    ]
    assert clock.slept == [PAUSE, PAUSE]
    assert client.calls == 3 * [
        {
            "FunctionName": "opsloop-dev-one",
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
        }
    ]


def test_a_role_without_the_permission_is_told_with_its_remedy() -> None:
    client = FakeLambda(refusals=ATTEMPTS)
    with pytest.raises(DeployError) as caught:
        Wiring(client, QUEUE, FakeClock()).wire(["opsloop-dev-one"])
    assert str(caught.value) == (
        "could not wire opsloop-dev-one: An error occurred (InvalidParameterValueException) when "
        "calling the PutFunctionEventInvokeConfig operation: The function's execution role does "
        "not have permissions to call SendMessage on the provided destination; its role needs "
        f"sqs:SendMessage on {QUEUE}: run `opsloop compile`, then `chalice deploy`"
    )
    assert len(client.calls) == ATTEMPTS


def test_what_lambda_refuses_is_told_whole_and_not_retried() -> None:
    client = FakeLambda(
        refusals=1, error=refusal("AccessDeniedException", "no", "PutFunctionEventInvokeConfig")
    )
    with pytest.raises(DeployError) as caught:
        Wiring(client, QUEUE, FakeClock()).wire(["opsloop-dev-one"])
    assert str(caught.value) == (
        "could not wire opsloop-dev-one: An error occurred (AccessDeniedException) when calling "
        "the PutFunctionEventInvokeConfig operation: no"
    )
    assert len(client.calls) == 1
