"""What one call of a step makes AWS tell: events on EventBridge, and messages of SNS topics.

Called by `caused`. CloudTrail tells of a call as `opsloop.aws.cloudtrail` says, services tell
of some themselves (`opsloop.aws.consequences`); a curated action makes the calls that its
permissions name. What a service does in turn on the rule's behalf is not foreseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.actions import find
from opsloop.aws import iam, models
from opsloop.aws.cloudtrail import ApiCall, api_calls
from opsloop.aws.cloudtrail_table import API_CALL
from opsloop.aws.consequences import CONSEQUENCES
from opsloop.aws.faults import FaultError
from opsloop.aws.operations import operation
from opsloop.aws.permissions import needed
from opsloop.aws.templates import Joined, known
from opsloop.patterns.partial import Known

#: a message of a topic is no event of EventBridge's
SNS = "aws.sns"
MESSAGE = "SNS message"
DEFAULT_BUS = "default"
#: IAM's prefixes of services that only other services call in a rule's name
_BEHIND_OTHERS = frozenset({"kms"})
_CHANGES = ("Write", "Tagging", "Permissions management")


@dataclass(frozen=True, slots=True)
class Happening:
    """One event that a call makes. `known` says what of it is known, by dotted field."""

    #: `aws.ec2`
    source: str
    #: the event's name where CloudTrail tells it, else its detail-type
    name: str
    detail_type: str
    known: Known
    #: the call that CloudTrail tells of, as a trigger `api` has it: `ec2:CreateTags`
    call: str | None = None
    #: of an SNS message: the topic's name, None where it is not known
    topic: str | None = None
    #: the one region that hears of it
    region: str | None = None
    #: why it may not come to this event at all
    doubts: tuple[str, ...] = ()

    @property
    def has_caller(self) -> bool:
        """Whether the event says who caused it: then a rule knows its own doing."""
        return self.call is not None or self.source == "opsloop"


@dataclass(frozen=True, slots=True)
class Called:
    """One call, with the topics of its stages' SNS channels by the channels' names."""

    do: str
    parameters: Mapping[str, Any]
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def happenings(called: Called) -> Iterator[Happening]:
    """All that is known to happen. An action that there is not makes nothing happen."""
    parts = called.do.split(".")
    if parts[0] == "aws":
        yield from _of_aws(called, parts[1], parts[2])
        return
    yield from _of_action(called)
    if called.do == "notify":
        yield from _sent(called)


def _of_aws(called: Called, service: str, method: str) -> Iterator[Happening]:
    given = known(dict(called.parameters))
    name = operation(service, method).name
    yield from _recorded(f"{service}:{name}", ())
    yield from _consequences(f"{service}.{method}", given)
    if (service, method) == ("events", "put_events"):
        yield from _put(given.get("Entries"))
    if (service, method) == ("sns", "publish"):
        yield message(given.get("TopicArn"), ())


def _of_action(called: Called) -> Iterator[Happening]:
    """An action that may make several calls need not make each of them."""
    names = {one.action: None for one in needed(find(called.do), called.parameters)}
    changes = [name for name in names if iam.action(name).access_level in _CHANGES]
    doubts = (f"whether {called.do} makes this call",) if len(changes) > 1 else ()
    for name in changes:
        prefix, _, _ = name.partition(":")
        if prefix not in _BEHIND_OTHERS:
            yield from _recorded(name, doubts)
            yield from _consequences(_method(name), {}, doubts)


def _method(action: str) -> str:
    """An IAM action as boto3's `service.method`, if it is one."""
    prefix, _, name = action.partition(":")
    methods = models.methods(prefix) if prefix in models.services() else {}
    found = next((method for method, operation in methods.items() if operation == name), "")
    return f"{prefix}.{found}"


def _recorded(name: str, doubts: tuple[str, ...]) -> Iterator[Happening]:
    """What CloudTrail tells of a call, under all names that it may give it."""
    try:
        calls = api_calls(name)
    except FaultError:
        return  # a permission that is no call, such as iam:PassRole
    heard = [
        one
        for one in calls
        if one.detail_type == API_CALL and not (one.read_only or one.data_event)
    ]
    if heard:
        yield _call(heard, doubts)


def _call(calls: list[ApiCall], doubts: tuple[str, ...]) -> Happening:
    first = min(calls, key=lambda call: len(call.event_name))
    known: Known = {
        "source": _distinct(call.source for call in calls),
        "detail-type": (API_CALL,),
        "detail.eventSource": _distinct(call.event_source for call in calls),
        "detail.eventName": _distinct(call.event_name for call in calls),
        "detail.eventType": ("AwsApiCall",),
        "detail.readOnly": (False,),
        "detail.managementEvent": (True,),
        "detail.errorCode": (),
        "detail.errorMessage": (),
        "detail.userIdentity.type": ("AssumedRole",),
    }
    service, _, _ = first.event_source.partition(".")
    return Happening(
        first.source,
        first.event_name,
        API_CALL,
        known,
        f"{service}:{first.event_name}",
        region=first.region,
        doubts=doubts,
    )


def _consequences(
    method: str, given: Mapping[str, Any], doubts: tuple[str, ...] = ()
) -> Iterator[Happening]:
    service, _, _ = method.partition(".")
    source = {"stepfunctions": "states"}.get(service, service)
    for detail_type, detail in CONSEQUENCES.get(method, ()):
        known = {f"detail.{name}": values for name, values in detail.items()}
        if method == "cloudwatch.set_alarm_state":
            known |= _literal("detail.alarmName", given.get("AlarmName"))
            known |= _literal("detail.state.value", given.get("StateValue"))
        yield _event(f"aws.{source}", detail_type, known, doubts)


def _put(entries: Any) -> Iterator[Happening]:
    """Events of the rule's own making; None is known of entries that an expression gives."""
    if not isinstance(entries, list):
        yield Happening("?", "?", "?", {})
        return
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {}
        if _text(fields.get("EventBusName", DEFAULT_BUS)) in (None, DEFAULT_BUS):
            yield _entry(fields)


def _entry(fields: Mapping[str, Any]) -> Happening:
    source, kind = _text(fields.get("Source")), _text(fields.get("DetailType"))
    known = _literal("source", source) | _literal("detail-type", kind)
    return Happening(source or "?", kind or "?", kind or "?", known)


def _sent(called: Called) -> Iterator[Happening]:
    """A message to each topic that the channel has on some stage."""
    to = _text(known(called.parameters.get("to")))
    named = called.topics.values() if to is None else [called.topics.get(to, ())]
    topics = dict.fromkeys(topic for each in named for topic in each)
    for topic in topics:
        yield message(topic, ("which channel it is",) if to is None else ())


def message(topic: Any, doubts: tuple[str, ...]) -> Happening:
    """A message to a topic, by name or ARN."""
    name = None if (arn := _text(topic)) is None else arn.rpartition(":")[2]
    return Happening(SNS, name or "?", MESSAGE, {}, topic=name, doubts=doubts)


def _event(source: str, detail_type: str, known: Known, doubts: tuple[str, ...]) -> Happening:
    fields = {"source": (source,), "detail-type": (detail_type,), **known}
    return Happening(source, detail_type, detail_type, fields, doubts=doubts)


def _literal(field: str, value: Any) -> dict[str, tuple[Any, ...]]:
    text = _text(value)
    return {} if text is None else {field: (text,)}


def _text(value: Any) -> str | None:
    """A text that the rule says itself."""
    return value if isinstance(value, str) and not isinstance(value, Joined) else None


def _distinct(values: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
