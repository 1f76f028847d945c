"""What Lambda itself needs of a function's role, for where and how the function runs.

`chalice:` in rules/opsloop.yaml says it; what Chalice would add to a policy that it makes
itself, it does not add to one that it is given. Called by the compiler for every function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opsloop.aws.location import Location
from opsloop.aws.patterns import literal
from opsloop.aws.statement import Statement, allow

#: Lambda's own calls bear no function's ARN; the function's code calls with it, and may not
_BY_LAMBDA = {"Null": {"lambda:SourceFunctionArn": "true"}}
_WITH_AN_INTERFACE = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)


def hosting(location: Location, chalice: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements for a function under these settings of Chalice's."""
    if subnets := chalice.get("subnet_ids"):
        yield from _network(location, subnets, chalice.get("security_group_ids", []))
    if chalice.get("xray"):
        actions = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
        yield allow(actions, "*", purpose="OwnTraces")


def _network(location: Location, subnets: list[str], groups: list[str]) -> Iterator[Statement]:
    """Lambda puts an interface into the user's own network, and takes it away again."""
    ec2 = f"arn:{location.partition}:ec2:{location.region}:{location.account}"
    interfaces = f"{ec2}:network-interface/*"
    kinds = {
        interfaces,
        *(f"{ec2}:subnet/{literal(one)}" for one in subnets),
        *(f"{ec2}:security-group/{literal(one)}" for one in groups),
    }
    reads = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
    yield allow("ec2:CreateNetworkInterface", kinds, _BY_LAMBDA, purpose="EnterNetwork")
    yield allow(_WITH_AN_INTERFACE, interfaces, _BY_LAMBDA, purpose="LeaveNetwork")
    yield allow(reads, "*", _BY_LAMBDA, purpose="FindNetwork")
