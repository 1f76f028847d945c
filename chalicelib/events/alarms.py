"""CloudWatch alarms by their other roads, put into the shape EventBridge gives them.

`normalise` calls it for an alarm's SNS notification and for an alarm's own Lambda action,
so that rules see "CloudWatch Alarm State Change" by every road. Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.events.shape import dig, iso, mapping, moment, text
from chalicelib.partitions import partition_of

DETAIL_TYPE = "CloudWatch Alarm State Change"
#: one time series of an alarm over many (Metrics Insights)
CONTRIBUTOR_TYPE = "CloudWatch Alarm Contributor State Change"
SOURCE = "aws.cloudwatch"

_STATISTICS = {
    "AVERAGE": "Average",
    "MAXIMUM": "Maximum",
    "MINIMUM": "Minimum",
    "SAMPLE_COUNT": "SampleCount",
    "SUM": "Sum",
}


def is_alarm(envelope: Mapping[str, Any]) -> bool:
    """Whether an EventBridge event is an alarm's change of state."""
    known = (DETAIL_TYPE, CONTRIBUTOR_TYPE)
    return envelope.get("source") == SOURCE and envelope.get("detail-type") in known


def is_notification(message: object) -> bool:
    """Whether an SNS message is what CloudWatch sends for an alarm."""
    needed = {"AlarmName", "NewStateValue", "StateChangeTime"}
    return isinstance(message, dict) and needed <= message.keys()


def identity(envelope: Mapping[str, Any], where: str) -> tuple[str, str]:
    """An alarm's identity, the same by every road, and its time: its ARN, its state's time.

    Each contributor of an alarm over many time series changes state by itself.
    """
    about = text(dig(envelope, "resources.0"), f"{where}.resources[0]")
    time = iso(dig(envelope, "detail.state.timestamp"), f"{where}.detail.state.timestamp")
    contributor = dig(envelope, "detail.alarmContributor.id")
    if contributor is not None:
        about += f"#{text(contributor, f'{where}.detail.alarmContributor.id')}"
    return f"{about}@{time}", time


def from_notification(
    message: dict[str, Any], message_id: str, region: str, account: str
) -> dict[str, Any]:
    """EventBridge's event for an alarm's SNS notification, as far as the message holds it.

    `region` and `account` are the topic's: an alarm notifies topics of its own region only,
    and old notifications lack the alarm's ARN.
    """
    owner = text(message.get("AWSAccountId", account), "SNS message: AWSAccountId")
    name = text(message["AlarmName"], "SNS message: AlarmName")
    arn = message.get("AlarmArn")
    if arn is None:
        arn = f"arn:{partition_of(region)}:cloudwatch:{region}:{owner}:alarm:{name}"
    changed = message["StateChangeTime"]
    return {
        "version": "0",
        "id": message_id,
        "detail-type": CONTRIBUTOR_TYPE if "AlarmContributorId" in message else DETAIL_TYPE,
        "source": SOURCE,
        "account": owner,
        "time": _second(changed, "SNS message: StateChangeTime"),
        "region": _region(arn, "SNS message: AlarmArn"),
        "resources": [arn],
        "detail": _detail(message, name),
    }


def from_action(payload: dict[str, Any]) -> dict[str, Any]:
    """EventBridge's event for what an alarm sends to a Lambda function by itself."""
    arn = text(payload.get("alarmArn"), "payload.alarmArn")
    data = mapping(payload["alarmData"], "payload.alarmData")
    changed = dig(data, "state.timestamp")
    return {
        "version": "0",
        # this road has no id of its own
        "id": f"{arn}@{iso(changed, 'payload.alarmData.state.timestamp')}",
        "detail-type": CONTRIBUTOR_TYPE if "alarmContributor" in data else DETAIL_TYPE,
        "source": SOURCE,
        "account": payload.get("accountId"),
        "time": _second(payload.get("time"), "payload.time"),
        "region": payload.get("region"),
        "resources": [arn],
        "detail": data,
    }


def _second(time: object, where: str) -> str:
    """EventBridge says an event's time to the second, cut off."""
    return moment(time, where).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def _region(arn: object, where: str) -> str:
    parts = text(arn, where).split(":")
    return text(dig(parts, "3"), f"{where} (its region)")


def _detail(message: dict[str, Any], name: str) -> dict[str, Any]:
    state = {
        "value": text(message["NewStateValue"], "SNS message: NewStateValue"),
        "reason": message.get("NewStateReason"),
        "reasonData": _reason_data(message),
        "timestamp": message["StateChangeTime"],
    }
    detail = {
        "alarmName": name,
        "configuration": _configuration(message),
        "state": _present(state),
    }
    if "AlarmContributorId" in message:
        attributes = message.get("AlarmContributorAttributes")
        return detail | {
            "alarmContributor": {"id": message["AlarmContributorId"], "attributes": attributes}
        }
    return detail | {"previousState": _present({"value": message.get("OldStateValue")})}


def _reason_data(message: dict[str, Any]) -> str | None:
    """For a composite alarm: the children that set it off, as EventBridge writes them."""
    children = message.get("TriggeringChildren")
    if not isinstance(children, list):
        return None
    alarms = [
        {
            "arn": dig(child, "Arn"),
            "state": {
                "value": dig(child, "State.Value"),
                "timestamp": dig(child, "State.Timestamp"),
            },
        }
        for child in children
    ]
    return json.dumps({"triggeringAlarms": alarms}, separators=(",", ":"))


def _configuration(message: dict[str, Any]) -> dict[str, Any]:
    configuration = _present(
        {
            "description": message.get("AlarmDescription"),
            "alarmRule": message.get("AlarmRule"),
            "actionsSuppressor": message.get("ActionsSuppressor"),
        }
    )
    trigger = message.get("Trigger")
    if isinstance(trigger, dict):
        configuration["metrics"] = _metrics(trigger)
    return configuration


def _metrics(trigger: dict[str, Any]) -> list[dict[str, Any]]:
    listed = trigger.get("Metrics")
    if isinstance(listed, list):
        return [_query(query) for query in listed if isinstance(query, dict)]
    stat = _metric_stat(trigger, trigger, trigger.get("Statistic"))
    return [{"metricStat": stat, "returnData": True}]


def _query(query: dict[str, Any]) -> dict[str, Any]:
    """One metric or expression of a metric math alarm."""
    known = {
        "id": query.get("Id"),
        "expression": query.get("Expression"),
        "label": query.get("Label"),
        "period": query.get("Period"),
        "accountId": query.get("AccountId"),
        "returnData": query.get("ReturnData"),
    }
    stat = query.get("MetricStat")
    if isinstance(stat, dict):
        known["metricStat"] = _metric_stat(dig(stat, "Metric"), stat, stat.get("Stat"))
    return _present(known)


def _metric_stat(metric: object, stat: dict[str, Any], name: object) -> dict[str, Any]:
    """EventBridge's metricStat; `name` is the statistic, which SNS writes in capitals."""
    if isinstance(name, str):
        name = _STATISTICS.get(name, name)
    return _present(
        {
            "metric": {
                "namespace": dig(metric, "Namespace"),
                "name": dig(metric, "MetricName"),
                "dimensions": _dimensions(dig(metric, "Dimensions")),
            },
            "period": stat.get("Period"),
            "stat": name,
            "unit": stat.get("Unit"),
        }
    )


def _dimensions(listed: object) -> dict[str, Any]:
    """SNS writes name and value in lower case; older messages and stand-ins do not."""
    if not isinstance(listed, list):
        return {}
    lower = [{key.lower(): each[key] for key in each} for each in listed if isinstance(each, dict)]
    return {each["name"]: each.get("value") for each in lower if isinstance(each.get("name"), str)}


def _present(known: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in known.items() if value is not None}
