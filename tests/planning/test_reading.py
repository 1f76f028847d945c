"""What AWS answers where it does not answer all: read into facts, or said to be unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from opsloop.deploy.errors import DeployError
from opsloop.planning.asking import Asking
from opsloop.planning.deployed import _agreed
from opsloop.planning.review import unread
from opsloop.planning.state import Facts, Unread
from tests.planning.stage import Deployment
from tests.planning.test_deployed import planned


def failing(code: str, message: str = "no") -> Callable[[], Any]:
    def call() -> Any:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "Call")

    return call


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ResourceNotFoundException", "no"),
        ("NoSuchEntity", "no"),
        ("NotFound", "no"),
        ("AWS.SimpleQueueService.NonExistentQueue", "no"),
        ("QueueDoesNotExist", "no"),
        ("ValidationError", "Stack with id opsloop-dev does not exist"),
    ],
)
def test_what_is_not_there_is_known_not_to_be(code: str, message: str) -> None:
    asking = Asking()
    assert asking.read("role", "iam:GetRole x", failing(code, message)) is None
    assert (asking.unknown, asking.unread) == (set(), [])


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException", "InternalFailure"])
def test_what_is_not_answered_is_not_known(code: str) -> None:
    asking = Asking()
    assert asking.read("role", "iam:GetRole x", failing(code)) is None
    assert asking.unknown == {"role"}
    why = f"An error occurred ({code}) when calling the Call operation: no"
    assert asking.unread == [Unread("iam:GetRole x", why)]


def test_where_aws_cannot_be_reached_there_is_nothing_to_say() -> None:
    def call() -> Any:
        raise EndpointConnectionError(endpoint_url="https://iam.amazonaws.com")

    with pytest.raises(DeployError, match=r"^could not ask for iam:GetRole x: Could not connect"):
        Asking().read("role", "iam:GetRole x", call)


def test_functions_that_run_different_packages_agree_on_what_they_agree() -> None:
    """As after a deployment that was cut off."""
    one: Facts = {("file", "a.py"): "1", ("file", "b.py"): "2"}
    other: Facts = {("file", "a.py"): "1", ("file", "b.py"): "3", ("file", "c.py"): "4"}
    assert _agreed([one, other]) == {
        ("file", "a.py"): "1",
        ("file", "b.py"): "differs between functions",
        ("file", "c.py"): "differs between functions",
    }


def test_tags_that_may_not_be_read_are_not_taken_for_gone(deployed: Deployment) -> None:
    """Lambda answers all but the tags where `lambda:ListTags` is not allowed."""

    def without_tags(parsed: dict[str, Any], **_: Any) -> None:
        parsed.pop("Tags", None)
        parsed["TagsError"] = {"ErrorCode": "AccessDenied", "Message": "you may not ListTags"}

    deployed.session.events.register("after-call.lambda.GetFunction", without_tags)
    report = planned(deployed)
    assert report.difference.units == ()
    assert report.unread[0] == Unread(
        "lambda:ListTags opsloop-dev-close-bucket", "you may not ListTags"
    )


def test_the_same_refusal_of_many_resources_is_told_once() -> None:
    def refused(action: str, name: str, code: str = "AccessDenied") -> Unread:
        why = f"An error occurred ({code}) when calling it: you may not {action} {name}"
        return Unread(f"{action} {name}", why)

    reads = [
        refused("iam:GetRole", "one"),
        refused("lambda:GetPolicy", "one"),
        refused("iam:GetRole", "two"),
        refused("iam:GetRole", "three", "Throttling"),
        refused("iam:GetRole", "four"),
    ]
    assert [one.partition(" when")[0] for one in unread(reads)] == [
        "iam:GetRole one and 2 more: An error occurred (AccessDenied)",
        "lambda:GetPolicy one: An error occurred (AccessDenied)",
        "iam:GetRole three: An error occurred (Throttling)",
    ]
