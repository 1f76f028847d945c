"""What a version of a rule makes of an event that wakes it. Pure; `counting` counts the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.errors import ExpressionError, SecretError
from chalicelib.events.event import Event
from chalicelib.plan import Plan, Stage
from opsloop.backtest.guards import Request, request
from opsloop.judging import Judged, Unanswerable, judge


@dataclass(frozen=True, slots=True)
class Version:
    """Plans by rule, and the stage they are in."""

    plans: Mapping[str, Plan]
    stage: Stage


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of one event.

    The elements that the criteria on the event admit (0 without `each`), each with what its
    guards want to know, the criteria that held back the others, and why the function would raise.
    """

    admitted: Mapping[int, Request] = field(default_factory=dict)
    unmet: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


NOTHING = Ruling()
_ALWAYS = Ruling({0: Request("")})


def ruling(version: Version, rule: str, event: Event) -> Ruling:
    """The ruling of one rule."""
    plan = version.plans[rule]
    if plan["each"] is None and plan["criteria"]["event"] is None and plan["guard"] is None:
        return _ALWAYS
    try:
        judged = list(judge(plan, version.stage, event))
    except Unanswerable as error:
        return Ruling(failures=(str(error),))
    admitted, failures = _admitted(plan, event, judged)
    unmet = tuple(one.verdict.criterion for one in judged if not one.verdict.met)
    return Ruling(admitted, unmet, failures)


def _admitted(
    plan: Plan, event: Event, judged: list[Judged]
) -> tuple[dict[int, Request], tuple[str, ...]]:
    """What the guards are to be asked; an element whose key cannot be told fails alone."""
    admitted, failures = dict[int, Request](), list[str]()
    for one in judged:
        if one.verdict.met:
            try:
                admitted[one.element or 0] = request(plan, event, one.scope)
            except (ExpressionError, SecretError) as error:
                failures.append(f"the guards' key: {error}")
    return admitted, tuple(failures)
