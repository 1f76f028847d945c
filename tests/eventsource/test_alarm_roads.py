from __future__ import annotations

from typing import Any

import pytest

from chalicelib.events.normalise import normalise
from chalicelib.events.ulid import execution_id
from tests.eventsource import samples

#: the same change of state by EventBridge, and by its other roads
TOLD = {
    "cloudwatch-alarm": [
        "cloudwatch-alarm-by-sns",
        "cloudwatch-alarm-by-sns-without-subject",
        "cloudwatch-alarm-by-sns-of-2017",
        "cloudwatch-alarm-by-lambda-action",
    ],
    "cloudwatch-alarm-metric-math": ["cloudwatch-alarm-metric-math-by-sns"],
    "cloudwatch-alarm-composite": ["cloudwatch-alarm-composite-by-sns"],
    "cloudwatch-alarm-contributor": ["cloudwatch-alarm-contributor-by-sns"],
    "cloudwatch-alarm-status-check": ["cloudwatch-alarm-status-check-by-sns"],
}
ROADS = [(first, other) for first, others in TOLD.items() for other in others]


@pytest.mark.parametrize(("by_eventbridge", "by_another_road"), ROADS)
def test_an_alarm_is_the_same_by_every_road(by_eventbridge: str, by_another_road: str) -> None:
    first, other = samples.event(by_eventbridge), samples.event(by_another_road)
    assert samples.seen(other) | {"road": "eventbridge"} == samples.seen(first)
    ids = {execution_id("reboot", each.identity, "", each.time) for each in (first, other)}
    assert len(ids) == 1


@pytest.mark.parametrize(("by_eventbridge", "by_another_road"), ROADS)
def test_what_another_road_tells_is_what_eventbridge_tells(
    by_eventbridge: str, by_another_road: str
) -> None:
    first, other = samples.event(by_eventbridge).envelope, samples.event(by_another_road).envelope
    assert untold(other, first) == []


def untold(part: Any, whole: Any, path: str = "") -> list[str]:
    """Where a part says what the whole does not. The id is each road's own."""
    if isinstance(part, dict) and isinstance(whole, dict):
        keys = part.keys() - ({"id"} if not path else set())
        return [m for k in sorted(keys) for m in untold(part[k], whole.get(k), f"{path}.{k}")]
    if isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        pairs = enumerate(zip(part, whole, strict=True))
        return [m for at, (p, w) in pairs for m in untold(p, w, f"{path}.{at}")]
    return [] if part == whole else [f"{path}: {part!r} instead of {whole!r}"]


def test_an_alarm_by_topic_has_eventbridges_shape() -> None:
    envelope = samples.event("cloudwatch-alarm-by-sns").envelope
    arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh"
    assert envelope == {
        "version": "0",
        "id": samples.payload("cloudwatch-alarm-by-sns")["Records"][0]["Sns"]["MessageId"],
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": "2019-10-02T17:04:40Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": {
            "alarmName": "ServerCpuTooHigh",
            "configuration": {
                "description": "Goes into alarm when server CPU utilization is too high!",
                "metrics": [
                    {
                        "metricStat": {
                            "metric": {
                                "namespace": "AWS/EC2",
                                "name": "CPUUtilization",
                                "dimensions": {"InstanceId": "i-12345678901234567"},
                            },
                            "period": 300,
                            "stat": "Average",
                        },
                        "returnData": True,
                    }
                ],
            },
            "previousState": {"value": "OK"},
            "state": {
                "value": "ALARM",
                "reason": "Threshold Crossed: 1 out of the last 1 datapoints "
                "[99.50160229693434 (02/10/19 16:59:00)] was greater than the threshold (50.0) "
                "(minimum 1 datapoint for OK -> ALARM transition).",
                "timestamp": "2019-10-02T17:04:40.989+0000",
            },
        },
    }


def test_metric_math_by_topic_is_configured_as_eventbridge_says() -> None:
    by_topic = samples.event("cloudwatch-alarm-metric-math-by-sns").envelope["detail"]
    by_bus = samples.event("cloudwatch-alarm-metric-math").envelope["detail"]
    assert by_topic["configuration"] == by_bus["configuration"]


def test_a_composite_alarm_by_topic_names_the_alarms_that_set_it_off() -> None:
    by_topic = samples.event("cloudwatch-alarm-composite-by-sns").envelope["detail"]
    by_bus = samples.event("cloudwatch-alarm-composite").envelope["detail"]
    assert by_topic["state"] == by_bus["state"]


def test_a_contributor_by_topic_is_what_it_is_by_eventbridge() -> None:
    by_topic = samples.event("cloudwatch-alarm-contributor-by-sns").envelope
    by_bus = samples.event("cloudwatch-alarm-contributor").envelope
    assert {**by_topic, "id": by_bus["id"]} == by_bus


def test_two_contributors_are_two_events_and_the_alarm_is_a_third() -> None:
    payload = samples.payload("cloudwatch-alarm-contributor")
    other = payload | {"detail": payload["detail"] | {"alarmContributor": {"id": "another"}}}
    told = [normalise(each)[0] for each in (payload, other)]
    alarm = samples.event("cloudwatch-alarm-multi-time-series")
    assert len({each.time for each in (*told, alarm)}) == 1
    assert len({each.identity for each in (*told, alarm)}) == 3
