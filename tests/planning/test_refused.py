"""AWS does not let everything be read: that is said, and is no answer."""

from __future__ import annotations

import pytest

from opsloop.output import AWS
from opsloop.planning import planning
from opsloop.planning.drifted import view
from tests.planning.goldens import printed
from tests.planning.refusing import refuse
from tests.planning.stage import REGION, STAGE, Account, Deployment


@pytest.mark.parametrize(
    ("operation", "what"),
    [
        ("events.ListRules", "events:ListRules opsloop-dev-*"),
        ("logs.DescribeLogGroups", "logs:DescribeLogGroups /aws/lambda/opsloop-dev-*"),
        ("sns.ListSubscriptions", "sns:ListSubscriptions"),
        ("lambda.GetPolicy", "lambda:GetPolicy opsloop-dev-close-bucket"),
        (
            "lambda.GetFunctionEventInvokeConfig",
            "lambda:GetFunctionEventInvokeConfig opsloop-dev-close-bucket",
        ),
        ("iam.GetRole", "iam:GetRole opsloop-dev-close-bucket"),
        ("iam.ListRolePolicies", "iam:ListRolePolicies opsloop-dev-close-bucket"),
        ("iam.ListAttachedRolePolicies", "iam:ListAttachedRolePolicies opsloop-dev-close-bucket"),
        ("dynamodb.DescribeTable", "dynamodb:DescribeTable opsloop-dev"),
        ("dynamodb.DescribeTimeToLive", "dynamodb:DescribeTimeToLive opsloop-dev"),
        ("dynamodb.DescribeContinuousBackups", "dynamodb:DescribeContinuousBackups opsloop-dev"),
        ("sqs.GetQueueAttributes", "sqs:GetQueueAttributes opsloop-dev-dead-letters"),
    ],
)
def test_a_refused_read_is_said_and_is_neither_drift_nor_its_absence(
    shared: Deployment, operation: str, what: str
) -> None:
    session = Account(region_name=REGION)
    refuse(session, operation)
    report = planning.drift(shared.folder, STAGE, None, lambda _stage: session, shared.fetch)
    assert report.unread[0].what == what
    assert f"you may not {operation.partition('.')[2]}" in report.unread[0].why
    assert (report.findings, report.exit_code) == ((), AWS)
    assert "No drift in what of dev could be read." in printed(view(report))
