"""What is known of the event that wakes a rule; nothing of it contradicts a real event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.expressions.values import kind
from opsloop.catalogue.events import (
    detail_of,
    envelope,
    event_of,
    event_of_alarm,
    event_of_pattern,
    sources_of,
)
from opsloop.catalogue.samples import Sample, every
from opsloop.expressions import check, parse
from opsloop.expressions.absent import quoted
from opsloop.expressions.check import infer
from opsloop.expressions.templates import compile_expr
from opsloop.expressions.types import NUMBER, STRING, Type
from opsloop.rules.triggers import When
from tests.eventsource import samples

Leaf = tuple[str, Any]
BY_NAME = {one.name: one for one in every()}


def pattern(sample: Sample) -> dict[str, Any]:
    """The pattern that pins all that can be pinned of a sample."""
    known = sample.envelope
    pinned = {"source": [known["source"]], "detail-type": [known["detail-type"]]}
    if "eventName" in known["detail"]:
        return {**pinned, "detail": {"eventName": [known["detail"]["eventName"]]}}
    return pinned


def leaves(value: Any, path: str) -> Iterator[Leaf]:
    """Every value below one, with the expression that reads it."""
    yield path, value
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, f"{path}.{quoted(key)}")
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from leaves(below, f"{path}[{place}]")


@pytest.mark.parametrize("name", samples.NAMES)
def test_what_is_in_an_event_may_be_read(name: str) -> None:
    sample = BY_NAME[name]
    names = {"event": event_of_pattern(pattern(sample))}
    for text, value in leaves(dict(sample.envelope), "event"):
        assert check(parse(text), text, names) == []
        known = infer(compile_expr(text), names)
        assert known is None or value in (None, "") or known.kind == kind(value), text


@pytest.mark.parametrize("name", samples.NAMES)
def test_what_has_a_letter_too_many_may_not(name: str) -> None:
    known = event_of_pattern(pattern(BY_NAME[name]))
    detail = (known.fields or {})["detail"]
    fields = (detail.fields if detail else None) or {}
    for field in [one for one in fields if len(one) > 3]:
        text = f"event.detail.{quoted(f'{field}x')}"
        (fault,) = check(parse(text), text, {"event": known})
        assert not fault.doubt
        assert fault.correction == f"event.detail.{quoted(field)}"


INSTANCE = Type("object", {"instance-id": STRING, "state": STRING}, open=True)
STATE = "EC2 Instance State-change Notification"
REBALANCE = "EC2 Instance Rebalance Recommendation"
WIRES: list[tuple[Any, Type | None]] = [
    ({"pattern": {"source": ["aws.ec2"], "detail-type": [STATE]}}, INSTANCE),
    ({"pattern": {"detail-type": [STATE]}}, INSTANCE),
    ({"pattern": {"source": ["aws.ec2"], "detail-type": [STATE, REBALANCE]}}, INSTANCE),
    # one that may come is not known
    ({"pattern": {"source": ["aws.ec2"], "detail-type": [STATE, "Nothing"]}}, None),
    ({"pattern": {"source": ["aws.ec2", "my.app"], "detail-type": [STATE]}}, None),
    ({"pattern": {"source": ["aws.ec2"], "detail-type": [{"prefix": "EC2"}]}}, None),
    ({"pattern": {"source": ["aws.ec2"]}}, None),
    ({"pattern": {"source": ["my.app"], "detail-type": ["Order"]}}, None),
    ({"pattern": {"detail-type": ["Order"]}}, None),
    ({"topic": "news"}, None),
    # roads of our own are known whole
    ({"schedule": "rate(1 day)"}, Type("object", {})),
    ({"manual": {}}, Type("object", {"parameters": Type("object", {})})),
    (
        {"manual": {"limit": "number"}},
        Type("object", {"parameters": Type("object", {"limit": NUMBER})}),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("wire", "detail"), WIRES)
def test_what_a_wire_says_of_the_detail(wire: Any, detail: Type | None) -> None:
    assert event_of(wire) == envelope(detail)


def test_an_alarm_is_known_by_every_road() -> None:
    detail = (event_of_alarm().fields or {})["detail"]
    assert detail is not None
    assert list(detail.fields or {}) == [
        "alarmName",
        "configuration",
        "previousState",
        "state",
        "alarmContributor",
    ]
    by_events = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
    assert event_of_pattern(by_events) == event_of_alarm()


def test_the_detail_of_an_unknown_event() -> None:
    assert detail_of("aws.ec2", "Nothing") is None
    assert sources_of("Nothing") == []
    assert sources_of("GuardDuty Finding") == ["aws.guardduty"]


def test_every_trigger_has_a_wire_that_is_understood() -> None:
    assert set(When.model_fields) - {"bus", "errors", "timezone"} == {
        *("event", "api", "alarm", "schedule", "topic", "queue", "webhook", "manual")
    }
