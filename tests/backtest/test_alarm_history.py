"""DescribeAlarmHistory's answers as EventBridge's events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import EventError
from chalicelib.events import names
from chalicelib.events.normalise import normalise
from opsloop.backtest.alarm_history import Alarms, described
from opsloop.backtest.records import Broken, Delivered, Undelivered

EVENTS = Path(__file__).parents[1] / "events"
ALARM = {
    "AlarmName": "ServerCpuTooHigh",
    "AlarmArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh",
    "AlarmDescription": "Goes into alarm when server CPU utilization is too high!",
    "MetricName": "CPUUtilization",
    "Namespace": "AWS/EC2",
    "Statistic": "Average",
    "Period": 300,
    "Dimensions": [{"Name": "InstanceId", "Value": "i-12345678901234567"}],
}
HERE = Alarms("123456789012", "us-east-1")
KNOWN = Alarms("1", "nowhere", described({"MetricAlarms": [ALARM], "CompositeAlarms": []}))


def item(sample: str = "cloudwatch-alarm") -> dict[str, Any]:
    """What DescribeAlarmHistory would say of an event's change of state."""
    detail = json.loads((EVENTS / f"{sample}.json").read_bytes())["detail"]
    states = {
        f"{which}State": {
            "stateValue": state["value"],
            "stateReason": state["reason"],
            "stateReasonData": json.loads(state["reasonData"]),
        }
        for which, state in (("new", detail["state"]), ("old", detail["previousState"]))
    }
    return {
        "AlarmName": detail["alarmName"],
        "AlarmType": "MetricAlarm",
        "Timestamp": "2019-10-02T17:04:40.989000+00:00",
        "HistoryItemType": "StateUpdate",
        "HistorySummary": "Alarm updated from OK to ALARM",
        "HistoryData": json.dumps({"version": "1.0", **states}),
    }


def delivered(alarms: Alarms, history: dict[str, Any]) -> Any:
    record = alarms.delivered(json.dumps(history).encode())
    assert isinstance(record, Delivered)
    return json.loads(record.payload)


def test_it_is_the_event_that_eventbridge_had() -> None:
    [expected] = normalise(json.loads((EVENTS / "cloudwatch-alarm.json").read_bytes()))
    [event] = normalise(delivered(KNOWN, item()))
    assert names.alarm(event) == names.alarm(expected)
    assert (event.identity, event.time, event.region, event.account) == (
        expected.identity,
        expected.time,
        expected.region,
        expected.account,
    )
    for state in ("state", "previousState"):
        ours, theirs = event.envelope["detail"][state], expected.envelope["detail"][state]
        assert json.loads(ours["reasonData"]) == json.loads(theirs["reasonData"])


def test_without_describe_alarms_it_is_the_stages_and_has_no_dimensions() -> None:
    [event] = normalise(delivered(HERE, item()))
    alarm = names.alarm(event)
    assert alarm is not None
    assert (alarm["arn"], alarm["state"], alarm["previous"], alarm["dimensions"]) == (
        ALARM["AlarmArn"],
        "ALARM",
        "OK",
        {},
    )


def test_a_contributor_is_told_apart() -> None:
    contributor = {"AlarmContributorId": "c1", "AlarmContributorAttributes": {"InstanceId": "i-1"}}
    event = delivered(KNOWN, {**item(), **contributor})
    assert event["detail-type"] == "CloudWatch Alarm Contributor State Change"
    assert event["detail"]["alarmContributor"] == {"id": "c1", "attributes": {"InstanceId": "i-1"}}


@pytest.mark.parametrize("kind", ["ConfigurationUpdate", "Action"])
def test_other_items_are_no_change_of_state(kind: str) -> None:
    record = HERE.delivered(json.dumps({**item(), "HistoryItemType": kind}).encode())
    assert record == Undelivered("alarm history", f"items of the type {kind}")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"HistoryData": "{"}, "an item of alarm history: Expecting property name"),
        ({"HistoryData": 5}, "an item of alarm history: HistoryData: found a number"),
        ({"Timestamp": "yesterday"}, "an item of alarm history: SNS message: StateChangeTime"),
        ({"AlarmName": None}, "an item of alarm history: AlarmName: found null"),
        ({"HistoryData": "{}"}, "an item of alarm history: SNS message: NewStateValue"),
    ],
)
def test_a_broken_item_says_why(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Broken) as raised:
        HERE.delivered(json.dumps({**item(), **changes}).encode())
    assert str(raised.value).startswith(said)


def test_alarms_are_what_describe_alarms_answers() -> None:
    composite = {"AlarmName": "all", "AlarmRule": "ALARM(a)", "AlarmArn": "arn:…"}
    assert described({"CompositeAlarms": [composite]}) == {"all": composite}


@pytest.mark.parametrize("wrong", [{}, {"MetricAlarms": 5}, [], {"MetricAlarms": [{}]}])
def test_anything_else_is_refused(wrong: Any) -> None:
    with pytest.raises(EventError):
        described(wrong)
