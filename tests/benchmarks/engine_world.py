"""One function as a warm sandbox has it: real clients of boto3's, answered before they send.

So all is real but the network. With `at_once`, boto3 itself is left out: each call is answered
where it is made, and what remains is our own. For `engine_run` and `test_engine_speed`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse

from chalicelib.actions.sessions import Sessions
from chalicelib.events.shape import moment
from chalicelib.functions import make_handler
from chalicelib.plan import Plan, Stage
from chalicelib.runtime import Runtime
from opsloop.local.plans import bare_plan, bare_stage
from tests.engine.fakes import FakeClock
from tests.engine.plans import expr, met, value

EVENTS = Path(__file__).parents[1] / "events"
RUN = json.loads((EVENTS / "ec2-run-instances.json").read_text())
#: what AWS answers, by operation; nothing but `{}` else
ANSWERS = {
    "Query": b'{"Items": [], "Count": 0}',
    "PutEvents": b'{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}',
}
#: EC2 speaks XML
XML = {"CreateTags": b"<CreateTagsResponse><return>true</return></CreateTagsResponse>"}
JSON: Any = {"Content-Type": "application/x-amz-json-1.0"}
DEADLINE = 60_000

#: service, operation, parameters
PlainCall = tuple[str, str, dict[str, Any]]


class Body:
    """The body of an answer, as urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        """All of it."""
        yield self._content


@dataclass
class Sandbox:
    """The handler of a one-step rule, the calls that it makes, and plain clients beside it."""

    at_once: bool = False
    clock: FakeClock = field(default_factory=FakeClock)
    #: how often each `service.operation` was called
    counts: Counter[str] = field(default_factory=Counter)
    #: the calls with their parameters, while they are kept
    calls: list[PlainCall] | None = None
    handle: Callable[[Any, Any], dict[str, Any]] = field(init=False)
    _plain: Sessions = field(init=False)

    def __post_init__(self) -> None:
        self.clock.at = moment(RUN["time"], "time").timestamp() + 2
        rule, stage = plan(), settings()
        session = self._session(self._heard)
        runtime = Runtime(rule, stage, "opsloop-dev", self.clock, session=lambda: session)
        self.handle = make_handler(rule, stage, runtime)
        self._plain = Sessions(self.clock, lambda: self._session(None))

    def run(self, event: Any) -> str:
        """What becomes of an event."""
        (outcome,) = self.handle(event, self)["outcomes"]
        became: str = outcome["outcome"]
        return became

    def counted(self) -> Counter[str]:
        """The calls since this was last asked."""
        found, self.counts = self.counts, Counter()
        return found

    def recorded(self, event: Any) -> list[PlainCall]:
        """The calls that an event comes to."""
        made: list[PlainCall] = []
        self.calls = made
        self.run(event)
        self.calls = None
        return made

    def repeat(self, calls: list[PlainCall]) -> None:
        """The same calls by clients that carry no hooks."""
        for service, operation, given in calls:
            getattr(self._plain.client(service), operation)(**given)

    @property
    def aws_request_id(self) -> str:
        """Lambda's context is this sandbox too."""
        return "5f6c1e4e-6a3b-4f3a-9d0a-6d8a4ff4f3c1"

    def get_remaining_time_in_millis(self) -> int:
        """As above."""
        return DEADLINE

    def _session(self, heard: Callable[..., None] | None) -> Any:
        made = boto3.Session("AKIDEXAMPLE", "secret", "token", "eu-west-1")
        if heard is not None:
            made.events.register("provide-client-params", heard)
        made.events.register("before-send", _answered)
        if self.at_once:
            made.events.register("creating-client-class", _at_once)
        return made

    def _heard(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        service, operation = model.service_model.service_name, xform_name(model.name)
        self.counts[f"{service}.{operation}"] += 1
        if self.calls is not None:
            self.calls.append((service, operation, deepcopy(params)))


class AtOnce:
    """Stands before boto3's own client, and asks it nothing."""

    def _make_api_call(self, operation_name: str, _parameters: Any) -> Any:
        return json.loads(ANSWERS.get(operation_name, b"{}"))


def _at_once(base_classes: list[type], **_: Any) -> None:
    base_classes.insert(0, AtOnce)


def _answered(request: Any, event_name: str, **_: Any) -> Any:
    content = {**ANSWERS, **XML}.get(event_name.rpartition(".")[2], b"{}")
    return AWSResponse(request.url, 200, JSON, Body(content))


def plan() -> Plan:
    """A rule with a criterion and one step, on an event of CloudTrail's of 2.8 kB."""
    step: Any = {
        "id": "tag",
        "kind": "do",
        "do": "aws.ec2.create_tags",
        "with": value(
            Resources="=[event.detail.responseElements.instancesSet.items[0].instanceId]",
            Tags="=[{Key: 'creator', Value: actor.name}]",
        ),
        "if": None,
        "for_each": None,
        "retry": None,
        "timeout": None,
        "on_error": "fail",
        "effect": "idempotent",
    }
    criterion = met("event.detail.eventName == 'RunInstances'")
    return {
        **bare_plan(),
        "rule": "tag-new",
        "mode": "active",
        "wire": {"pattern": {"source": ["aws.ec2"]}},
        "let": {"who": expr("actor.name")},
        "criteria": {"event": criterion, "facts": None},
        "then": [step],
    }


def settings() -> Stage:
    """The stage of the function."""
    here: Any = {"max_mode": "active", "region": "eu-west-1", "account": "123456789012"}
    return {**bare_stage("dev"), **here}


def other() -> Any:
    """An event that fails the criterion."""
    made = deepcopy(RUN)
    made["detail"]["eventName"] = "StopInstances"
    return made
