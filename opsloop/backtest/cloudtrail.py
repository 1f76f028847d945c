"""CloudTrail's records as EventBridge delivers them. Pure; `envelopes` calls it.

What is not delivered: calls that only read, which a rule gets on request alone. A record of a
data event is delivered: that it is there shows that a trail asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from opsloop.aws.cloudtrail_table import API_CALL, CHANGES_AFTER_ALL, SERVICE_EVENT, SIGN_IN
from opsloop.backtest.forms import Item
from opsloop.backtest.records import Broken, Delivered, Head, Undelivered

INSIGHT = "AWS Insight via CloudTrail"
#: by the record's eventType
DETAIL_TYPES: Mapping[str, str] = {
    "AwsApiCall": API_CALL,
    "AwsServiceEvent": SERVICE_EVENT,
    "AwsConsoleAction": "AWS Console Action via CloudTrail",
    "AwsConsoleSignIn": SIGN_IN,
    "AwsVpceEvents": "AWS Network Activity Event via CloudTrail",
    "AwsCloudTrailInsight": INSIGHT,
}
READ_ONLY = Undelivered("cloudtrail", "calls that only read")
_READS = ("Describe", "Get", "List")
_DOMAIN = ".amazonaws.com"
_ENVELOPE = (
    b'{"version":"0","id":%b,"detail-type":%b,"source":%b,"account":%b,"time":%b,"region":%b,'
    b'"resources":[],"detail":%b}'
)
_quoted = msgspec.json.Encoder().encode


class _Caller(msgspec.Struct, gc=False, frozen=True):
    account: str = msgspec.field(name="accountId", default="")


class _Old(msgspec.Struct, gc=False):
    """Records of the first years do not say who received them."""

    caller: _Caller = msgspec.field(name="userIdentity", default=_Caller())


_old = msgspec.json.Decoder(_Old).decode


def reads_only(source: str, name: str) -> bool:
    """Whether a call only reads, by its name, as EventBridge tells; `source` is `ec2`, say."""
    return name.startswith(_READS) and f"{source}.{name}" not in CHANGES_AFTER_ALL


def delivered(item: Item, head: Head) -> Delivered | Undelivered:
    """The event of a record, whose text becomes its `detail` as it is. Raises Broken."""
    source = head.event_source.removesuffix(_DOMAIN)
    if head.event_type == "AwsApiCall" and reads_only(source, head.event_name):
        return READ_ONLY
    detail_type = DETAIL_TYPES.get(head.event_type)
    if detail_type is None:
        return Undelivered("cloudtrail", f"records of the eventType {head.event_type:.40}")
    payload = _ENVELOPE % (
        _quoted(head.event_id),
        _quoted(detail_type),
        _quoted("aws.cloudtrail" if detail_type == INSIGHT else f"aws.{source}"),
        _quoted(_account(item, head)),
        _quoted(head.event_time),
        _quoted(head.aws_region),
        item,
    )
    return Delivered("cloudtrail", payload, head.event_time)


def _account(item: Item, head: Head) -> str:
    account = head.recipient or _old(item).caller.account
    if not account:
        raise Broken("found neither recipientAccountId nor userIdentity.accountId; expected one")
    return account
