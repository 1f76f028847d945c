"""Every rule on every event in a payload, nearest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.events.shape import dig
from chalicelib.plan import Plan, Stage
from opsloop.explain.criteria import decided
from opsloop.explain.records import OUTCOMES, RuleExplained
from opsloop.explain.trigger import trigger


@dataclass(frozen=True, slots=True)
class EventExplained:
    """One event of a payload, and what each rule makes of it."""

    event: Event
    #: the topic by which it came, where it came by SNS
    topic: str | None
    rules: tuple[RuleExplained, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON for programs."""
        return {
            "road": self.event.road,
            "identity": self.event.identity,
            "time": self.event.time,
            "source": self.event.envelope["source"],
            "detail-type": self.event.envelope["detail-type"],
            "rules": [rule.as_dict() for rule in self.rules],
        }


def explain(plans: Iterable[Plan], stage: Stage, payload: object) -> list[EventExplained]:
    """All of it. Raises EventError for a payload that is no event opsloop knows."""
    rules = list(plans)
    return [_event(rules, stage, event, topic) for event, topic in _events(payload)]


def _events(payload: object) -> Iterator[tuple[Event, str | None]]:
    for place, event in enumerate(normalise(payload)):
        topic = dig(payload, f"Records.{place}.Sns.TopicArn") if _has_records(payload) else None
        yield event, topic


def _has_records(payload: object) -> bool:
    return isinstance(payload, Mapping) and "Records" in payload


def _event(plans: list[Plan], stage: Stage, event: Event, topic: str | None) -> EventExplained:
    explained = [_rule(plan, stage, event, topic) for plan in plans]
    return EventExplained(event, topic, tuple(sorted(explained, key=_nearest_first)))


def _rule(plan: Plan, stage: Stage, event: Event, topic: str | None) -> RuleExplained:
    woken = trigger(plan, stage, event, topic)
    if woken.miss is None:
        return decided(plan, stage, event, woken)
    return RuleExplained(
        plan["rule"], "no match", woken.miss, pattern=woken.pattern, near=woken.near
    )


def _nearest_first(rule: RuleExplained) -> tuple[Any, ...]:
    return OUTCOMES.index(rule.outcome), *(-share for share in rule.near), rule.rule
