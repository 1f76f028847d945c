"""Which permissions deserve a second look, and why."""

from __future__ import annotations

import pytest

from opsloop.aws import iam
from opsloop.aws.statement import Condition
from opsloop.planning.danger import BECOMES, SECRETS, danger
from opsloop.planning.permissions import Permission

TAGGED = Condition.of({"StringEquals": {"aws:ResourceTag/managed-by": "opsloop"}})
FUNCTIONS = "arn:aws:lambda:us-east-1:123456789012:function:*"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
BLINDS = "blinds those who watch"
INSTANCES = "arn:aws:ec2:us-east-1:123456789012:instance/*"


@pytest.mark.parametrize(
    ("permission", "why"),
    [
        (Permission("s3:*", "arn:aws:s3:::x"), "a wildcard for an action"),
        (Permission("s3:Get*", "arn:aws:s3:::x"), "a wildcard for an action"),
        (Permission("!(iam:*)", "*"), "a wildcard for an action"),
        (Permission("iam:PassRole", "arn:aws:iam::1:role/x"), "hands a role on"),
        (Permission("STS:assumerole", "arn:aws:iam::1:role/x"), "acts as another role"),
        (Permission("iam:TagUser", "arn:aws:iam::1:user/x"), "changes IAM"),
        (Permission("iam:AttachRolePolicy", "*"), "changes who may do what"),
        (Permission("lambda:UpdateFunctionCode", FUNCTIONS), "changes what runs as another role"),
        (Permission("ssm:SendCommand", INSTANCES), "runs commands on machines"),
        (Permission("cloudtrail:StopLogging", "arn:aws:cloudtrail:*:1:trail/x"), BLINDS),
        (Permission("secretsmanager:GetSecretValue", f"{SECRET}*"), "reads secrets of any name"),
        (Permission("secretsmanager:GetSecretValue", f"{SECRET}a-??????"), None),
        (Permission("s3:PutBucketPolicy", "arn:aws:s3:::x"), "changes who may do what"),
        (Permission("ec2:TerminateInstances", "*"), "changes any resource"),
        (Permission("ec2:TerminateInstances", "!(x)"), "changes any resource"),
        (Permission("ec2:CreateTags", "*"), "changes any resource"),
        (Permission("s3:NoSuchThing", "*"), "IAM's reference does not know it"),
        (Permission("nothing:AtAll", "*"), "IAM's reference does not know it"),
        (Permission("ec2:TerminateInstances", "*", TAGGED), None),
        (Permission("ec2:TerminateInstances", INSTANCES), None),
        (Permission("ec2:DescribeInstances", "*"), None),
        (Permission("iam:GetUser", "*"), None),
        (Permission("iam:*", "*", effect="Deny"), None),
    ],
    ids=str,
)
def test_danger(permission: Permission, why: str | None) -> None:
    assert danger(permission) == why


def test_iam_knows_every_action_that_is_minded() -> None:
    assert [name for name in (*BECOMES, *SECRETS) if iam.find(name) is None] == []
