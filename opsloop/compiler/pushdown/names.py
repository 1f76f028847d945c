"""The names of the scope as places of the event: what `chalicelib.events.names` reads, and where.

Called by `operands`. A test holds each of these against the run side's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from opsloop.compiler.pushdown.filters import Place, at
from opsloop.compiler.pushdown.found import Alternative, Found, Members, Operand, Other, stands
from opsloop.compiler.pushdown.wanted import Wanted

_USER = ("detail", "userIdentity")
_ISSUER = (*_USER, "sessionContext", "sessionIssuer")
_DIMENSIONS = ("metricStat", "metric", "dimensions")


def found(name: str) -> Operand:
    """What a name that is always in scope reads."""
    return _NAMES.get(name) or Other(f"`{name}` no pattern can work out")


def of_event(key: str) -> Operand:
    """A field of the event; one that the function fills in where it is absent is none."""
    return (
        Other("`event.version` is filled in by the function") if key == "version" else stands(key)
    )


def _alarm(key: str) -> Operand:
    return _ALARM.get(key) or Other(f"`alarm.{key}` no pattern can work out")


def _dimension(name: str) -> Operand:
    """One of any metric's, or a contributor's own."""
    metrics = Place(("detail", "configuration", "metrics")).element(f"dimension {name}")
    for step in _DIMENSIONS:
        metrics = metrics.child(step)
    contributor = Place(("detail", "alarmContributor", "attributes", name))
    return Found((Alternative(metrics.child(name)), Alternative(contributor)), text=True)


def _actor(key: str) -> Operand:
    return _ACTOR.get(key) or Other(f"`actor.{key}` no pattern can work out")


def _role() -> Found:
    by_role = at(Place((*_ISSUER, "type")), Wanted.of("Role"))
    return Found((Alternative(Place((*_ISSUER, "userName")), by_role),), text=True)


def _service() -> Found:
    places = (Place((*_USER, "invokedBy")), Place(("detail", "sourceIPAddress")))
    return Found(tuple(map(Alternative, places)), text=True)


_ALARM: Mapping[str, Operand] = {
    "name": stands("detail", "alarmName", text=True),
    "arn": Found((Alternative(Place(("resources",)).element("[0]")),), text=True),
    "state": stands("detail", "state", "value", text=True),
    "previous": stands("detail", "previousState", "value", text=True),
    "reason": stands("detail", "state", "reason", text=True),
    "dimensions": Members(_dimension),
}
_ACTOR: Mapping[str, Operand] = {
    "type": stands(*_USER, "type", text=True),
    "arn": stands(*_USER, "arn", text=True),
    "role": _role(),
    "service": _service(),
    "ip": stands("detail", "sourceIPAddress", text=True),
}
_NAMES: Mapping[str, Operand] = {
    "event": stands(),
    "account": stands("account"),
    "region": stands("region"),
    "alarm": Members(_alarm),
    "actor": Members(_actor),
}
