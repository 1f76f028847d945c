"""What a source cannot contain."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.plan import Plan
from opsloop.backtest.contents import unheard
from opsloop.backtest.records import Kind
from opsloop.compiler.build import Compiled
from opsloop.local.plans import bare_plan


def rule(wire: Any, trigger: Any = "event") -> Plan:
    return {**bare_plan(), "trigger": trigger, "wire": wire}


def listens(**pattern: Any) -> Plan:
    return rule({"pattern": {key.replace("_", "-"): value for key, value in pattern.items()}})


FINDING = listens(source=["aws.guardduty"], detail_type=["GuardDuty Finding"])
CALL = listens(source=["aws.ec2"], detail_type=["AWS API Call via CloudTrail"])
READS = listens(
    source=["aws.ec2"],
    detail_type=["AWS API Call via CloudTrail"],
    detail={"eventName": ["DescribeInstances", "GetConsoleOutput"]},
)
EITHER = rule({"pattern": {"$or": [FINDING["wire"]["pattern"], CALL["wire"]["pattern"]]}})
ALARM = listens(source=["aws.cloudwatch"], detail_type=["CloudWatch Alarm State Change"])


S3 = listens(source=["aws.s3"])
OTHERS = listens(detail_type=[{"prefix": "EC2 "}])
TOPIC = {"topic": "t"}
HISTORY: list[Kind] = ["alarm history"]
TRAIL: list[Kind] = ["cloudtrail"]


@pytest.mark.parametrize(
    ("plan", "kinds", "said"),
    [
        (FINDING, TRAIL, "CloudTrail's records cannot hold GuardDuty Finding from aws.guardduty"),
        (
            FINDING,
            [*TRAIL, *HISTORY],
            (
                "alarm history and CloudTrail's records cannot hold "
                "GuardDuty Finding from aws.guardduty"
            ),
        ),
        (FINDING, ["events"], None),
        (FINDING, ["cloudtrail", "events"], None),
        (FINDING, [], None),
        (CALL, TRAIL, None),
        (CALL, HISTORY, "alarm history cannot hold AWS API Call via CloudTrail from aws.ec2"),
        (
            READS,
            TRAIL,
            (
                "CloudTrail's records cannot hold DescribeInstances or GetConsoleOutput, "
                "which only read, from aws.ec2"
            ),
        ),
        (EITHER, TRAIL, None),
        (ALARM, HISTORY, None),
        (
            ALARM,
            ["sns"],
            "messages of SNS cannot hold CloudWatch Alarm State Change from aws.cloudwatch",
        ),
        (S3, TRAIL, None),
        (S3, HISTORY, "alarm history cannot hold such events from aws.s3"),
        (listens(detail_type=[{"prefix": "AWS "}]), TRAIL, None),
        (OTHERS, TRAIL, "CloudTrail's records cannot hold such events"),
        (rule(TOPIC), ["sns"], None),
        (rule(TOPIC), HISTORY, "alarm history cannot hold messages of SNS"),
        (rule(TOPIC, "alarm"), HISTORY, None),
        (
            rule({"schedule": "rate(1 day)"}),
            ["events"],
            "recorded events cannot hold ticks of a schedule",
        ),
        (rule({"manual": {}}), ["events"], "recorded events cannot hold manual runs"),
    ],
)
def test_why_a_rule_cannot_fire(plan: Plan, kinds: list[Kind], said: str | None) -> None:
    assert unheard(plan, kinds) == said


def test_which_rules_of_a_project_cloudtrail_can_wake(compiled: Compiled) -> None:
    deaf = {rule for rule, plan in compiled.plans.items() if unheard(plan, ["cloudtrail"])}
    assert deaf == {"quarantine", "reboot", "tick"}
