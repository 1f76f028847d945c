"""Would this event wake the rule? By its road first, then by what the rule listens for.

A pattern listens on EventBridge, a topic on SNS, a schedule to its own rule's ticks, a manual
rule to people. What came by another road than the rule's is a miss even where the pattern
fits; the pattern is explained all the same, on the event inside. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.events.event import Event, Road
from chalicelib.expressions.values import kind
from chalicelib.plan import Plan, Stage
from opsloop.deploy.names import event_rule_name
from opsloop.explain.records import Miss, Trigger
from opsloop.judging import topic_arn
from opsloop.patterns import Explanation, Pattern

_ROADS: dict[Road, str] = {
    "eventbridge": "an event on EventBridge",
    "sns": "a message of SNS",
    "schedule": "a tick of a schedule",
    "direct": "an alarm's own Lambda action",
    "manual": "a manual run",
}
SOURCE, DETAIL_TYPE = "source", "detail-type"


def trigger(plan: Plan, stage: Stage, event: Event, topic: str | None) -> Trigger:
    """Whether the event wakes the rule; `topic` is the ARN of the topic that it came by."""
    wire = plan["wire"]
    if "pattern" in wire:
        return _pattern(wire["pattern"], event)
    if "topic" in wire:
        return _listener(event, "sns", _topic(plan, stage, topic))
    if "schedule" in wire:
        return _listener(event, "schedule", _tick(plan, stage, event))
    return _listener(event, "manual", _parameters(plan, event))


def _pattern(pattern: dict[str, Any], event: Event) -> Trigger:
    found = Pattern(pattern).explain(dict(event.envelope))
    away = _by_another_road(event, "eventbridge")
    kind, share = _nearness(found)
    return Trigger(away or _first_failure(found), found, (kind + (away is None), share))


def _first_failure(found: Explanation) -> Miss | None:
    if found.matched:
        return None
    first, *others = found.nearest.failures
    return Miss("pattern", first.path, first.wanted, first.seen, len(others))


def _nearness(found: Explanation) -> tuple[int, float]:
    """How much of the event's kind held, which counts before all else; the share of all fields."""
    fields = found.nearest.fields
    held = {field.path: field.held for field in fields}
    share = sum(held.values()) / len(fields) if fields else 1.0
    return held.get(SOURCE, True) + held.get(DETAIL_TYPE, True), share


def _listener(event: Event, road: Road, misses: Iterator[Miss]) -> Trigger:
    away = _by_another_road(event, road)
    miss = away or next(misses, None)
    return Trigger(miss, near=(float(away is None), 0.0))


def _by_another_road(event: Event, road: Road) -> Miss | None:
    if event.road == road:
        return None
    return Miss("trigger", "road", _ROADS[road], _ROADS[event.road])


def _topic(plan: Plan, stage: Stage, topic: str | None) -> Iterator[Miss]:
    wanted = topic_arn(plan, stage)
    if topic != wanted:
        yield Miss("trigger", "TopicArn", str(wanted), str(topic))


def _tick(plan: Plan, stage: Stage, event: Event) -> Iterator[Miss]:
    name = event_rule_name(stage["stage"], plan["rule"])
    ticked = [str(arn) for arn in event.envelope["resources"]]
    if not any(arn.endswith(f":rule/{name}") for arn in ticked):
        yield Miss("trigger", "resources", f"the EventBridge rule {name}", ", ".join(ticked))


def _parameters(plan: Plan, event: Event) -> Iterator[Miss]:
    given = event.envelope["detail"]["parameters"]
    kinds = {name: kind(value) for name, value in given.items()}
    wanted = plan["wire"].get("manual", {})
    if kinds != wanted:
        yield Miss("trigger", "parameters", _listed(wanted), _listed(kinds))


def _listed(parameters: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({a_kind})" for name, a_kind in parameters.items()) or "none"
