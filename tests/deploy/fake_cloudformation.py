"""CloudFormation as far as `opsloop.deploy` knows it, with a story to play, and a clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


def refusal(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def event(
    number: int, status: str, resource: str, reason: str | None = None, kind: str = "AWS::X::Y"
) -> dict[str, Any]:
    told = {} if reason is None else {"ResourceStatusReason": reason}
    return {
        "EventId": f"event-{number}",
        "ResourceStatus": status,
        "LogicalResourceId": resource,
        "ResourceType": kind,
    } | told


@dataclass
class Scene:
    """What there is to see at one look: the stack's status, and all events so far."""

    status: str
    events: list[dict[str, Any]]


@dataclass
class FakeCloudFormation:
    """Shows one scene after another; each `describe_stacks` but the last moves on."""

    scenes: list[Scene | None]
    outputs: dict[str, str] = field(default_factory=dict)
    refuses: ClientError | BotoCoreError | None = None
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    meta: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(region_name="eu-west-1"))
    seen: Scene | None = None

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.seen = self.scenes.pop(0) if len(self.scenes) > 1 else self.scenes[0]
        if self.seen is None:
            message = f"Stack with id {StackName} does not exist"
            raise refusal("ValidationError", message, "DescribeStacks")
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]
        return {"Stacks": [{"StackStatus": self.seen.status, "Outputs": outputs}]}

    def create_stack(self, **parameters: Any) -> None:
        self._start("create_stack", parameters)

    def update_stack(self, **parameters: Any) -> None:
        self._start("update_stack", parameters)

    def get_paginator(self, operation: str) -> FakeCloudFormation:
        assert operation == "describe_stack_events"
        return self

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's
        """Newest first, two to a page."""
        assert StackName == "opsloop-dev"
        assert self.seen is not None
        newest = self.seen.events[::-1]
        for at in range(0, len(newest), 2):
            yield {"StackEvents": newest[at : at + 2]}

    def _start(self, name: str, parameters: dict[str, Any]) -> None:
        self.calls.append((name, parameters))
        if self.refuses is not None:
            raise self.refuses


class FakeClock:
    """Time passes when someone sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
