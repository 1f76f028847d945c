"""What the criteria on the event say, one by one, for each execution that it asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.engine.criteria import MOST_ELEMENTS
from chalicelib.events.event import Event
from chalicelib.expressions.criteria import written
from chalicelib.plan import Plan, Stage
from opsloop.explain.records import Criterion, Miss, Outcome, RuleExplained, Trigger
from opsloop.judging import Judged, Unanswerable, criteria, facts_needed, judge

#: elements whose criteria are told one by one
MOST_TOLD = 5


def decided(plan: Plan, stage: Stage, event: Event, trigger: Trigger) -> RuleExplained:
    """The rule on an event that wakes it."""
    try:
        judged = list(judge(plan, stage, event))
    except Unanswerable as error:
        miss = Miss("each", "each.of", f"a list of at most {MOST_ELEMENTS}", str(error))
        return _explained(plan, "fails", trigger, miss=miss)
    admitted = [one for one in judged if one.verdict.met]
    told = tuple(c for one in judged[:MOST_TOLD] for c in _told(plan, one))
    if not admitted:
        return _explained(plan, "not met", trigger, miss=_miss(judged), judged=judged, told=told)
    needs = facts_needed(plan)
    outcome: Outcome = "undecided" if needs else "runs"
    return _explained(plan, outcome, trigger, judged=judged, told=told, needs=needs)


def _explained(
    plan: Plan,
    outcome: Outcome,
    trigger: Trigger,
    *,
    miss: Miss | None = None,
    judged: list[Judged] | None = None,
    told: tuple[Criterion, ...] = (),
    needs: tuple[str, ...] = (),
) -> RuleExplained:
    met = sum(criterion.met for criterion in told)
    return RuleExplained(
        rule=plan["rule"],
        outcome=outcome,
        miss=miss,
        executions=sum(one.verdict.met for one in judged or ()),
        elements=len(judged or ()),
        needs=needs,
        pattern=trigger.pattern,
        criteria=told,
        near=(met / len(told) if told else 0.0,),
    )


def _told(plan: Plan, one: Judged) -> Iterator[Criterion]:
    for condition in criteria(plan["criteria"]["event"]):
        verdict = one.scope.evaluator.holds(condition)
        yield Criterion(
            text=written(condition),
            met=verdict.met,
            reason=verdict.reason,
            path=verdict.path,
            value=verdict.value,
            element=one.element,
        )


def _miss(judged: list[Judged]) -> Miss:
    """The criterion that decided on the first element; an empty list has none."""
    if not judged:
        return Miss("each", "each.of", "an element at least", "an empty list")
    verdict = judged[0].verdict
    more = len(judged) - 1
    return Miss("criteria", verdict.path or "", verdict.criterion, verdict.reason, more)
