"""One record as it was read, and what becomes of it. `envelopes` decides, `worker` counts."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

#: what a file of events is made of
Kind = Literal["cloudtrail", "events", "alarm history", "sns"]
Text = str | UnsetType


class Head(msgspec.Struct, gc=False):
    """What tells records of all kinds apart, and where and when they happened.

    One struct for all: a record's text is read once, and what is not named here is skipped.
    """

    # EventBridge's events
    detail_type: Text = msgspec.field(name="detail-type", default=UNSET)
    time: Text = UNSET
    # CloudTrail's records
    event_version: Text = msgspec.field(name="eventVersion", default=UNSET)
    event_time: str = msgspec.field(name="eventTime", default="")
    aws_region: str = msgspec.field(name="awsRegion", default="")
    event_type: str = msgspec.field(name="eventType", default="AwsApiCall")
    event_source: str = msgspec.field(name="eventSource", default="")
    event_name: str = msgspec.field(name="eventName", default="")
    event_id: str = msgspec.field(name="eventID", default="")
    recipient: str | None = msgspec.field(name="recipientAccountId", default=None)
    # DescribeAlarmHistory's items
    history_type: Text = msgspec.field(name="HistoryItemType", default=UNSET)
    # LookupEvents' items: CloudTrail's record, as a text
    recorded: Text = msgspec.field(name="CloudTrailEvent", default=UNSET)
    # SNS's payloads, and lists of CloudTrail's records on one line
    records: msgspec.Raw | UnsetType = msgspec.field(name="Records", default=UNSET)
    history: msgspec.Raw | UnsetType = msgspec.field(name="AlarmHistoryItems", default=UNSET)
    looked_up: msgspec.Raw | UnsetType = msgspec.field(name="Events", default=UNSET)
    # one of SNS's records
    sns: msgspec.Raw | UnsetType = msgspec.field(name="Sns", default=UNSET)


class Delivered(NamedTuple):
    """An event as its function gets it, and the time by which it is counted."""

    kind: Kind
    payload: bytes
    time: str


class Undelivered(NamedTuple):
    """A record that starts no function by itself, and what it is."""

    kind: Kind
    reason: str


class Broken(ValueError):
    """A record that is none: what was found, and what was expected."""
