"""What DescribeAlarmHistory answers, as the events that EventBridge had of it. Pure.

History holds an alarm's name and states, not its ARN, metrics and dimensions: those are the
answer of DescribeAlarms, where the user gives it. `envelopes` calls this.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import EventError
from chalicelib.events import alarms
from chalicelib.events.shape import dig, mapping, text
from opsloop.backtest.records import Broken, Delivered, Undelivered

STATE = "StateUpdate"


@dataclass(frozen=True, slots=True)
class Alarms:
    """The place of alarms, and what is known of each by its name."""

    account: str
    region: str
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def delivered(self, raw: bytes) -> Delivered | Undelivered:
        """The event of one item. Raises Broken."""
        item = json.loads(raw)
        if item["HistoryItemType"] != STATE:
            return Undelivered("alarm history", f"items of the type {item['HistoryItemType']:.40}")
        try:
            envelope = self._envelope(item)
        except (EventError, ValueError) as error:
            raise Broken(f"an item of alarm history: {error}") from error
        payload = json.dumps(envelope, separators=(",", ":")).encode()
        return Delivered("alarm history", payload, envelope["time"])

    def _envelope(self, item: dict[str, Any]) -> dict[str, Any]:
        """As CloudWatch's notification of the same change would be, with the reason's data."""
        changed = mapping(json.loads(text(item.get("HistoryData"), "HistoryData")), "HistoryData")
        message = {**self._alarm(item), **_change(item, changed)}
        envelope = alarms.from_notification(
            message, f"{item['AlarmName']}@{item['Timestamp']}", self.region, self.account
        )
        detail = envelope["detail"]
        for state, key in (("newState", "state"), ("oldState", "previousState")):
            data = dig(changed, f"{state}.stateReasonData")
            if data is not None and key in detail:
                detail[key]["reasonData"] = json.dumps(data, separators=(",", ":"))
        return envelope

    def _alarm(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """What a notification says beside the change: DescribeAlarms has it by the same names."""
        alarm = self.known.get(text(item.get("AlarmName"), "AlarmName"))
        if alarm is None:
            return {}
        arn = text(alarm.get("AlarmArn"), "AlarmArn")
        named = {key: alarm.get(key) for key in ("AlarmDescription", "AlarmRule")}
        trigger = None if "AlarmRule" in alarm else alarm
        known = {"AlarmArn": arn, "AWSAccountId": dig(arn.split(":"), "4"), "Trigger": trigger}
        return {key: value for key, value in {**named, **known}.items() if value}


def _change(item: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    needed = {
        "AlarmName": item["AlarmName"],
        "StateChangeTime": item.get("Timestamp"),
        "NewStateValue": dig(changed, "newState.stateValue"),
    }
    more = {
        "NewStateReason": dig(changed, "newState.stateReason"),
        "OldStateValue": dig(changed, "oldState.stateValue"),
        "AlarmContributorId": item.get("AlarmContributorId"),
        "AlarmContributorAttributes": item.get("AlarmContributorAttributes"),
    }
    return needed | {key: value for key, value in more.items() if value is not None}


def described(answer: object) -> dict[str, Mapping[str, Any]]:
    """Alarms by name, from the answer of DescribeAlarms. Raises EventError."""
    content = mapping(answer, "alarms", "the output of `aws cloudwatch describe-alarms`")
    lists = [content.get(kind) for kind in ("MetricAlarms", "CompositeAlarms")]
    if not any(isinstance(each, list) for each in lists):
        raise EventError(
            "alarms: found neither MetricAlarms nor CompositeAlarms; expected the output of "
            "`aws cloudwatch describe-alarms`"
        )
    found = [mapping(alarm, "an alarm") for each in lists for alarm in each or ()]
    return {text(alarm.get("AlarmName"), "AlarmName"): alarm for alarm in found}
