"""The functions of a stage on this machine: who an event would start, and starting them.

The handlers are the ones that Lambda runs (`chalicelib.functions.make_handler`); which of
them an event reaches is decided as EventBridge and SNS would, from the compiled plans alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.clock import Clock
from chalicelib.functions import Handler, make_handler
from chalicelib.journal.table import Table
from chalicelib.plan import Plan, Stage
from chalicelib.runtime import Runtime
from chalicelib.waker import Waker
from opsloop.deploy.names import event_rule_name
from opsloop.local.telemetry import ConsoleTelemetry
from opsloop.patterns import Pattern

#: what Lambda gives a function of the default configuration, in milliseconds
REMAINING = 120_000


@dataclass(frozen=True, slots=True)
class LocalContext:
    """Lambda's context object, as far as the engine reads it."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """As if each invocation had just begun."""
        return REMAINING


@dataclass(frozen=True, slots=True)
class Delivery:
    """One function that an event started: its outcomes, or what it raised."""

    rule: str
    outcomes: tuple[Mapping[str, Any], ...] = ()
    raised: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON for whoever delivered."""
        return {"rule": self.rule, "outcomes": list(self.outcomes), "raised": self.raised}


class LocalFunctions:
    """All functions of one stage."""

    def __init__(
        self, plans: Iterable[Plan], stage: Stage, runtime_of: Callable[[Plan], Runtime]
    ) -> None:
        self._stage = stage
        self._plans = {plan["rule"]: plan for plan in plans}
        self._patterns = {
            rule: Pattern(plan["wire"]["pattern"])
            for rule, plan in self._plans.items()
            if "pattern" in plan["wire"]
        }
        self._handlers: dict[str, Handler] = {
            rule: make_handler(plan, stage, runtime_of(plan)) for rule, plan in self._plans.items()
        }
        self._requests = 0

    def deliver(self, payload: Mapping[str, Any]) -> list[Delivery]:
        """Start every function that AWS would start with this payload."""
        return [self.invoke(rule, payload) for rule in self.started_by(payload)]

    def started_by(self, payload: Mapping[str, Any]) -> list[str]:
        """The rules whose functions AWS would start with this payload, by name."""
        if "Records" in payload:
            topics = {record["Sns"]["TopicArn"] for record in payload["Records"]}
            return [rule for rule in self._plans if self._topic_arn(rule) in topics]
        if payload.get("detail-type") == "Scheduled Event":
            return [rule for rule in self._plans if self._is_scheduled_by(rule, payload)]
        return [rule for rule, pattern in self._patterns.items() if pattern.matches(dict(payload))]

    def invoke(self, rule: str, payload: Any) -> Delivery:
        """Run one function, as a direct invocation does."""
        handler = self._handlers[rule]
        self._requests += 1
        try:
            answer = handler(payload, LocalContext(f"local-{self._requests:06}"))
        except Exception as error:  # noqa: BLE001 - as Lambda, which reports what a function raised
            return Delivery(rule, raised=f"{type(error).__name__}: {error}")
        return Delivery(rule, tuple(answer["outcomes"]))

    def has(self, rule: str) -> bool:
        """Whether there is a function of this rule."""
        return rule in self._handlers

    def wake(self, table: Table, clock: Clock) -> list[Delivery]:
        """What the waker does once a minute: start the functions of executions that are due."""
        started, quiet = _Started(self), ConsoleTelemetry(lambda _line: None)
        Waker(table, lambda: started, "", clock, quiet).tick()
        return started.deliveries

    def _topic_arn(self, rule: str) -> str | None:
        topic = self._plans[rule]["wire"].get("topic")
        if topic is None or topic.startswith("arn:"):
            return topic
        stage = self._stage
        return f"arn:aws:sns:{stage['region']}:{stage['account']}:{topic}"

    def _is_scheduled_by(self, rule: str, payload: Mapping[str, Any]) -> bool:
        if "schedule" not in self._plans[rule]["wire"]:
            return False
        name = event_rule_name(self._stage["stage"], rule)
        return any(arn.endswith(f":rule/{name}") for arn in payload.get("resources", []))


_NOT_FOUND = "ResourceNotFoundException"


class _NotFound(ClientError):
    """Lambda knows no function of this name."""


class _Started:
    """Lambda's client, as far as the waker needs it: it starts functions here and now."""

    exceptions = SimpleNamespace(ResourceNotFoundException=_NotFound, ClientError=ClientError)

    def __init__(self, functions: LocalFunctions) -> None:
        self._functions = functions
        self.deliveries: list[Delivery] = []

    def invoke(self, **asked: Any) -> None:
        """Start it. Raises ResourceNotFoundException for a rule that there is not."""
        rule = asked["FunctionName"]
        if not self._functions.has(rule):
            found = f"there is no function of the rule {rule}"
            raise _NotFound({"Error": {"Code": _NOT_FOUND, "Message": found}}, "Invoke")
        self.deliveries.append(self._functions.invoke(rule, json.loads(asked["Payload"])))
