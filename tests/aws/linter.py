"""parliament, a linter of IAM policies, on a policy as this project makes it.

Its copy of AWS's reference is older than ours: `excused` tells what it is wrong about.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalicelib.globs import meets
from opsloop.aws import iam


def findings(policy: dict[str, Any]) -> list[str]:
    """What parliament has against the policy, as `ISSUE: detail`."""
    found = _parliament()(json.dumps(policy)).findings
    return sorted(f"{one.issue}: {one.detail}" for one in found if not _is_elsewhere(policy, one))


def _is_elsewhere(policy: dict[str, Any], found: Any) -> bool:
    """Whether it misses in one statement a resource that another one allows: IAM takes them all."""
    if found.issue != "RESOURCE_MISMATCH":
        return False
    allowed = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    return all(
        any(
            meets(arn, missed["required_format"])
            for one in allowed
            if missed["action"] in one["Action"]
            for arn in one["Resource"]
        )
        for missed in found.detail
    )


@functools.cache
def _parliament() -> Callable[[str], Any]:
    """parliament wants pkg_resources, which setuptools no longer has, to find its own files."""
    stand_in: Any = types.ModuleType("pkg_resources")
    stand_in.resource_filename = _beside
    sys.modules.setdefault("pkg_resources", stand_in)
    with warnings.catch_warnings():
        # it leaves the files that it reads open
        warnings.simplefilter("ignore", ResourceWarning)
        import parliament  # noqa: PLC0415 - behind the stand-in
    analyze: Callable[[str], Any] = parliament.analyze_policy_string
    return analyze


def _beside(package: str, name: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / name)


#: resources that parliament requires, and by now the reference does not
NO_LONGER_REQUIRED = {
    "batch:CreateJobQueue",
    "ec2:CreateNatGateway",
    "ec2:DisassociateNatGatewayAddress",
    "s3:GetObjectAttributes",
    "ses:SendCustomVerificationEmail",
}


def excused(finding: str) -> bool:
    """Whether it is parliament that errs, or the rule that asks for what it warns of."""
    issue, _, detail = finding.partition(": ")
    if issue == "UNKNOWN_ACTION":
        # its copy of the reference is older than ours
        return iam.find(detail.removeprefix("Unknown action ")) is not None
    if issue == "RESOURCE_MISMATCH":
        return all(_excused_mismatch(one) for one in ast.literal_eval(detail))
    if issue == "INVALID_ARN":
        # the account of an organisation is not known
        return detail.startswith("Account expected")
    if issue == "RESOURCE_STAR":
        return all(map(_is_for_all, ast.literal_eval(detail)))
    # the rule itself calls what changes who may do what
    return issue == "RESOURCE_POLICY_PRIVILEGE_ESCALATION"


def _is_for_all(action: str) -> bool:
    """Resources of CloudFront's that have no name yet; alarms, of which composites are told to
    those only who may describe whatever there is."""
    return action.startswith("cloudfront:C") or action == "cloudwatch:DescribeAlarms"


def _excused_mismatch(detail: dict[str, str]) -> bool:
    if detail["required_format"] == "*":
        # it knows no resources for an action that has them by now
        return bool(iam.action(detail["action"]).resources)
    # it takes every bucket's ARN for one of general-purpose S3, without a slash
    bucket = detail["action"].startswith(("s3-outposts:", "s3express:"))
    return bucket or detail["action"] in NO_LONGER_REQUIRED
