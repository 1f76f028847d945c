"""The names that rules read, the same by every road: `alarm`, `actor`, `resource`.

The engine's scope computes each when a rule first reads it. They never raise: what an event
does not say is null. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.events.alarms import is_alarm
from chalicelib.events.arns import described
from chalicelib.events.event import Event
from chalicelib.events.resources import in_alarm, in_call, in_event
from chalicelib.events.shape import dig, word

_UNKNOWN = {"id": None, "arn": None, "type": None}


def alarm(event: Event) -> dict[str, Any] | None:
    """The alarm that changed state; null for any other event.

    `dimensions` are united over all its metrics. Where two metrics disagree the first one's
    value stays, and the dimension's name is in `ambiguous`.
    """
    envelope = event.envelope
    if not is_alarm(envelope):
        return None
    dimensions: dict[str, str] = {}
    ambiguous: list[str] = []
    for name, value in _dimensions(envelope["detail"]):
        if dimensions.setdefault(name, value) != value and name not in ambiguous:
            ambiguous.append(name)
    return {
        "name": word(envelope, "detail.alarmName"),
        "arn": word(envelope, "resources.0"),
        "state": word(envelope, "detail.state.value"),
        "previous": word(envelope, "detail.previousState.value"),
        "reason": word(envelope, "detail.state.reason"),
        "dimensions": dimensions,
        "ambiguous": ambiguous,
    }


def _dimensions(detail: dict[str, Any]) -> Iterator[tuple[str, str]]:
    metrics = dig(detail, "configuration.metrics")
    each = [dig(metric, "metricStat.metric.dimensions") for metric in _list(metrics)]
    for dimensions in (dig(detail, "alarmContributor.attributes"), *each):
        if isinstance(dimensions, dict):
            yield from ((n, v) for n, v in dimensions.items() if isinstance(v, str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def actor(event: Event) -> dict[str, str | None] | None:
    """Who made the API call that CloudTrail recorded; null for an event without a caller.

    `name` is what people call the caller: the user, the role session, `root`, the service.
    `role` is the assumed role's name; `ip` is null where a service called.
    """
    detail = event.envelope["detail"]
    who = detail.get("userIdentity")
    if not isinstance(who, dict):
        return None
    origin = word(detail, "sourceIPAddress")
    address = origin if origin and _is_address(origin) else None
    by_role = word(who, "sessionContext.sessionIssuer.type") == "Role"
    return {
        "type": word(who, "type"),
        "name": _name(who),
        "arn": word(who, "arn"),
        "role": word(who, "sessionContext.sessionIssuer.userName") if by_role else None,
        "service": word(who, "invokedBy") or (origin if address is None else None),
        "ip": address,
    }


def asked_by(event: Event) -> str | None:
    """Who ran a manual rule, or replayed an event, as they say: whoever may invoke may say so.

    For the record alone: it is no `actor`, and no cause.
    """
    envelope = event.envelope
    asked = event.road == "manual" or "replay-name" in envelope
    return word(envelope, "asked-by") if asked else None


def _name(who: dict[str, Any]) -> str | None:
    if who.get("type") == "Root":
        return "root"  # its userName, where there is one, is the account's alias
    session = (word(who, "principalId") or "").partition(":")[2]
    tail = (word(who, "arn") or "").rpartition("/")[2]
    named = (word(who, "userName"), word(who, "onBehalfOf.userId"), tail, session)
    others = (word(who, path) for path in ("invokedBy", "accountId", "principalId"))
    return next((name for name in (*named, *others) if name), None)


def _is_address(origin: str) -> bool:
    """A caller's address; a service shows its DNS name, or "AWS Internal"."""
    return ":" in origin or origin.replace(".", "").isdecimal()


def resource(event: Event) -> dict[str, str | None]:
    """The one resource that an event is about: its `id`, `arn` and `type` (`ec2:instance`).

    What is not known is null: an ARN is said only where the event holds it or where the id
    alone makes it.
    """
    changed = alarm(event)
    named = in_alarm(changed) if changed else in_call(event) or in_event(event)
    listed = word(event.envelope, "resources.0")
    place = named or (("", listed) if listed else None)
    return described(*place, event) if place else dict(_UNKNOWN)
