"""What a parameter's value is inside an ARN, where it is not the value itself. Pure.

A turn gives the part of the ARN, or None for a value that names no resource of this account
that way. The compiler names turns in a plan (`Place.turn`); what needs none is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from chalicelib.globs import parts

#: the kinds of resource that EC2's ids begin with the names of
EC2_IDS: Mapping[str, str] = {
    "acl": "network-acl",
    "ami": "image",
    "cgw": "customer-gateway",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "fleet": "fleet",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "sir": "spot-instances-request",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment",
    "tgw-rtb": "transit-gateway-route-table",
    "vgw": "vpn-gateway",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpn": "vpn-connection",
}
#: a function, or one of its versions; not what begins with a region, an account or `function:`
_FUNCTION = re.compile(
    r"(?!\d{12}:|[a-z]{2}(?:-[a-z]+)+-\d:|function:)[\w-]+(?::[\w$-]+)?", re.ASCII
)
#: the account and the name, and nothing behind or between that a service may read otherwise
_QUEUE_URL = re.compile(r"https?://[\w.:-]+/(\d{12})/([\w.-]+)", re.ASCII)
_VERSION = re.compile(
    r"(arn:[^:]+:(?:lambda:[^:]*:[^:]*:function|states:[^:]*:[^:]*:stateMachine):[^:]+):.+"
)
_COMPLETE_SECRET = re.compile(r"-[A-Za-z0-9]{6}\Z")


class Home(NamedTuple):
    """Where a rule acts: its stage."""

    partition: str
    region: str
    account: str


def _queue(value: str, home: Home) -> str | None:
    """A queue's URL ends with its account and its name."""
    if "/" not in value:
        return value
    found = _QUEUE_URL.fullmatch(value)
    return found[2] if found and found[1] == home.account else None


def _function(value: str, _home: Home) -> str | None:
    """A name, with or without a version; what names an account as well may be another's."""
    return value if _FUNCTION.fullmatch(value) else None


def _secret(_value: str, _home: Home) -> str | None:
    """A secret's ARN ends in what its name does not tell."""
    return None


def _key(value: str, _home: Home) -> str | None:
    """An alias does not tell which key it is of."""
    return None if value.startswith("alias/") else value


def _ec2_id(value: str, _home: Home) -> str | None:
    kind = EC2_IDS.get(value.rpartition("-")[0])
    return kind and f"{kind}/{value}"


def _beginning(prefix: str) -> Turn:
    return lambda value, _home: value if value.startswith(prefix) else None


Turn = Callable[[str, Home], str | None]

TURNS: Mapping[str, Turn] = {
    "after the last slash": lambda value, _home: value.rpartition("/")[2],
    "an ARN": lambda _value, _home: None,
    "ec2 id": _ec2_id,
    "ec2 instance": _beginning("i-"),
    "family": lambda value, _home: value.partition(":")[0],
    "function": _function,
    "key": _key,
    "lower case": lambda value, _home: value.lower(),
    "managed instance": _beginning("mi-"),
    "no leading slash": lambda value, _home: value.removeprefix("/"),
    "queue": _queue,
    "revision": lambda value, _home: value.partition(":")[2] or "*",
    "scope": lambda value, _home: {"CLOUDFRONT": "global", "REGIONAL": "regional"}.get(value),
    "secret": _secret,
}


def bare(arn: str) -> str:
    """The ARN of the resource that this one is a version or an alias of; else itself."""
    found = _VERSION.fullmatch(arn)
    return found[1] if found else arn


def others(arn: str) -> tuple[str, ...]:
    """What else the resource of an ARN may be called; what is cut off of a secret's looks whole."""
    if parts(arn)[2] == "secretsmanager":
        return (f"{arn}-??????",)
    return () if bare(arn) == arn else (bare(arn),)


def whole(arn: str, turn: str | None) -> str | None:
    """The ARN of the resource that a value which is an ARN names; None where that is not sure."""
    if turn == "secret" and not _COMPLETE_SECRET.search(arn):
        return None
    return arn.lower() if turn == "lower case" else arn
