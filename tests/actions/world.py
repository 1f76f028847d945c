"""An account in this process, and tools that reach nothing else. What leaves is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import xform_name
from moto import mock_aws

from chalicelib.actions import Catalogue
from chalicelib.actions.reads import is_read
from chalicelib.actions.sessions import Sessions
from chalicelib.actions.tools import AwsToolBox, AwsTools
from chalicelib.actions.web import Reply, Request, Transport
from chalicelib.errors import SecretError
from chalicelib.plan import Stage
from tests.engine.fakes import FakeClock

ACCOUNT = "123456789012"
REGION = "eu-west-1"
EXECUTION = "01KB0000000000000000000000"
TOKEN = "0123456789abcdef0123456789abcdef"


@dataclass
class Secrets:
    """Secrets from a dictionary."""

    known: dict[str, str] = field(default_factory=dict)

    def resolve(self, reference: str) -> str:
        if reference not in self.known:
            raise SecretError(f"secret({reference!r}): not found")
        return self.known[reference]


@dataclass
class Replies:
    """A transport that answers what it was told to, and keeps the requests."""

    replies: list[Reply] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.replies.pop(0)


def stage(channels: Mapping[str, Any] | None = None) -> Stage:
    """A stage whose channels are given as plain values."""
    return {
        "schema": 1,
        "stage": "test",
        "account": ACCOUNT,
        "region": REGION,
        "max_mode": "active",
        "params": {},
        "channels": {name: {"lit": settings} for name, settings in (channels or {}).items()},
        "escalate": None,
        "approvers": None,
    }


@dataclass
class World:
    """The account, and what was sent to it: `ec2.run_instances`."""

    session: boto3.Session
    clock: FakeClock = field(default_factory=FakeClock)
    sent: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    transport: Transport = field(default_factory=Replies)

    def __post_init__(self) -> None:
        self.session.events.register_first("before-send", self._sending)
        self.sessions = Sessions(self.clock, lambda: self.session)

    def tools(
        self,
        *,
        dry_run: bool = False,
        seconds: float = 60.0,
        channels: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        rule: str = "close-bucket",
    ) -> AwsTools:
        box = AwsToolBox(
            self.sessions, stage(channels), Secrets(dict(secrets or {})), self.transport
        )
        return box.tools(
            rule=rule,
            execution=EXECUTION,
            token=TOKEN,
            deadline=self.clock.now() + seconds,
            dry_run=dry_run,
        )

    def client(self, service: str) -> Any:
        """A client for setting the stage: what it sends is not kept."""
        made = getattr(self.session, "client")(service)  # noqa: B009 - its overloads are per service
        made.meta.events.unregister("before-send", self._sending)
        return made

    def do(self, name: str, parameters: Mapping[str, Any], tools: AwsTools | None = None) -> Any:
        """Call an action as the engine does."""
        return Catalogue().call(name, tools or self.tools(), parameters)

    def effects(self) -> list[str]:
        """What was sent and is no read."""
        return [sent for sent in self.sent if not is_read(*sent.split("."))]

    def answer(
        self, service_id: str, operation: str, *answers: Mapping[str, Any] | None
    ) -> list[Any]:
        """Answer an operation from here on, the last for ever; None leaves it to moto.

        Returns the list that its calls' parameters will be in.
        """
        left = list(answers)
        calls: list[Any] = []

        def answer(model: Any, context: dict[str, Any], **_: Any) -> Any:
            here = (model.service_model.service_id.hyphenize(), model.name)
            if here != (service_id, operation):
                return None
            response = left.pop(0) if len(left) > 1 else left[0]
            if response is None:
                return None
            calls.append(context["opsloop"])
            self.sent.append(f"{service_id}.{xform_name(operation)}")
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 200)
            return SimpleNamespace(status_code=status), dict(response)

        # behind the hooks of a step's clients, which are on the same level
        self.session.events.register_last("before-call", answer)
        return calls

    def _sending(self, request: Any, event_name: str, **_: Any) -> None:
        service, operation = event_name.split(".")[1:]
        self.sent.append(f"{service}.{xform_name(operation)}")
        agent: str | bytes = request.headers["User-Agent"]
        self.agents.append(agent if isinstance(agent, str) else agent.decode())


@contextmanager
def world() -> Iterator[World]:
    """A new account."""
    with mock_aws():
        yield World(boto3.Session("testing", "testing", region_name=REGION))
