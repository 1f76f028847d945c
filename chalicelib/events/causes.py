"""What an event says of its own cause: an execution of opsloop's whose call it records.

Every call of a rule carries `opsloop/<rule>/<execution>/<chain>` in its user agent, which
CloudTrail repeats. Anybody can write that into a user agent, so it is a claim: it counts only
where the caller's role is the claimed rule's own. Events of opsloop's own (`source: opsloop`)
say the same in their detail. Standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from chalicelib.events.event import Event
from chalicelib.events.shape import word

SOURCE = "opsloop"
#: executions that cause each other, at most; what comes after is refused
LONGEST_CHAIN = 8
_AGENT = re.compile(r"\bopsloop/([a-z][a-z0-9-]*)/([0-7][0-9A-HJKMNP-TV-Z]{25})/(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Cause:
    """An execution that an event names as its cause."""

    rule: str
    execution: str
    #: how many executions led to that one
    chain: int
    #: the claimed rule's own role called, or opsloop's own event says it
    trusted: bool

    def __str__(self) -> str:
        return f"{self.rule}/{self.execution}"


def cause(event: Event, role_prefix: str) -> Cause | None:
    """What the event names as its cause. `role_prefix` stands before a rule's name in its role."""
    envelope: Any = event.envelope
    if envelope["source"] == SOURCE:
        return _told(envelope["detail"])
    agent = word(envelope, "detail.userAgent")
    found = _AGENT.search(agent) if agent else None
    if found is None:
        return None
    rule, execution, chain = found.groups()
    issuer = word(envelope, "detail.userIdentity.sessionContext.sessionIssuer.arn")
    role = f"arn:{event.partition}:iam::{event.account}:role/{role_prefix}{rule}"
    from_aws = str(envelope["source"]).startswith("aws.")
    return Cause(rule, execution, int(chain), trusted=from_aws and issuer == role)


def _told(detail: Any) -> Cause | None:
    """The execution that one of opsloop's own events is about."""
    told = detail if isinstance(detail, dict) else {}
    text = f"opsloop/{told.get('rule')}/{told.get('execution')}/{told.get('chain')}"
    found = _AGENT.fullmatch(text)
    if found is None:
        return None
    return Cause(found[1], found[2], int(found[3]), trusted=True)
