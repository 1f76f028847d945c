"""Policies for Cloud Custodian, any number, of one resource type or of ten by turns.

Each says less than one of our rules does: a filter or two on a resource, and one action.
"""

from __future__ import annotations

from typing import Any

import yaml

AGE = {"type": "value", "key": "CreateTime", "value_type": "age", "value": 30, "op": "gt"}
TAG = {"type": "value", "key": "tag:owner", "value": "absent"}
MARK = {"type": "tag", "key": "seen", "value": "yes"}

KINDS: tuple[dict[str, Any], ...] = (
    {
        "resource": "aws.ec2",
        "filters": [{"State.Name": "running"}, TAG],
        "actions": ["stop"],
    },
    {
        "resource": "aws.s3",
        "filters": [{"type": "global-grants"}],
        "actions": ["delete-global-grants"],
    },
    {
        "resource": "aws.rds",
        "filters": [{"DBInstanceStatus": "available"}, TAG],
        "actions": ["stop"],
    },
    {
        "resource": "aws.ebs",
        "filters": [{"State": "available"}, AGE],
        "actions": ["snapshot"],
    },
    {
        "resource": "aws.security-group",
        "filters": [{"type": "ingress", "Cidr": {"value": "0.0.0.0/0"}}],
        "actions": [{"type": "remove-permissions", "ingress": "matched"}],
    },
    {
        "resource": "aws.iam-user",
        "filters": [{"type": "credential", "key": "mfa_active", "value": False}],
        "actions": [MARK],
    },
    {
        "resource": "aws.lambda",
        "filters": [{"Runtime": "python3.8"}],
        "actions": [MARK],
    },
    {
        "resource": "aws.sqs",
        "filters": [TAG],
        "actions": [MARK],
    },
    {
        "resource": "aws.dynamodb-table",
        "filters": [{"TableStatus": "ACTIVE"}, TAG],
        "actions": [MARK],
    },
    {
        "resource": "aws.asg",
        "filters": [{"type": "invalid"}, TAG],
        "actions": ["suspend"],
    },
)


def policies(number: int, kinds: int) -> str:
    """The file for `custodian validate`."""
    made = [
        {"name": f"policy-{count:04}", "description": f"Number {count}.", **KINDS[count % kinds]}
        for count in range(number)
    ]
    return yaml.safe_dump({"policies": made}, sort_keys=False)
