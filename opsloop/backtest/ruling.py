"""What a version of a rule makes of an event that wakes it. Pure; `counting` counts the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.events.event import Event
from chalicelib.plan import Plan, Stage
from opsloop.judging import Unanswerable, judge


@dataclass(frozen=True, slots=True)
class Version:
    """Plans by rule, and the stage they are in."""

    plans: Mapping[str, Plan]
    stage: Stage


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of one event.

    The elements that the criteria on the event admit (0 without `each`), the criteria that held
    back the others, or why the function would raise.
    """

    admitted: frozenset[int] = frozenset()
    unmet: tuple[str, ...] = ()
    failure: str | None = None


NOTHING = Ruling()
_ALWAYS = Ruling(frozenset({0}))


def ruling(version: Version, rule: str, event: Event) -> Ruling:
    """The ruling of one rule."""
    plan = version.plans[rule]
    if plan["each"] is None and plan["criteria"]["event"] is None:
        return _ALWAYS
    try:
        judged = list(judge(plan, version.stage, event))
    except Unanswerable as error:
        return Ruling(failure=str(error))
    met = frozenset(one.element or 0 for one in judged if one.verdict.met)
    return Ruling(met, tuple(one.verdict.criterion for one in judged if not one.verdict.met))
