"""Records of every kind as the events that a function would have got."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.envelopes import deliveries
from opsloop.backtest.records import Broken, Delivered, Undelivered

EVENTS = Path(__file__).parents[1] / "events"
NOWHERE = Alarms("123456789012", "us-east-1")
RECORDED = sorted(
    path.stem
    for path in EVENTS.glob("*.json")
    if "eventVersion" in json.loads(path.read_bytes()).get("detail", {})
)
RECORD = {
    "eventVersion": "1.11",
    "eventTime": "2026-05-01T12:00:00Z",
    "eventSource": "ec2.amazonaws.com",
    "eventName": "RunInstances",
    "awsRegion": "eu-west-1",
    "eventID": "e-1",
    "eventType": "AwsApiCall",
    "recipientAccountId": "111122223333",
}


def content(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_bytes())


def become(record: Any) -> list[Delivered | Undelivered | Broken]:
    text = record if isinstance(record, bytes) else json.dumps(record).encode()
    return list(deliveries(text, NOWHERE))


def event(record: Any) -> Any:
    [delivered] = become(record)
    assert isinstance(delivered, Delivered), delivered
    return json.loads(delivered.payload)


@pytest.mark.parametrize("name", RECORDED)
def test_a_record_is_wrapped_as_cloudtrails_delivery_does(name: str) -> None:
    expected = content(name)
    wrapped = event(expected["detail"])
    told = {key: expected[key] for key in ("detail-type", "source", "region", "time")}
    assert {key: wrapped[key] for key in told} == told
    assert wrapped["detail"] == expected["detail"]
    assert wrapped.keys() == expected.keys()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ("aws.ec2", "AWS API Call via CloudTrail")),
        ({"eventType": "AwsServiceEvent"}, ("aws.ec2", "AWS Service Event via CloudTrail")),
        ({"eventType": "AwsConsoleAction"}, ("aws.ec2", "AWS Console Action via CloudTrail")),
        (
            {"eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com"},
            ("aws.signin", "AWS Console Sign In via CloudTrail"),
        ),
        (
            {"eventType": "AwsVpceEvents"},
            ("aws.ec2", "AWS Network Activity Event via CloudTrail"),
        ),
        (
            {"eventType": "AwsCloudTrailInsight", "eventSource": ""},
            ("aws.cloudtrail", "AWS Insight via CloudTrail"),
        ),
        (
            {"eventSource": "sts.amazonaws.com", "eventName": "GetSessionToken"},
            ("aws.sts", "AWS API Call via CloudTrail"),
        ),
        (
            {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "readOnly": True},
            ("aws.sts", "AWS API Call via CloudTrail"),
        ),
        (
            {"eventSource": "monitoring.amazonaws.com", "eventName": "PutMetricAlarm"},
            ("aws.monitoring", "AWS API Call via CloudTrail"),
        ),
        (
            {"eventName": "GetSigninToken", "eventType": "AwsConsoleSignIn"},
            ("aws.ec2", "AWS Console Sign In via CloudTrail"),
        ),
    ],
)
def test_source_and_detail_type(changes: dict[str, Any], told: tuple[str, str]) -> None:
    wrapped = event({**RECORD, **changes})
    assert (wrapped["source"], wrapped["detail-type"]) == told


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"eventName": "DescribeInstances"}, "calls that only read"),
        ({"eventName": "ListBuckets"}, "calls that only read"),
        ({"eventName": "GetCallerIdentity"}, "calls that only read"),
        ({"eventType": "AwsSomethingNew"}, "records of the eventType AwsSomethingNew"),
    ],
)
def test_what_eventbridge_keeps_to_itself(changes: dict[str, Any], reason: str) -> None:
    assert become({**RECORD, **changes}) == [Undelivered("cloudtrail", reason)]


def test_an_old_record_is_its_callers() -> None:
    old = {key: value for key, value in RECORD.items() if key != "recipientAccountId"}
    assert event({**old, "userIdentity": {"accountId": "999"}})["account"] == "999"
    [broken] = become(old)
    assert str(broken) == (
        "found neither recipientAccountId nor userIdentity.accountId; expected one"
    )


@settings(max_examples=50)
@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_text_of_a_record_breaks_the_envelope(one: str, two: str, three: str) -> None:
    record = {**RECORD, "eventID": one, "awsRegion": two, "eventSource": three}
    record["recipientAccountId"] = f"1{one}"
    wrapped = event(record)
    assert wrapped["detail"] == record
    assert (wrapped["id"], wrapped["region"], wrapped["account"]) == (one, two, f"1{one}")
    assert wrapped["source"] == f"aws.{three.removesuffix('.amazonaws.com')}"


def test_an_event_passes_as_it_is() -> None:
    text = b'{"detail-type":"x", "time":"2026-01-01T00:00:00Z", "detail":{"n": 1.50}}'
    assert become(text) == [Delivered("events", text, "2026-01-01T00:00:00Z")]


def test_records_in_records() -> None:
    sns = content("cloudwatch-alarm-by-sns")
    lookup = {"EventId": "1", "CloudTrailEvent": json.dumps(RECORD)}
    assert [event(one)["detail"] for one in ({"Records": [RECORD]}, {"Events": [lookup]})] == [
        RECORD,
        RECORD,
    ]
    assert event(lookup)["detail"] == RECORD
    assert event(sns) == sns
    two = become({"Records": sns["Records"] * 2})
    assert [json.loads(one.payload) for one in two if isinstance(one, Delivered)] == [sns, sns]
    both = become(json.dumps(RECORD).encode() * 2)
    assert [one.kind for one in both if isinstance(one, Delivered)] == ["cloudtrail"] * 2


@pytest.mark.parametrize("blank", [b"", b" \r\n"])
def test_a_blank_record_is_nothing(blank: bytes) -> None:
    assert become(blank) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"rubbish", "found 'rubbish': JSON is malformed"),
        (b'{"a":', "found '{\"a\":': Input data was truncated"),
        (b"5", "found '5': Expected `object`, got `int`"),
        (b'{"a": 1}', "found an object with the keys 'a'; expected an event of EventBridge"),
        (b'{"detail-type": "x"}', "found an event without time"),
        (b'{"detail-type": 5}', "found '{\"detail-type\": 5}': Expected `str`, got `int`"),
        (b'{"Records": 5}', "found no list of records"),
        (b'{"Sns": {}}', "a message of SNS: Object missing required field `Timestamp`"),
        (b"\xff\xfe", "found"),
    ],
)
def test_what_is_no_record_says_why(text: bytes, said: str) -> None:
    [broken] = become(text)
    assert isinstance(broken, Broken)
    assert str(broken).startswith(said)


@given(st.binary(max_size=200))
def test_no_bytes_raise(text: bytes) -> None:
    for one in become(text):
        assert isinstance(one, Delivered | Undelivered | Broken)
