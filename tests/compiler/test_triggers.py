"""What each trigger is wired to, and the criteria that say the same; on the real events too."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.clock import SystemClock
from chalicelib.engine.scope import event_scope
from chalicelib.plan import Wire
from opsloop.compiler.triggers import wiring
from opsloop.expressions.templates import compile_condition
from opsloop.local.plans import bare_plan, bare_stage
from opsloop.patterns import Pattern
from opsloop.problems import Fault
from opsloop.rules.triggers import When
from tests.eventsource.samples import NAMES, event, payload

#: samples that come as EventBridge has them, not by a topic or a direct call
ON_THE_BUS = [name for name in NAMES if "detail-type" in payload(name)]
ALARM = re.compile(r"cloudwatch-alarm(?!-conf|-contr|-by|.*-by-sns).*")
CLOUDTRAIL = "AWS API Call via CloudTrail"


def when(**trigger: Any) -> When:
    return When.model_validate(trigger)


def api_pattern(service: str, *names: str, **detail: Any) -> dict[str, Any]:
    return {
        "source": [f"aws.{service}"],
        "detail-type": [CLOUDTRAIL],
        "detail": {
            "eventSource": [f"{service}.amazonaws.com"],
            "eventName": list(names),
            **detail,
        },
    }


SUCCEEDED = {"errorCode": [{"exists": False}]}
NO_ERROR = "event.detail.errorCode == null"


def told(service: str, *names: str) -> str:
    source = f"event.detail.eventSource == '{service}.amazonaws.com'"
    return f"{source} && contains(`{json.dumps(names)}`, event.detail.eventName)"


def alarm_pattern(names: list[Any], **detail: Any) -> dict[str, Any]:
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": names, "state": {"value": ["ALARM"]}, **detail},
    }


STATE_CHANGE = "event.\"detail-type\" == 'CloudWatch Alarm State Change'"
IN_ALARM = 'contains(`["ALARM"]`, alarm.state)'
WIRED: list[tuple[dict[str, Any], Wire, list[str]]] = [
    ({"event": {"source": ["aws.ec2"]}}, {"pattern": {"source": ["aws.ec2"]}}, []),
    (
        {"api": "ec2:RunInstances"},
        {"pattern": api_pattern("ec2", "RunInstances", **SUCCEEDED)},
        [told("ec2", "RunInstances"), NO_ERROR],
    ),
    (
        {"api": "ec2:RunInstances", "errors": "only"},
        {"pattern": api_pattern("ec2", "RunInstances", errorCode=[{"exists": True}])},
        [told("ec2", "RunInstances"), "event.detail.errorCode != null"],
    ),
    (
        {"api": "ec2:RunInstances", "errors": "any"},
        {"pattern": api_pattern("ec2", "RunInstances")},
        [told("ec2", "RunInstances")],
    ),
    (
        {"api": ["s3:PutBucketAcl", "s3:DeletePublicAccessBlock", "s3:PutBucketAcl"]},
        {
            "pattern": api_pattern(
                "s3", "DeleteBucketPublicAccessBlock", "PutBucketAcl", **SUCCEEDED
            )
        },
        [told("s3", "DeleteBucketPublicAccessBlock", "PutBucketAcl"), NO_ERROR],
    ),
    (
        {"api": ["s3:DeleteBucket", "ec2:TerminateInstances"], "errors": "any"},
        {
            "pattern": {
                "$or": [
                    api_pattern("ec2", "TerminateInstances"),
                    api_pattern("s3", "DeleteBucket"),
                ]
            }
        },
        [" || ".join([told("ec2", "TerminateInstances"), told("s3", "DeleteBucket")])],
    ),
    (
        {"api": "ec2:StopInst*", "errors": "any"},
        {"pattern": api_pattern("ec2", "StopInstances")},
        [told("ec2", "StopInstances")],
    ),
    (
        {"api": "lambda:CreateFunction", "errors": "any"},
        {
            "pattern": api_pattern(
                "lambda", "CreateFunction", "CreateFunction20150331", "CreateFunction20150331v2"
            )
        },
        [told("lambda", "CreateFunction", "CreateFunction20150331", "CreateFunction20150331v2")],
    ),
    (
        {"api": "signin:ConsoleLogin", "errors": "any"},
        {
            "pattern": {
                **api_pattern("signin", "ConsoleLogin"),
                "detail-type": ["AWS Console Sign In via CloudTrail"],
            }
        },
        [told("signin", "ConsoleLogin")],
    ),
    (
        {"alarm": {"names": "cpu"}},
        {"pattern": alarm_pattern(["cpu"])},
        [STATE_CHANGE, 'alarm.name == `"cpu"`', IN_ALARM],
    ),
    (
        {"alarm": {"names": ["cpu-*", "it's `high`"], "from": ["OK", "INSUFFICIENT_DATA"]}},
        {
            "pattern": alarm_pattern(
                [{"wildcard": "cpu-*"}, "it's `high`"],
                previousState={"value": ["OK", "INSUFFICIENT_DATA"]},
            )
        },
        [
            STATE_CHANGE,
            'glob(alarm.name, `"cpu-*"`) || alarm.name == `"it\'s \\`high\\`"`',
            IN_ALARM,
            'contains(`["OK", "INSUFFICIENT_DATA"]`, alarm.previous)',
        ],
    ),
    (
        {"alarm": {"names": "a\\b*"}},
        {"pattern": alarm_pattern([{"wildcard": "a\\\\b*"}])},
        [STATE_CHANGE, 'glob(alarm.name, `"a\\\\b*"`)', IN_ALARM],
    ),
    (
        {"alarm": {"names": "cpu", "via": "topic", "topic": "alarms"}},
        {"topic": "alarms"},
        ['alarm.name == `"cpu"`', IN_ALARM],
    ),
    ({"schedule": "rate(1 hour)"}, {"schedule": "rate(1 hour)"}, []),
    ({"topic": "news"}, {"topic": "news"}, []),
    ({"manual": {}}, {"manual": {}}, []),
    (
        {"manual": {"parameters": {"instance": "string"}}},
        {"manual": {"instance": "string"}},
        [],
    ),
]


@pytest.mark.parametrize(("trigger", "wire", "criteria"), WIRED)
def test_a_trigger_is_wired_so(trigger: dict[str, Any], wire: Wire, criteria: list[str]) -> None:
    made = wiring(when(**trigger))
    assert made.faults == []
    assert made.wire == wire
    assert made.criteria == criteria


@pytest.mark.parametrize(
    ("trigger", "faults"),
    [
        (
            {"event": {"detail": {"a.b": {"c": [{"exists": 1}]}}}},
            [Fault("1", "true or false", path=("event", "detail", "a.b", "c", 0, "exists"))],
        ),
        (
            {"event": {"detail": {"$or": [{"a": ["b"]}]}}},
            [
                Fault(
                    "a pattern that EventBridge refuses",
                    "a list of at least two objects",
                    path=("event", "detail", "$or"),
                )
            ],
        ),
        (
            {"event": {"detail": {"a": {}}}},
            [
                Fault(
                    "a pattern that EventBridge refuses: an empty object",
                    "at least one field",
                    path=("event", "detail", "a"),
                )
            ],
        ),
        (
            {"event": {"source": ["x" * 2_048]}},
            [
                Fault(
                    "a pattern of 2,064 characters for EventBridge",
                    "at most 2,048: fewer names, or an `event` with wildcards",
                    path=("event",),
                )
            ],
        ),
        (
            {"alarm": {"names": ["a" * 200 + str(n) for n in range(10)]}},
            [
                Fault(
                    "a pattern of 2,188 characters for EventBridge",
                    "at most 2,048: fewer names, or an `event` with wildcards",
                    path=("alarm", "names"),
                )
            ],
        ),
    ],
)
def test_what_eventbridge_would_refuse(trigger: dict[str, Any], faults: list[Fault]) -> None:
    assert wiring(when(**trigger)).faults == faults


# The pattern and the criteria say the same of each real event.

APIS = {
    "ec2:RunInstances": {"ec2-run-instances"},
    "ec2:*Instances": {
        "ec2-run-instances",
        "ec2-start-instances",
        "ec2-stop-instances",
        "ec2-terminate-instances",
    },
    "iam:Create*": {"iam-create-access-key", "iam-create-role", "iam-create-user"},
    "s3:DeletePublicAccessBlock": {"s3-delete-bucket-public-access-block"},
    "s3:PutBucket*": {"s3-put-bucket-acl", "s3-put-bucket-policy"},
    "elbv2:CreateLoadBalancer": {"elasticloadbalancing-create-load-balancer"},
    "sts:AssumeRole": {"sts-assume-role-cross-account"},
    "signin:ConsoleLogin": {
        "signin-root-console-login",
        "signin-user-console-login",
        "signin-user-console-login-failed",
    },
    "kms:ScheduleKeyDeletion": {"kms-schedule-key-deletion"},
    "lambda:UpdateFunctionConfiguration": {"lambda-update-function-configuration"},
    "organizations:CloseAccount": {"organizations-close-account"},
}
DENIED = {"dynamodb-update-table-denied"}
BY_ALARM = {"names": "ServerCpuTooHigh"}
BY_ALARMS = {"names": ["*TooHigh", "DynamoDB*"], "from": "INSUFFICIENT_DATA"}
WOKEN: list[tuple[dict[str, Any], set[str]]] = [
    *(({"api": name}, woken) for name, woken in APIS.items()),
    *(({"api": name, "errors": "any"}, woken) for name, woken in APIS.items()),
    *(({"api": name, "errors": "only"}, set()) for name in APIS),
    ({"api": [*APIS]}, {name for woken in APIS.values() for name in woken}),
    ({"api": "dynamodb:UpdateTable"}, set()),
    ({"api": "dynamodb:UpdateTable", "errors": "only"}, DENIED),
    ({"api": "dynamodb:*", "errors": "any"}, {"dynamodb-delete-table", *DENIED}),
    ({"alarm": BY_ALARM}, {"cloudwatch-alarm"}),
    ({"alarm": {**BY_ALARM, "to": "OK"}}, set()),
    ({"alarm": {**BY_ALARM, "to": ["OK", "ALARM"], "from": "OK"}}, {"cloudwatch-alarm"}),
    ({"alarm": {"names": "*"}}, {name for name in NAMES if ALARM.fullmatch(name)}),
    (
        {"alarm": BY_ALARMS},
        {"cloudwatch-alarm-metric-math", "cloudwatch-alarm-multi-time-series"},
    ),
]


@pytest.mark.parametrize(("trigger", "woken"), WOKEN)
def test_pattern_and_criteria_agree_on_the_real_events(
    trigger: dict[str, Any], woken: set[str]
) -> None:
    made = wiring(when(**trigger))
    pattern = Pattern(made.wire["pattern"])
    assert {name for name in NAMES if pattern.matches(payload(name))} == woken
    assert {name for name in ON_THE_BUS if is_met(made.criteria, name)} == woken


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ON_THE_BUS])
def test_an_alarm_by_its_topic_is_known_by_the_criteria_alone(name: str) -> None:
    made = wiring(when(alarm={"names": "*", "via": "topic", "topic": "alarms"}))
    assert is_met(made.criteria, name) == name.startswith("cloudwatch-alarm")


def is_met(criteria: list[str], name: str) -> bool:
    scope = event_scope(bare_plan(), bare_stage("dev"), event(name), SystemClock(), str)
    return scope.evaluator.holds(compile_condition(criteria)).met
