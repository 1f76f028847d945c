"""The stage's stack: made, updated, left alone, or refused with the reason."""

from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError

from opsloop.deploy.errors import DeployError, StackMissing
from opsloop.deploy.stack import POLL, Deployed, Stack
from tests.deploy.fake_cloudformation import FakeClock, FakeCloudFormation, Scene, event, refusal

CREATING = [
    event(1, "CREATE_IN_PROGRESS", "opsloop-dev", "User Initiated"),
    event(2, "CREATE_IN_PROGRESS", "Journal"),
]
CREATED = [
    *CREATING,
    event(3, "CREATE_COMPLETE", "Journal"),
    event(4, "CREATE_COMPLETE", "opsloop-dev"),
]


def stack(client: FakeCloudFormation, told: list[str] | None = None) -> Stack:
    return Stack(client, "dev", FakeClock(), (told if told is not None else []).append)


def test_a_missing_stack_is_created_and_each_event_told_once() -> None:
    client = FakeCloudFormation(
        [None, Scene("CREATE_IN_PROGRESS", CREATING), Scene("CREATE_COMPLETE", CREATED)],
        outputs={"Table": "opsloop-dev"},
    )
    told: list[str] = []
    deployed = stack(client, told).deploy("the template")
    assert deployed == Deployed("opsloop-dev", "created", {"Table": "opsloop-dev"})
    assert client.calls == [
        (
            "create_stack",
            {
                "StackName": "opsloop-dev",
                "TemplateBody": "the template",
                "Parameters": [{"ParameterKey": "Stage", "ParameterValue": "dev"}],
            },
        )
    ]
    assert told == [
        "CREATE_IN_PROGRESS  opsloop-dev  User Initiated",
        "CREATE_IN_PROGRESS  Journal",
        "CREATE_COMPLETE  Journal",
        "CREATE_COMPLETE  opsloop-dev",
    ]


def test_an_update_tells_only_what_is_new() -> None:
    updated = [*CREATED, event(5, "UPDATE_COMPLETE", "opsloop-dev")]
    client = FakeCloudFormation(
        [Scene("CREATE_COMPLETE", CREATED), Scene("UPDATE_COMPLETE", updated)]
    )
    told: list[str] = []
    assert stack(client, told).deploy("t") == Deployed("opsloop-dev", "updated", {})
    assert told == ["UPDATE_COMPLETE  opsloop-dev"]


def test_nothing_to_change_is_no_failure() -> None:
    client = FakeCloudFormation(
        [Scene("UPDATE_COMPLETE", CREATED)],
        outputs={"Table": "opsloop-dev"},
        refuses=refusal("ValidationError", "No updates are to be performed.", "UpdateStack"),
    )
    told: list[str] = []
    deployed = stack(client, told).deploy("t")
    assert deployed == Deployed("opsloop-dev", "unchanged", {"Table": "opsloop-dev"})
    assert told == []


def test_it_waits_between_two_looks() -> None:
    client = FakeCloudFormation(
        [
            None,
            Scene("CREATE_IN_PROGRESS", CREATING),
            Scene("CREATE_IN_PROGRESS", CREATING),
            Scene("CREATE_COMPLETE", CREATED),
        ]
    )
    clock = FakeClock()
    Stack(client, "dev", clock, lambda _line: None).deploy("t")
    assert clock.slept == [POLL, POLL]


def test_a_failure_names_the_resource_that_failed_and_not_those_cancelled() -> None:
    failed = [
        *CREATING,
        event(3, "CREATE_FAILED", "Journal", "opsloop-dev already exists", "AWS::DynamoDB::Table"),
        event(4, "CREATE_FAILED", "DeadLetters", "Resource creation cancelled"),
        event(5, "ROLLBACK_COMPLETE", "opsloop-dev"),
    ]
    client = FakeCloudFormation([None, Scene("ROLLBACK_COMPLETE", failed)])
    with pytest.raises(DeployError) as caught:
        stack(client).deploy("t")
    assert str(caught.value) == (
        "stack opsloop-dev is ROLLBACK_COMPLETE: "
        "Journal (AWS::DynamoDB::Table): opsloop-dev already exists"
    )


def test_a_failure_without_a_reason_says_so() -> None:
    client = FakeCloudFormation([None, Scene("ROLLBACK_COMPLETE", CREATING)])
    with pytest.raises(DeployError, match="names no resource that failed; see its events"):
        stack(client).deploy("t")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (
            "UPDATE_IN_PROGRESS",
            "stack opsloop-dev is UPDATE_IN_PROGRESS: wait until that has ended",
        ),
        (
            "ROLLBACK_COMPLETE",
            (
                "stack opsloop-dev is ROLLBACK_COMPLETE, and CloudFormation only lets it be "
                "deleted: `aws cloudformation delete-stack --stack-name opsloop-dev`, then once "
                "more"
            ),
        ),
    ],
)
def test_a_stack_that_cannot_be_deployed_is_left_alone(status: str, expected: str) -> None:
    client = FakeCloudFormation([Scene(status, CREATED)])
    with pytest.raises(DeployError) as caught:
        stack(client).deploy("t")
    assert str(caught.value) == expected
    assert client.calls == []


def test_what_cloudformation_refuses_is_told_whole() -> None:
    client = FakeCloudFormation(
        [None], refuses=refusal("AccessDenied", "not authorized", "CreateStack")
    )
    with pytest.raises(DeployError) as caught:
        stack(client).deploy("t")
    assert str(caught.value) == (
        "could not deploy stack opsloop-dev: An error occurred (AccessDenied) when calling the "
        "CreateStack operation: not authorized"
    )


def test_an_unreachable_aws_is_told_and_no_traceback() -> None:
    unreachable = EndpointConnectionError(endpoint_url="https://cloudformation.example")
    with pytest.raises(DeployError) as caught:
        stack(FakeCloudFormation([None], refuses=unreachable)).deploy("t")
    assert str(caught.value) == (
        "could not deploy stack opsloop-dev: Could not connect to the endpoint URL: "
        '"https://cloudformation.example"'
    )


def test_outputs_of_a_missing_stack_say_which_command_makes_it() -> None:
    with pytest.raises(StackMissing) as caught:
        stack(FakeCloudFormation([None])).outputs()
    assert str(caught.value) == (
        "no CloudFormation stack 'opsloop-dev' in eu-west-1: create it with "
        "`opsloop infra --stage dev`"
    )
