"""A Lambda payload by any road becomes events of one shape. The engine's first step.

Roads: EventBridge (rules, schedules, Scheduler), SNS, a CloudWatch alarm's own Lambda
action, and opsloop's manual run. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.events import alarms
from chalicelib.events.event import Event, Road
from chalicelib.events.shape import dig, found, iso, mapping, shallow, structured, text, wrong
from chalicelib.partitions import partition_of

_KNOWN = (
    'an event of EventBridge ("detail-type", "source", "detail"), an event of SNS ("Records"), '
    'an alarm\'s own action ("alarmArn", "alarmData") or a manual run ("opsloop")'
)
_ENVELOPE = {"id", "detail-type", "source", "account", "time", "region", "detail"}
_SCHEDULES = ("aws.events", "aws.scheduler")


def normalise(payload: object) -> tuple[Event, ...]:
    """The events in a payload: one, or one for each record of SNS.

    Raises `EventError` for everything that is not wholly one of the known shapes.
    """
    content = mapping(payload, "payload", _KNOWN)
    for mark, read in _ROADS.items():
        if mark in content:
            return read(content)
    raise wrong("payload", content, _KNOWN)


def _bus(payload: dict[str, Any]) -> tuple[Event, ...]:
    scheduled = payload["detail-type"] == "Scheduled Event"
    ours = scheduled and payload.get("source") in _SCHEDULES
    return (_event(payload, "schedule" if ours else "eventbridge", "payload"),)


def _event(payload: dict[str, Any], road: Road, where: str) -> Event:
    envelope = {"version": "0", "resources": [], **payload}
    for key in ("id", "detail-type", "source", "account", "region"):
        text(envelope.get(key), f"{where}.{key}")
    if not isinstance(envelope["resources"], list):
        raise wrong(f"{where}.resources", envelope["resources"], "a list")
    envelope["detail"] = _detail(envelope, where)
    shallow(envelope, where)
    time = iso(envelope.get("time"), f"{where}.time")
    identity, time = _identity(envelope, time, where)
    return Event(
        road=road,
        identity=_replayed(identity, envelope, where),
        time=time,
        account=envelope["account"],
        region=envelope["region"],
        partition=partition_of(envelope["region"]),
        envelope=envelope,
    )


def _detail(envelope: Mapping[str, Any], where: str) -> dict[str, Any]:
    detail = envelope.get("detail")
    if isinstance(detail, str) and envelope["source"] == "aws.scheduler":
        detail = structured(detail, f"{where}.detail")  # Scheduler's own event says "{}"
    return mapping(detail, f"{where}.detail")


def _identity(envelope: Mapping[str, Any], time: str, where: str) -> tuple[str, str]:
    """What makes two deliveries the same event, and when that event was."""
    if alarms.is_alarm(envelope):
        return alarms.identity(envelope, where)
    detail = envelope["detail"]
    if _is_recorded(envelope) and "eventID" in detail:
        when = iso(detail.get("eventTime", time), f"{where}.detail.eventTime")
        return text(detail["eventID"], f"{where}.detail.eventID"), when
    return envelope["id"], time


def _is_recorded(envelope: Mapping[str, Any]) -> bool:
    """Whether CloudTrail recorded it: only AWS may put events of sources named `aws.`."""
    recorded: bool = envelope["detail-type"].endswith(" via CloudTrail")
    return recorded and envelope["source"].startswith("aws.")


def _replayed(identity: str, envelope: Mapping[str, Any], where: str) -> str:
    """A replay from an archive is asked for: it is another event than the first delivery."""
    if "replay-name" not in envelope:
        return identity
    return f"{identity}/{text(envelope['replay-name'], f'{where}.replay-name')}"


def _topic(payload: dict[str, Any]) -> tuple[Event, ...]:
    records = payload["Records"]
    if not isinstance(records, list) or not records:
        raise wrong("payload.Records", records, "at least one record of SNS")
    return tuple(_record(each, f"payload.Records[{at}]") for at, each in enumerate(records))


def _record(record: object, where: str) -> Event:
    content = mapping(record, where, "a record of SNS")
    if "Sns" not in content:
        origin = content.get("EventSource", content.get("eventSource"))
        expected = f'a record of SNS with the key "Sns" (its EventSource is {found(origin)})'
        raise wrong(where, content, expected)
    sns = mapping(content["Sns"], f"{where}.Sns")
    return _event(_message_envelope(sns, f"{where}.Sns"), "sns", f"{where}.Sns.Message")


def _message_envelope(sns: dict[str, Any], where: str) -> dict[str, Any]:
    """The envelope for a message: EventBridge's where it holds one, an alarm's, or its own."""
    message_id = text(sns.get("MessageId"), f"{where}.MessageId")
    region, account = _topic_place(sns.get("TopicArn"), f"{where}.TopicArn")
    message = sns.get("Message")
    if not isinstance(message, str):
        raise wrong(f"{where}.Message", message, "a text")
    content = structured(message, f"{where}.Message")
    if isinstance(content, dict) and content.keys() >= _ENVELOPE:
        return content
    if alarms.is_notification(content):
        return alarms.from_notification(content, message_id, region, account)
    return {
        "version": "0",
        "id": message_id,
        "detail-type": "SNS Message",
        "source": "aws.sns",
        "account": account,
        "time": iso(sns.get("Timestamp"), f"{where}.Timestamp"),
        "region": region,
        "resources": [sns["TopicArn"]],
        "detail": {
            "message": content,
            "subject": sns.get("Subject"),
            "topic": sns["TopicArn"],
            "messageId": message_id,
            "attributes": _attributes(sns.get("MessageAttributes")),
        },
    }


def _topic_place(arn: object, where: str) -> tuple[str, str]:
    parts = text(arn, where).split(":")
    if len(parts) != 6 or parts[0] != "arn" or not parts[3] or not parts[4]:  # noqa: PLR2004
        raise wrong(where, arn, "a topic's ARN, as arn:aws:sns:eu-west-1:123456789012:ops")
    return parts[3], parts[4]


def _attributes(sent: object) -> dict[str, Any]:
    return (
        {name: dig(each, "Value") for name, each in sent.items()} if isinstance(sent, dict) else {}
    )


def _alarm_action(payload: dict[str, Any]) -> tuple[Event, ...]:
    return (_event(alarms.from_action(payload), "direct", "payload"),)


def _manual(payload: dict[str, Any]) -> tuple[Event, ...]:
    where = "payload.opsloop.manual"
    run = mapping(dig(payload, "opsloop.manual"), where, "a manual run with its token")
    envelope = {
        "version": "0",
        "id": text(run.get("token"), f"{where}.token"),
        "detail-type": "Manual Run",
        "source": "opsloop",
        "account": text(run.get("account"), f"{where}.account"),
        "time": iso(run.get("time"), f"{where}.time"),
        "region": text(run.get("region"), f"{where}.region"),
        "resources": [],
        "detail": {"parameters": mapping(run.get("parameters", {}), f"{where}.parameters")},
    }
    if "by" in run:
        envelope["asked-by"] = text(run["by"], f"{where}.by")
    return (_event(envelope, "manual", where),)


_ROADS: dict[str, Callable[[dict[str, Any]], tuple[Event, ...]]] = {
    "detail-type": _bus,
    "Records": _topic,
    "alarmData": _alarm_action,
    "opsloop": _manual,
}
