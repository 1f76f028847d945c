"""The one shape of an event, whatever road it came by. Made by `normalise`, read by all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: `direct` is a CloudWatch alarm's own Lambda action
Road = Literal["eventbridge", "sns", "schedule", "direct", "manual"]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, where and when.

    `identity` is the same for every delivery of one happening; `time` is the event's own,
    in UTC with `Z`, and for an alarm the state's, so that it is the same by every road.
    `envelope` is what a rule calls `event`: always shaped as EventBridge's events are.
    """

    road: Road
    identity: str
    time: str
    account: str
    region: str
    partition: str
    envelope: Mapping[str, Any]


_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}


def partition_of(region: str) -> str:
    """The partition that a region belongs to; `aws` where its name says nothing else."""
    return next((p for prefix, p in _PARTITIONS.items() if region.startswith(prefix)), "aws")
