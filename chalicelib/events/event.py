"""The one shape of an event, whatever road it came by. Made by `normalise`, read by all.

A named tuple: every cold start defines it, and a dataclass costs five times as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

#: `direct` is a CloudWatch alarm's own Lambda action
Road = Literal["eventbridge", "sns", "schedule", "direct", "manual"]


class Event(NamedTuple):
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
