"""What is known of the event that wakes a rule, from its trigger's wire. Called by the compiler.

A pattern that pins source and detail-type says which events come; a road of our own has a
shape of our own. Where one event that may come is unknown, nothing is known of `detail`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from opsloop.expressions.types import STRING, STRINGS, TIME, Type, either

if TYPE_CHECKING:
    from chalicelib.plan import Wire
    from opsloop.catalogue.pins import Pins

_ENVELOPE = {
    "version": STRING,
    "id": STRING,
    "detail-type": STRING,
    "source": STRING,
    "account": STRING,
    "time": TIME,
    "region": STRING,
    "resources": STRINGS,
    "replay-name": STRING,
}
#: an alarm by any road is one of these, for the same names
_ALARM = "CloudWatch Alarm State Change"
_ALARMS = ("aws.cloudwatch", (_ALARM, "CloudWatch Alarm Contributor State Change"))


def envelope(detail: Type | None) -> Type:
    """An event with this `detail`."""
    return Type("object", {**_ENVELOPE, "detail": detail})


def event_of(wire: Wire) -> Type:
    """What is known of `event` in a rule with this wire."""
    if "manual" in wire:
        return envelope(_given({name: Type(kind) for name, kind in wire["manual"].items()}))
    if "schedule" in wire:
        return envelope(Type("object", {}))
    if "pattern" not in wire:
        return envelope(None)
    return event_of_pattern(wire["pattern"])


def event_of_alarm() -> Type:
    """What is known of `event` where alarms wake a rule, by whichever road."""
    return event_of_pattern({"source": [_ALARMS[0]], "detail-type": [_ALARM]})


def event_of_pattern(pattern: Mapping[str, Any]) -> Type:
    """What is known of the events that fit a pattern."""
    from opsloop.catalogue.pins import pins  # noqa: PLC0415 - only patterns need it

    return envelope(either([_detail(one) for one in pins(pattern)]))


def _given(parameters: dict[str, Type | None]) -> Type:
    """What a person gives a rule."""
    return Type("object", {"parameters": Type("object", parameters)})


@functools.lru_cache(maxsize=1024)
def _detail(pinned: Pins) -> Type | None:
    kinds = pinned.detail_types
    if kinds is None:
        return None
    if pinned.sources == (_ALARMS[0],) and _ALARM in kinds:
        kinds = (*kinds, *_ALARMS[1])
    found = list(_details(pinned, tuple(dict.fromkeys(kinds))))
    return either(found) if found else None


def _details(pinned: Pins, kinds: tuple[str, ...]) -> Iterator[Type | None]:
    for kind in kinds:
        for source in pinned.sources or sources_of(kind):
            yield detail_of(source, kind, pinned.calls)


def sources_of(detail_type: str) -> list[str]:
    """Who sends events of a detail-type, as far as that is known."""
    from opsloop.catalogue import samples, schemas  # noqa: PLC0415 - reads the library

    found = {source for source, kind, _ in samples.known() if kind == detail_type}
    return sorted(found | {one for one, kinds in schemas.names().items() if detail_type in kinds})


def detail_of(source: str, detail_type: str, calls: tuple[str, ...] | None = None) -> Type | None:
    """What is known of `detail` of one event; None where there is neither schema nor sample."""
    from opsloop.catalogue import cloudtrail, samples, schemas  # noqa: PLC0415 - as above
    from opsloop.catalogue.shapes import beside, shown  # noqa: PLC0415 - as above

    if samples.is_recorded(detail_type):
        return cloudtrail.record(source, detail_type, calls)
    schema = schemas.detail(source, detail_type)
    real = [sample.envelope["detail"] for sample in samples.of(source, detail_type)]
    if not real:
        return schema
    return shown(real) if schema is None else beside(shown(real), schema)
