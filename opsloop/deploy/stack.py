"""The stage's own CloudFormation stack, from infra/opsloop.yaml: made, updated, or left alone.

Called by `opsloop infra`. Nothing here knows what the template holds but that it takes the
parameter `Stage`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

from botocore.exceptions import ClientError

from chalicelib.clock import Clock
from opsloop.deploy.errors import DeployError, StackMissing, doing
from opsloop.deploy.names import stack_name

Change = Literal["created", "updated", "unchanged"]
Event = Mapping[str, Any]

#: seconds between two looks at a stack that is changing
POLL = 2.0
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
#: what is left of a creation that failed: it can only be deleted
REMAINS = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@dataclass(frozen=True, slots=True)
class Deployed:
    """What `Stack.deploy` did, and the stack's outputs."""

    stack: str
    change: Change
    outputs: Mapping[str, str]


class Stack:
    """The stack of one stage, in the account and region of `client`."""

    def __init__(
        self, client: Any, stage: str, clock: Clock, report: Callable[[str], None]
    ) -> None:
        """`report` is told of each resource as CloudFormation works on it."""
        self.name = stack_name(stage)
        self._client = client
        self._stage = stage
        self._clock = clock
        self._report = report

    def deploy(self, template: str) -> Deployed:
        """Bring the stack to `template` and wait until it is there.

        Raises DeployError with the reason of the resource that failed first.
        """
        with doing(f"deploy stack {self.name}"):
            change = self._deploy(template)
        return Deployed(self.name, change, self.outputs())

    def outputs(self) -> Mapping[str, str]:
        """The outputs by name. Raises StackMissing where there is no such stack."""
        with doing(f"read stack {self.name}"):
            found = self._describe()
        if found is None:
            raise StackMissing(self.name, self._client.meta.region_name, self._stage)
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}

    def _deploy(self, template: str) -> Change:
        before = self._describe()
        self._check(before)
        latest = None if before is None else next(self._events())["EventId"]
        change: Change = "created" if before is None else "updated"
        if not self._start(template, change):
            return "unchanged"
        self._wait(latest)
        return change

    def _describe(self) -> Mapping[str, Any] | None:
        try:
            answer = self._client.describe_stacks(StackName=self.name)
        except ClientError as error:
            if "does not exist" in _message(error):
                return None
            raise
        found: Mapping[str, Any] = answer["Stacks"][0]
        return found

    def _check(self, found: Mapping[str, Any] | None) -> None:
        status = found["StackStatus"] if found else ""
        if status.endswith("_IN_PROGRESS"):
            raise DeployError(f"stack {self.name} is {status}: wait until that has ended")
        if status in REMAINS:
            raise DeployError(
                f"stack {self.name} is {status}, and CloudFormation only lets it be deleted: "
                f"`aws cloudformation delete-stack --stack-name {self.name}`, then once more"
            )

    def _start(self, template: str, change: Change) -> bool:
        start = self._client.create_stack if change == "created" else self._client.update_stack
        stage = [{"ParameterKey": "Stage", "ParameterValue": self._stage}]
        try:
            start(StackName=self.name, TemplateBody=template, Parameters=stage)
        except ClientError as error:
            if "No updates are to be performed" in _message(error):
                return False
            raise
        return True

    def _wait(self, latest: str | None) -> None:
        failed: list[Event] = []
        while True:
            # the status first: events that follow it are then all there is to tell
            status = (self._describe() or {"StackStatus": "DELETED"})["StackStatus"]
            fresh = self._since(latest)
            for event in fresh:
                self._report(_line(event))
            failed += [event for event in fresh if _is_cause(event)]
            if not status.endswith("_IN_PROGRESS"):
                break
            latest = fresh[-1]["EventId"] if fresh else latest
            self._clock.sleep(POLL)
        if status not in DONE:
            raise DeployError(f"stack {self.name} is {status}: {_causes(failed)}")

    def _since(self, latest: str | None) -> list[Event]:
        """The events after that one, oldest first."""
        fresh = list(takewhile(lambda event: event["EventId"] != latest, self._events()))
        return fresh[::-1]

    def _events(self) -> Iterator[Event]:
        """All events, newest first, as CloudFormation pages them."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        for page in pages:
            yield from page["StackEvents"]


def _message(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", ""))


def _line(event: Event) -> str:
    reason = event.get("ResourceStatusReason")
    line = f"{event['ResourceStatus']}  {event['LogicalResourceId']}"
    return f"{line}  {reason}" if reason else line


def _is_cause(event: Event) -> bool:
    """Whether this failed by itself, and not because something else did."""
    reason = event.get("ResourceStatusReason", "")
    return event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason


def _causes(failed: list[Event]) -> str:
    told = [
        f"{event['LogicalResourceId']} ({event['ResourceType']}): "
        f"{event.get('ResourceStatusReason', 'CloudFormation gives no reason')}"
        for event in failed
    ]
    return "; ".join(told) or "CloudFormation names no resource that failed; see its events"
