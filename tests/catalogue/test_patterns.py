"""`when.event` held against the events that are known: faults, doubts, and what is let alone."""

from __future__ import annotations

from typing import Any

import pytest

from opsloop.catalogue.patterns import check
from opsloop.catalogue.samples import Sample, every
from opsloop.problems import Fault

EC2: dict[str, Any] = {
    "source": ["aws.ec2"],
    "detail-type": ["EC2 Instance State-change Notification"],
}
FINDING: dict[str, Any] = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}
ACM: dict[str, Any] = {"source": ["aws.acm"], "detail-type": ["ACM Certificate Expired"]}

RIGHT: list[dict[str, Any]] = [
    EC2,
    {**EC2, "detail": {"state": ["stopped", {"prefix": "s"}, {"anything-but": "running"}]}},
    {**EC2, "resources": [{"suffix": "/i-1"}], "account": ["123456789012"]},
    {**FINDING, "detail": {"severity": [8, {"numeric": [">=", 7]}]}},
    {**FINDING, "detail": {"resource": {"instanceDetails": {"tags": {"key": ["env"]}}}}},
    {**FINDING, "detail": {"resource": {"accessKeyDetails": [{"exists": False}]}}},
    {**FINDING, "detail": {"resource": {"instanceDetails": [None]}}},
    {**FINDING, "detail": {"$or": [{"severity": [8]}, {"type": [{"prefix": "Backdoor"}]}]}},
    {"source": ["my.app"], "detail-type": ["Order"], "detail": {"whatever": [1, "a", None]}},
    {"source": ["aws.partner/example.com/1"], "detail-type": ["Anything"]},
    {"source": [{"prefix": "aws.ec"}], "detail-type": [{"wildcard": "EC2*"}]},
    {"source": ["aws.iam"], "detail-type": ["AWS API Call via CloudTrail"]},
    {"source": ["aws.dms"], "detail-type": ["AWS API Call via CloudTrail"]},
    {"source": ["aws.s3control"]},
    {"detail-type": ["Order"], "detail": {"id": [1]}},
]  # fmt: skip


@pytest.mark.parametrize("right", RIGHT)
def test_what_may_be_right_is_let_alone(right: dict[str, Any]) -> None:
    assert list(check(right)) == []


WRONG: list[tuple[dict[str, Any], Fault]] = [
    (
        {"source": ["aws.ecc2"]},
        Fault(
            "the source 'aws.ecc2', which AWS does not have",
            "'aws.ec2'",
            "aws.ec2",
            ("source", 0),
        ),
    ),
    (
        {**EC2, "source": ["aws.s3", "AWS.EC2"]},
        Fault(
            "the source 'AWS.EC2', which AWS does not have",
            "'aws.ec2'",
            "aws.ec2",
            ("source", 1),
        ),
    ),
    (
        {"source": ["aws_ec2"]},
        Fault(
            "the source 'aws_ec2', which AWS does not have",
            "'aws.ec2'",
            "aws.ec2",
            ("source", 0),
        ),
    ),
    (
        {**FINDING, "detail-type": ["Guardduty Findings"]},
        Fault(
            "the detail-type 'Guardduty Findings', which aws.guardduty does not send",
            "'GuardDuty Finding'",
            "GuardDuty Finding",
            ("detail-type", 0),
        ),
    ),
    (
        {"source": ["aws.iam"], "detail-type": ["AWS API Call via Cloudtrail"]},
        Fault(
            "the detail-type 'AWS API Call via Cloudtrail', which aws.iam does not send",
            "'AWS API Call via CloudTrail'",
            "AWS API Call via CloudTrail",
            ("detail-type", 0),
        ),
    ),
    (
        {**EC2, "details": {}},
        Fault("`details`, which is never there", "`detail`", "detail", ("details",), key=True),
    ),
    (
        {**EC2, "instance": ["i-1"]},
        Fault(
            "`instance`, which is never there",
            "one of account, detail, detail-type, id, region, replay-name, resources, source, "
            "time, version",
            path=("instance",),
            key=True,
        ),
    ),
    (
        {**EC2, "detail": {"instance_id": ["i-1"]}},
        Fault(
            "`instance_id`, which no such event is known to have",
            "`instance-id`",
            "instance-id",
            ("detail", "instance_id"),
            key=True,
        ),
    ),
    (
        {**FINDING, "detail": {"$or": [{"severity": [8]}, {"servrity": [9]}]}},
        Fault(
            "`servrity`, which no such event is known to have",
            "`severity`",
            "severity",
            ("detail", "$or", 1, "servrity"),
            key=True,
        ),
    ),
    (
        {**FINDING, "detail": {"severity": [{"numeric": [">", 1]}, "8.5"]}},
        Fault(
            "a string for `severity`, which is a number: they are never equal",
            "a number: 8.5",
            "8.5",
            ("detail", "severity", 1),
            spelt=True,
        ),
    ),
    (
        {**FINDING, "detail": {"severity": ["high"]}},
        Fault(
            "a string for `severity`, which is a number: they are never equal",
            "a number",
            path=("detail", "severity", 0),
        ),
    ),
    (
        {**EC2, "detail": {"state": [True]}},
        Fault(
            "a boolean for `state`, which is a string: they are never equal",
            'a string: "true"',
            '"true"',
            ("detail", "state", 0),
            spelt=True,
        ),
    ),
    (
        {"resources": [5]},
        Fault(
            "a number for `resources`, which is a string: they are never equal",
            'a string: "5"',
            '"5"',
            ("resources", 0),
            spelt=True,
        ),
    ),
    (
        {**EC2, "detail": {"state": {"name": ["stopped"]}}},
        Fault("a map for `state`, which is a string", "a list of values", path=("detail", "state")),
    ),
    (
        {**EC2, "detail": ["stopped"]},
        Fault(
            "values for `detail`, which is a map",
            "a map: one of instance-id, state",
            path=("detail",),
        ),
    ),
]


@pytest.mark.parametrize(("wrong", "fault"), WRONG)
def test_what_can_never_match_is_a_fault(wrong: dict[str, Any], fault: Fault) -> None:
    assert list(check(wrong)) == [fault]


DOUBTED: list[tuple[dict[str, Any], Fault]] = [
    (
        {"source": ["ec2"]},
        Fault(
            "the source 'ec2', which is not AWS's",
            "'aws.ec2' for its events",
            "aws.ec2",
            ("source", 0),
            doubt=True,
            lint="OPS103",
        ),
    ),
    (
        {"source": ["aws.somethingnew"]},
        Fault(
            "the source 'aws.somethingnew', which is not known",
            "a service's name behind 'aws.'",
            path=("source", 0),
            doubt=True,
            lint="OPS103",
        ),
    ),
    (
        {"source": ["aws.cloudtrail"], "detail-type": ["Something New"]},
        Fault(
            "the detail-type 'Something New', of which no sample and no schema tells",
            "AWS API Call via CloudTrail, or one that AWS has added since",
            path=("detail-type", 0),
            doubt=True,
            lint="OPS103",
        ),
    ),
    (
        {**EC2, "detail": {"reason": ["spot"]}},
        Fault(
            "`reason`, which no such event is known to have",
            "one of instance-id, state, unless AWS has added it",
            path=("detail", "reason"),
            key=True,
            doubt=True,
            lint="OPS101",
        ),
    ),
    (
        {**ACM, "detail": {"InUse": ["true"]}},
        Fault(
            "a string for `InUse`, which is a boolean: they are never equal",
            "a boolean: true",
            "true",
            ("detail", "InUse", 0),
            spelt=True,
            doubt=True,
        ),
    ),
]


@pytest.mark.parametrize(("doubted", "fault"), DOUBTED)
def test_what_may_match_is_doubted(doubted: dict[str, Any], fault: Fault) -> None:
    assert list(check(doubted)) == [fault]


def _as_pattern(value: Any) -> Any:
    """The pattern that a value fits; None where EventBridge can ask nothing of it."""
    if isinstance(value, dict):
        below = {key: _as_pattern(each) for key, each in value.items()}
        return {key: each for key, each in below.items() if each} or None
    if isinstance(value, list):
        found = [_as_pattern(each) for each in value]
        return next((each for each in found if each), None)
    return [value]


@pytest.mark.parametrize("sample", every(), ids=lambda sample: sample.name)
def test_a_pattern_that_a_real_event_fits_has_no_fault(sample: Sample) -> None:
    asked = _as_pattern(dict(sample.envelope))
    assert [fault for fault in check(asked) if not fault.doubt] == []
