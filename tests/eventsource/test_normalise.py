from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.errors import EventError
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from tests.eventsource import samples

TOPIC = "arn:aws:sns:eu-west-1:123456789012:ops"
KNOWN = (
    'an event of EventBridge ("detail-type", "source", "detail"), an event of SNS ("Records"), '
    'an alarm\'s own action ("alarmArn", "alarmData") or a manual run ("opsloop")'
)


def bus(**more: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "e-1",
        "detail-type": "Order Placed",
        "source": "shop",
        "account": "123456789012",
        "time": "2026-11-02T09:30:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": {"total": 12},
    } | more


def sns(message: object, **more: Any) -> dict[str, Any]:
    body = {
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-11-02T09:30:00.511Z",
        "MessageAttributes": {},
    }
    return {"Records": [{"EventSource": "aws:sns", "Sns": body | more}]}


def manual(**more: Any) -> dict[str, Any]:
    run = {
        "token": "t-1",
        "time": "2026-11-02T09:30:00.250Z",
        "account": "123456789012",
        "region": "cn-north-1",
        "parameters": {"instance": "i-1"},
    }
    return {"opsloop": {"manual": run | more}}


def one(payload: object) -> Event:
    (event,) = normalise(payload)
    return event


def test_an_event_of_a_bus_is_taken_as_it_is() -> None:
    assert one(bus()) == Event(
        road="eventbridge",
        identity="e-1",
        time="2026-11-02T09:30:00Z",
        account="123456789012",
        region="eu-west-1",
        partition="aws",
        envelope=bus(),
    )


def test_a_message_gets_an_envelope() -> None:
    attributes = {"team": {"Type": "String", "Value": "data"}}
    payload = sns('{"job": "import"}', Subject="Import", MessageAttributes=attributes)
    assert one(payload) == Event(
        road="sns",
        identity="m-1",
        time="2026-11-02T09:30:00.511Z",
        account="123456789012",
        region="eu-west-1",
        partition="aws",
        envelope={
            "version": "0",
            "id": "m-1",
            "detail-type": "SNS Message",
            "source": "aws.sns",
            "account": "123456789012",
            "time": "2026-11-02T09:30:00.511Z",
            "region": "eu-west-1",
            "resources": [TOPIC],
            "detail": {
                "message": {"job": "import"},
                "subject": "Import",
                "topic": TOPIC,
                "messageId": "m-1",
                "attributes": {"team": "data"},
            },
        },
    )


def test_a_manual_run_gets_an_envelope() -> None:
    assert one(manual()) == Event(
        road="manual",
        identity="t-1",
        time="2026-11-02T09:30:00.250Z",
        account="123456789012",
        region="cn-north-1",
        partition="aws-cn",
        envelope={
            "version": "0",
            "id": "t-1",
            "detail-type": "Manual Run",
            "source": "opsloop",
            "account": "123456789012",
            "time": "2026-11-02T09:30:00.250Z",
            "region": "cn-north-1",
            "resources": [],
            "detail": {"parameters": {"instance": "i-1"}},
        },
    )


def test_an_envelope_lacking_what_it_may_lack_is_completed() -> None:
    short = bus()
    del short["version"], short["resources"]
    assert one(short).envelope == bus()


@pytest.mark.parametrize(
    ("message", "parsed"),
    [
        ("Hello", "Hello"),
        ("", ""),
        ("42", "42"),
        ("true", "true"),
        ('"quoted"', '"quoted"'),
        ('{"a": 1}', {"a": 1}),
        (' \n[1, "two", null]', [1, "two", None]),
        ('{"half":', '{"half":'),
        ('{"a": NaN}', '{"a": NaN}'),
        ('{"a": -Infinity}', '{"a": -Infinity}'),
        ('{"a": 1e999}', '{"a": 1e999}'),
        ('{"a": ' + "9" * 5000 + "}", '{"a": ' + "9" * 5000 + "}"),
        ('{"AlarmName": "of someone else"}', {"AlarmName": "of someone else"}),
        ('{"detail-type": "half an event"}', {"detail-type": "half an event"}),
    ],
)
def test_a_message_is_parsed_where_it_is_a_json_object_or_list(message: str, parsed: Any) -> None:
    assert one(sns(message)).envelope["detail"]["message"] == parsed


@pytest.mark.parametrize("subject", [{}, {"Subject": None}])
def test_a_message_without_a_subject_has_a_null_subject(subject: dict[str, None]) -> None:
    assert one(sns("Hello", **subject)).envelope["detail"]["subject"] is None


def test_a_message_may_hold_an_event_of_a_bus() -> None:
    inner, outer = one(bus()), one(sns(json.dumps(bus())))
    assert (outer.road, outer.identity, outer.envelope) == ("sns", inner.identity, inner.envelope)


def test_each_record_is_an_event() -> None:
    both = {"Records": sns("first")["Records"] + sns("second", MessageId="m-2")["Records"]}
    events = normalise(both)
    assert [(e.identity, e.envelope["detail"]["message"]) for e in events] == [
        ("m-1", "first"),
        ("m-2", "second"),
    ]


@pytest.mark.parametrize(
    ("name", "identity", "time"),
    [
        ("ec2-run-instances", "detail.eventID", "2026-11-02T09:30:00Z"),
        ("signin-root-console-login", "detail.eventID", "2023-07-12T13:35:31Z"),
        ("ec2-instance-state-change", "id", "2021-11-11T21:29:54Z"),
        ("events-scheduled-event", "id", "2015-10-08T16:53:06Z"),
    ],
)
def test_the_identity_is_where_the_event_keeps_it(name: str, identity: str, time: str) -> None:
    payload = samples.payload(name)
    kept = payload["detail"]["eventID"] if identity == "detail.eventID" else payload["id"]
    event = samples.event(name)
    assert (event.identity, event.time) == (kept, time)


@pytest.mark.parametrize(
    "name", ["ec2-run-instances", "ec2-instance-state-change", "cloudwatch-alarm"]
)
def test_a_replay_is_another_event_than_the_first_delivery(name: str) -> None:
    again = one(samples.payload(name) | {"replay-name": "after-the-outage"})
    first = samples.event(name)
    assert again.identity == f"{first.identity}/after-the-outage"
    assert again.time == first.time


def test_another_eventbridge_id_does_not_make_another_call_of_cloudtrail() -> None:
    again = one(samples.payload("ec2-run-instances") | {"id": "another"})
    assert again.identity == samples.event("ec2-run-instances").identity


def test_only_aws_speaks_for_cloudtrail_and_cloudwatch() -> None:
    for name in ("ec2-run-instances", "cloudwatch-alarm"):
        forged = samples.payload(name) | {"source": "not.aws"}
        assert one(forged).identity == forged["id"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-11-02T09:30:00Z", "2026-11-02T09:30:00Z"),
        ("2026-11-02T09:30:00.000Z", "2026-11-02T09:30:00Z"),
        ("2026-11-02T09:30:00.989+0000", "2026-11-02T09:30:00.989Z"),
        ("2026-11-02T10:30:00.5+01:00", "2026-11-02T09:30:00.500Z"),
        ("2026-11-02T09:30:00.000999Z", "2026-11-02T09:30:00Z"),
        ("0999-01-01T00:00:00Z", "0999-01-01T00:00:00Z"),
    ],
)
def test_times_have_one_form(written: str, kept: str) -> None:
    assert one(bus(time=written)).time == kept


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-central-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_the_region_says_the_partition(region: str, partition: str) -> None:
    assert one(bus(region=region)).partition == partition


ISO = "an ISO 8601 time with its offset, as 2026-01-31T09:30:00Z"
KEYS = "'\\ud800', 'k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6'"
WHOLE = "a text of whole characters (this has half a surrogate pair)"
SNS = "a record of SNS with the key \"Sns\" (its EventSource is the text 'aws:s3')"
ARN = f"a topic's ARN, as {TOPIC}"
RECORD = "payload.Records[0]"
MESSAGE = f"{RECORD}.Sns.Message"
ALARM = {"AlarmName": "a", "NewStateValue": "ALARM", "StateChangeTime": "2026-11-02T09:30:00Z"}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (None, f"payload: found null, expected {KNOWN}"),
        (True, f"payload: found a boolean, expected {KNOWN}"),
        (float("nan"), f"payload: found a number, expected {KNOWN}"),
        ("", f"payload: found an empty text, expected {KNOWN}"),
        ("secret " * 99, f"payload: found the text '{('secret ' * 6)[:40]}...', expected {KNOWN}"),
        ([1, 2], f"payload: found a list of 2, expected {KNOWN}"),
        ({}, f"payload: found an empty object, expected {KNOWN}"),
        (b"x", f"payload: found a bytes, expected {KNOWN}"),
        (
            {"\ud800": 1, **{f"k{n}": n for n in range(9)}},
            f"payload: found an object with the keys {KEYS} and 2 more, expected {KNOWN}",
        ),
        (bus(id=None), "payload.id: found null, expected a text"),
        (bus(id=""), "payload.id: found an empty text, expected a text"),
        (
            bus(id="half \ud800"),
            f"payload.id: found the text 'half \\ud800', expected {WHOLE}",
        ),
        (bus(**{"detail-type": ["x"]}), "payload.detail-type: found a list of 1, expected a text"),
        (bus(source={}), "payload.source: found an empty object, expected a text"),
        (bus(account=123), "payload.account: found a number, expected a text"),
        (bus(region=None), "payload.region: found null, expected a text"),
        (bus(resources="arn"), "payload.resources: found the text 'arn', expected a list"),
        (bus(detail="{}"), "payload.detail: found the text '{}', expected an object"),
        (bus(time="2026-11-02"), f"payload.time: found the text '2026-11-02', expected {ISO}"),
        (
            bus(time="2026-02-30T00:00:00Z"),
            f"payload.time: found the text '2026-02-30T00:00:00Z', expected {ISO}",
        ),
        (
            bus(time="0001-01-01T00:00:00+12:00"),
            f"payload.time: found the text '0001-01-01T00:00:00+12:00', expected {ISO}",
        ),
        (bus(**{"replay-name": 1}), "payload.replay-name: found a number, expected a text"),
        (
            samples.payload("scheduler-schedule") | {"detail": "[1]"},
            "payload.detail: found a list of 1, expected an object",
        ),
        (
            samples.payload("scheduler-schedule") | {"detail": "["},
            "payload.detail: found the text '[', expected an object",
        ),
        (
            samples.payload("cloudwatch-alarm") | {"resources": []},
            "payload.resources[0]: found null, expected a text",
        ),
        (
            samples.payload("cloudwatch-alarm") | {"detail": {}},
            "payload.detail.state.timestamp: found null, expected a text",
        ),
        (
            samples.payload("ec2-run-instances") | {"detail": {"eventID": 7}},
            "payload.detail.eventID: found a number, expected a text",
        ),
        (
            samples.payload("ec2-run-instances") | {"detail": {"eventID": "e", "eventTime": "now"}},
            f"payload.detail.eventTime: found the text 'now', expected {ISO}",
        ),
        (
            {"Records": []},
            "payload.Records: found a list of 0, expected at least one record of SNS",
        ),
        (
            {"Records": {}},
            "payload.Records: found an empty object, expected at least one record of SNS",
        ),
        ({"Records": ["x"]}, "payload.Records[0]: found the text 'x', expected a record of SNS"),
        (
            {"Records": [{"eventSource": "aws:s3", "s3": {}}]},
            f"{RECORD}: found an object with the keys 'eventSource', 's3', expected {SNS}",
        ),
        ({"Records": [{"Sns": None}]}, "payload.Records[0].Sns: found null, expected an object"),
        (sns(None), f"{MESSAGE}: found null, expected a text"),
        (sns("[" * 200_000), f"{MESSAGE}: found JSON nested too deep to be read"),
        (sns("x", MessageId=None), f"{MESSAGE}Id: found null, expected a text"),
        (
            sns("x", TopicArn="arn:aws:sns:EXAMPLE"),
            f"{RECORD}.Sns.TopicArn: found the text 'arn:aws:sns:EXAMPLE', expected {ARN}",
        ),
        (
            sns("x", Timestamp="yesterday"),
            f"payload.Records[0].Sns.Timestamp: found the text 'yesterday', expected {ISO}",
        ),
        (
            sns(json.dumps(bus(time="soon"))),
            f"{MESSAGE}.time: found the text 'soon', expected {ISO}",
        ),
        (
            sns(json.dumps(ALARM | {"StateChangeTime": "soon"})),
            f"SNS message: StateChangeTime: found the text 'soon', expected {ISO}",
        ),
        (
            sns(json.dumps(ALARM | {"AlarmArn": "arn:aws"})),
            "SNS message: AlarmArn (its region): found null, expected a text",
        ),
        (
            sns(json.dumps(ALARM | {"AlarmName": None})),
            "SNS message: AlarmName: found null, expected a text",
        ),
        (
            sns(json.dumps(ALARM | {"AlarmContributorId": 5})),
            f"{MESSAGE}.detail.alarmContributor.id: found a number, expected a text",
        ),
        ({"alarmData": {}}, "payload.alarmArn: found null, expected a text"),
        (
            {"alarmData": None, "alarmArn": "arn:aws:cloudwatch:eu-west-1:1:alarm:a"},
            "payload.alarmData: found null, expected an object",
        ),
        (
            {"opsloop": 1},
            "payload.opsloop.manual: found null, expected a manual run with its token",
        ),
        (manual(token=""), "payload.opsloop.manual.token: found an empty text, expected a text"),
        (manual(account=None), "payload.opsloop.manual.account: found null, expected a text"),
        (manual(region=9), "payload.opsloop.manual.region: found a number, expected a text"),
        (manual(time=9), "payload.opsloop.manual.time: found a number, expected a text"),
        (
            manual(parameters=[]),
            "payload.opsloop.manual.parameters: found a list of 0, expected an object",
        ),
    ],
)
def test_what_is_no_event_is_refused_in_words(payload: object, message: str) -> None:
    with pytest.raises(EventError) as refused:
        normalise(payload)
    assert str(refused.value) == message


@pytest.mark.parametrize("deep", [99, 100, 101, 500])
def test_what_is_nested_too_deep_for_later_code_is_refused(deep: int) -> None:
    nested: list[Any] = []
    for _ in range(deep - 3):
        nested = [nested]
    payload = bus(detail={"nested": nested})
    if deep <= 100:
        assert one(payload).envelope == payload
        return
    with pytest.raises(EventError) as refused:
        normalise(payload)
    assert str(refused.value) == "payload: found JSON nested deeper than 100 levels"


def test_a_megabyte_is_an_event_and_is_not_in_the_error() -> None:
    big = "x" * 1_000_000
    assert one(sns(big)).envelope["detail"]["message"] == big
    with pytest.raises(EventError) as refused:
        normalise(bus(time=big))
    assert len(str(refused.value)) < 200
