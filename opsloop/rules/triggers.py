"""What wakes a rule: the map below `when:`. Called by `model`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, WithJsonSchema

from opsloop.problems import Path
from opsloop.rules import schedules
from opsloop.rules.fields import (
    Duration,
    Given,
    Model,
    Name,
    OneOrMany,
    Plain,
    Text,
    key,
    matching,
)
from opsloop.rules.words import Refused, said

TriggerKind = Literal["event", "api", "alarm", "schedule", "topic", "queue", "webhook", "manual"]
KINDS: tuple[TriggerKind, ...] = (
    "event",
    "api",
    "alarm",
    "schedule",
    "topic",
    "queue",
    "webhook",
    "manual",
)
State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
#: JMESPath's names, as its type() gives them
ParameterType = Literal["string", "number", "boolean", "array", "object"]

_ARN = r"arn:aws[a-z-]*:{}:[a-z0-9-]+:[0-9]{{12}}:"
TopicName: Any = matching(
    "topic",
    rf"({_ARN.format('sns')})?[A-Za-z0-9_-]{{1,256}}",
    "the name or the ARN of a standard topic (FIFO topics do not deliver to Lambda)",
)
QueueName: Any = matching(
    "queue",
    rf"({_ARN.format('sqs')})?[A-Za-z0-9_-]{{1,75}}(\.fifo)?",
    "the name or the ARN of a queue",
)
BusName: Any = matching(
    "event bus",
    rf"({_ARN.format('events')}event-bus/)?[A-Za-z0-9._/-]{{1,256}}",
    "the name or the ARN of an event bus",
)
ApiName: Any = matching(
    "API call",
    r"[A-Za-z0-9-]+:[A-Za-z0-9*_]+",
    "service:Operation, such as ec2:RunInstances or s3:Put*",
    lambda text: text.removeprefix("aws.").replace(".", ":", 1),
)


def _alarm_name(text: str) -> str:
    """A name with `*` as its only wildcard; EventBridge refuses two in a row."""
    if "${" in text:
        raise Refused(f"a template, {said(text)}", "an alarm's name, where * stands for any text")
    if not 0 < len(text) <= 255 or "**" in text:  # noqa: PLR2004 - CloudWatch's limit
        expected = "an alarm's name of 1 to 255 characters, where * stands for any text"
        raise Refused(said(text), expected, text.replace("**", "*") if text else None)
    return text


def _pattern(pattern: dict[str, Any]) -> dict[str, Any]:
    """EventBridge's own checks are the compiler's; here: that it is plain data, and some."""
    if not pattern:
        raise Refused("an empty map", "an EventBridge pattern, such as {source: [aws.ec2]}")
    for path, text in _texts(pattern):
        if "${" in text:
            expected = "plain values: EventBridge reads the pattern before any event"
            raise Refused(f"a template, {said(text)}", expected, path=path)
    return pattern


def _texts(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _texts(value, (*path, key))


AlarmName = Annotated[str, AfterValidator(_alarm_name)]
Pattern = Annotated[dict[str, Plain], AfterValidator(_pattern)]
Schedule = Annotated[
    str,
    AfterValidator(schedules.check),
    WithJsonSchema({"type": "string", "pattern": r"^(rate|cron)\(.+\)$", "x-kind": "schedule"}),
]


class CreatedAlarm(Model):
    """A CloudWatch alarm that belongs to the rule, with CloudWatch's own words."""

    namespace: Text = key("The metric's namespace.", "AWS/EC2")
    metric: Text = key("The metric's name.", "CPUUtilization")
    statistic: Text = key("Average, Sum, Minimum, Maximum, SampleCount, or p99.", "Average")
    dimensions: dict[str, str] = key("The metric's dimensions.", default_factory=dict)
    threshold: float = key("What the metric is compared with.", "90")
    comparison: Literal[">", ">=", "<", "<="] = key("How it is compared.", '">"')
    period: Duration = key("One data point's length.", default="5m", validate_default=True)
    periods: int = key("How many data points are looked at.", default=1, ge=1)


class Alarm(Model):
    """CloudWatch alarms, and the change of state that wakes the rule."""

    names: OneOrMany[AlarmName] = key(
        "Alarms, by name; `*` stands for any text.", '["rds-*"]', default_factory=list
    )
    to: OneOrMany[State] = key("The state that the alarm goes to.", default=["ALARM"])
    from_: OneOrMany[State] = key("The state that it comes from.", default_factory=list)
    via: Literal["events", "topic", "direct"] = key(
        "The road: EventBridge, the alarm's SNS topic, or its own Lambda action.", default="events"
    )
    topic: Given[TopicName] = key("With `via: topic`: the topic's name or ARN.", default=None)
    create: Given[CreatedAlarm] = key("An alarm to be made for this rule.", default=None)


class Webhook(Model):
    """A route that checks who calls, then puts what they send on the bus."""

    name: Name = key("The last part of the route.", "alerts")
    verifier: Literal[
        "github", "pagerduty", "alertmanager", "grafana", "slack", "hmac", "token"
    ] = key("How a caller proves who it is.", "alertmanager")


class Manual(Model):
    """A rule that people run: `opsloop run RULE --param NAME=VALUE`."""

    parameters: dict[Name, ParameterType] = key(
        "What the person gives: names and their types, read as `event.detail.parameters.NAME`.",
        "{instance: string}",
        default_factory=dict,
    )


class When(Model):
    """What wakes the rule: one of these triggers, and the keys that belong to it."""

    event: Given[Pattern] = key(
        "An EventBridge pattern as AWS documents it, in YAML.",
        "{source: [aws.guardduty]}",
        default=None,
    )
    bus: Given[BusName] = key("With `event`: a custom event bus.", default=None)
    api: OneOrMany[ApiName] = key(
        "API calls as CloudTrail records them: `service:Operation` by AWS's name or boto3's, where "
        "`*` stands for any text.",
        "ec2:RunInstances",
        default_factory=list,
    )
    errors: Literal["ignore", "only", "any"] = key(
        "With `api`: whether calls that failed count.", default="ignore"
    )
    alarm: Given[Alarm] = key("A CloudWatch alarm that changes its state.", default=None)
    schedule: Given[Schedule] = key(
        "`rate(…)` or `cron(…)` as EventBridge takes them, in UTC.", "rate(1 hour)", default=None
    )
    timezone: Given[Text] = key(
        "With `schedule`: the time zone that it is meant in.", "Europe/Rome", default=None
    )
    topic: Given[TopicName] = key("An SNS topic's name or ARN.", "deployments", default=None)
    queue: Given[QueueName] = key("An SQS queue's name or ARN.", default=None)
    webhook: Given[Webhook] = key("Calls from outside of AWS.", default=None)
    manual: Given[Manual] = key("People, by `opsloop run`.", "{}", default=None)

    @property
    def kinds(self) -> list[TriggerKind]:
        """The triggers that are given; a checked rule has exactly one."""
        return [kind for kind in KINDS if kind in self.model_fields_set]

    @property
    def kind(self) -> TriggerKind:
        """The one trigger of a checked rule."""
        (kind,) = self.kinds
        return kind
