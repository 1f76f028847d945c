"""Which functions an event starts, as EventBridge and SNS would, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.clock import SystemClock
from chalicelib.plan import Plan, Stage
from chalicelib.runtime import Runtime
from opsloop.local.functions import Delivery, LocalFunctions
from opsloop.local.plans import bare_plan, bare_stage
from opsloop.local.telemetry import ConsoleTelemetry

EVENTS = Path(__file__).parents[1] / "events"
REGION, ACCOUNT = "us-east-1", "123456789012"
OPS = f"arn:aws:sns:{REGION}:{ACCOUNT}:ops"
ELSEWHERE = "arn:aws:sns:eu-west-1:111111111111:ops"
SCHEDULED = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/opsloop-dev-weekly-event"

WIRED: dict[str, Any] = {
    "buckets": {"pattern": {"source": ["aws.s3"]}},
    "acls": {"pattern": {"source": ["aws.s3"], "detail": {"eventName": ["PutBucketAcl"]}}},
    "weekly": {"schedule": "rate(7 days)"},
    "weekly-too": {"schedule": "rate(7 days)"},
    "by-name": {"topic": "ops"},
    "by-arn": {"topic": ELSEWHERE},
    "by-hand": {"manual": {}},
}
#: nothing holds for these, so that no function needs AWS
NEVER: Any = {
    "test": {"text": "`false`", "tree": {"type": "literal", "value": False, "children": []}}
}


def plan(rule: str, wire: Any) -> Plan:
    return {**bare_plan(), "rule": rule, "wire": wire, "criteria": {"event": NEVER, "facts": None}}


@pytest.fixture
def functions() -> LocalFunctions:
    stage: Stage = {**bare_stage("dev"), "region": REGION, "account": ACCOUNT}

    def runtime(of: Plan) -> Runtime:
        telemetry = ConsoleTelemetry(lambda _line: None)
        return Runtime(of, stage, "opsloop-dev", SystemClock(), telemetry=telemetry)

    return LocalFunctions([plan(rule, wire) for rule, wire in WIRED.items()], stage, runtime)


def event(name: str, **changed: Any) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return {**payload, **changed}


def message(topic: str) -> dict[str, Any]:
    payload = event("sns-json-message")
    payload["Records"][0]["Sns"]["TopicArn"] = topic
    return payload


STARTED: list[tuple[str, Mapping[str, Any], list[str]]] = [
    ("two patterns", event("s3-put-bucket-acl"), ["buckets", "acls"]),
    ("one of them", event("s3-create-bucket"), ["buckets"]),
    ("none", event("ec2-run-instances"), []),
    ("its own schedule", event("events-scheduled-event", resources=[SCHEDULED]), ["weekly"]),
    ("no schedule of ours", event("events-scheduled-event"), []),
    ("a schedule without a rule", event("events-scheduled-event", resources=[]), []),
    ("a topic by its name", message(OPS), ["by-name"]),
    ("a topic by its ARN", message(ELSEWHERE), ["by-arn"]),
    ("a topic of that name elsewhere", message(OPS.replace(ACCOUNT, "2" * 12)), []),
]


@pytest.mark.parametrize(
    ("payload", "rules"), [row[1:] for row in STARTED], ids=[row[0] for row in STARTED]
)
def test_who_is_started(
    functions: LocalFunctions, payload: Mapping[str, Any], rules: list[str]
) -> None:
    assert functions.started_by(payload) == rules
    delivered = functions.deliver(payload)
    assert [one.rule for one in delivered] == rules
    assert all(one.outcomes[0]["outcome"] == "not met" for one in delivered)


def test_a_direct_invocation_needs_no_trigger(functions: LocalFunctions) -> None:
    found = functions.invoke("by-hand", event("s3-put-bucket-acl"))
    assert found.as_dict() == {
        "rule": "by-hand",
        "outcomes": [
            {"rule": "by-hand", "outcome": "not met", "reason": "`false`: the value is false"}
        ],
        "raised": None,
    }


@pytest.mark.parametrize("payload", [[], {}, {"detail-type": "x"}, "text", None])
def test_what_a_function_raises_is_told_as_lambda_does(
    functions: LocalFunctions, payload: Any
) -> None:
    found = functions.invoke("by-hand", payload)
    assert found == Delivery("by-hand", (), found.raised)
    assert found.raised is not None
    assert found.raised.startswith("EventError: payload")


def test_no_function_of_that_name(functions: LocalFunctions) -> None:
    with pytest.raises(KeyError, match="nobody"):
        functions.invoke("nobody", event("s3-put-bucket-acl"))
