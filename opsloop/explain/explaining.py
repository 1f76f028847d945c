"""Every rule on every event in a payload, nearest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.engine.opening import effective_mode
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.events.shape import dig
from chalicelib.plan import Plan, Stage
from opsloop.explain.criteria import decided
from opsloop.explain.records import OUTCOMES, Outcome, RuleExplained
from opsloop.explain.trigger import trigger
from opsloop.judging import absence, elsewhere


@dataclass(frozen=True, slots=True)
class EventExplained:
    """One event of a payload, and what each rule makes of it."""

    event: Event
    #: the topic by which it came, where it came by SNS
    topic: str | None
    rules: tuple[RuleExplained, ...]
    #: that it is of another account or region than the stage
    elsewhere: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON for programs."""
        return {
            "road": self.event.road,
            "identity": self.event.identity,
            "time": self.event.time,
            "source": self.event.envelope["source"],
            "detail-type": self.event.envelope["detail-type"],
            "elsewhere": self.elsewhere,
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
    explained = [_placed(_rule(plan, stage, event, topic), plan, stage) for plan in plans]
    nearest_first = tuple(sorted(explained, key=_nearest_first))
    return EventExplained(event, topic, nearest_first, elsewhere(event, stage))


def _placed(rule: RuleExplained, plan: Plan, stage: Stage) -> RuleExplained:
    """With its mode in the stage; what would run does not where the stage has no function of it."""
    absent = absence(plan, stage)
    here = absent is None or rule.outcome not in ("runs", "undecided")
    outcome: Outcome = rule.outcome if here else "not here"
    return replace(rule, outcome=outcome, mode=effective_mode(plan, stage), absent=absent)


def _rule(plan: Plan, stage: Stage, event: Event, topic: str | None) -> RuleExplained:
    woken = trigger(plan, stage, event, topic)
    if woken.miss is None:
        return decided(plan, stage, event, woken)
    return RuleExplained(
        plan["rule"], "no match", woken.miss, pattern=woken.pattern, near=woken.near
    )


def _nearest_first(rule: RuleExplained) -> tuple[Any, ...]:
    return OUTCOMES.index(rule.outcome), *(-share for share in rule.near), rule.rule
