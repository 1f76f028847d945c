"""Would a rule run on this event? Its criteria, decided at the desk as the engine decides them.

`opsloop explain` and `opsloop backtest` call it. Nothing is looked up: criteria on facts stay
undecided, and `facts_needed` says which facts those are. The clock of `age()` and `now()`
stands at the event's own time. Imports what the engine asks criteria with, never AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.engine.criteria import Criteria
from chalicelib.engine.scope import Scope
from chalicelib.errors import EventError, ExpressionError, SecretError
from chalicelib.events.event import Event
from chalicelib.expressions import Verdict
from chalicelib.expressions.values import tagged
from chalicelib.partitions import partition_of
from chalicelib.plan import Condition, Expr, Plan, Stage
from chalicelib.plans import belongs
from opsloop.expressions.references import expressions, member_references, references

MET = Verdict(met=True)


class Unanswerable(Exception):
    """The function would raise on this event, or read a secret to decide: in words."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One execution that the event asks for, and whether its criteria on the event are met."""

    element: int | None
    verdict: Verdict
    scope: Scope


class EventClock:
    """It is always the time of the event."""

    def __init__(self, event: Event) -> None:
        self._now = datetime.fromisoformat(event.time).timestamp()

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """No criterion waits."""
        raise AssertionError(f"a criterion slept {seconds} s")


def judge(plan: Plan, stage: Stage, event: Event) -> Iterator[Judged]:
    """Each element of the event, judged in order. Raises Unanswerable."""
    condition = plan["criteria"]["event"]
    asked = Criteria(plan, stage, EventClock(event), _no_secret)
    try:
        for element, scope in asked.elements(event):
            verdict = MET if condition is None else scope.evaluator.holds(condition)
            yield Judged(element, verdict, scope)
    except (EventError, ExpressionError, SecretError) as error:
        raise Unanswerable(str(error).removeprefix(f"{plan['rule']}: ")) from error


def criteria(condition: Condition | None) -> list[Condition]:
    """The criteria that all have to hold, one by one."""
    if condition is None:
        return []
    key, conditions = tagged(condition)
    return list(conditions) if key == "all" else [condition]


def facts_needed(plan: Plan) -> tuple[str, ...]:
    """The facts that decide whether the rule acts, in the order in which it reads them."""
    condition = plan["criteria"]["facts"]
    if condition is None:
        return ()
    named, roots = _reads(plan, expressions(condition))
    known = [fact["name"] for fact in plan["facts"]]
    # a criterion on `facts` as a whole needs them all
    wanted = named if named or "facts" not in roots else set(known)
    return tuple(name for name in known if name in wanted)


def reads_facts(plan: Plan, expr: Expr) -> bool:
    """Whether an expression needs facts, by whatever `let`."""
    return "facts" in _reads(plan, [expr])[1]


def absence(plan: Plan, stage: Stage) -> str | None:
    """Why no function of the rule is in the stage, None where there is one."""
    if plan["mode"] == "off":
        return "its mode is off"
    if belongs(plan, stage):
        return None
    here = f"stage {stage['stage']} ({stage['region']})"
    if stage["max_mode"] == "off":
        return f"max_mode is off in {here}"
    return f"not in {here}: the rule is for {', '.join(plan['regions'])}"


def elsewhere(event: Event, stage: Stage) -> str | None:
    """That the event is of another account or region than the stage, None where it is not."""
    here = (stage["account"], stage["region"])
    if (event.account, event.region) == here:
        return None
    stands = f"{' '.join(here)}, where stage {stage['stage']} is"
    return f"not in {stands}: it comes there only if forwarded"


def topic_arn(plan: Plan, stage: Stage) -> str | None:
    """The topic that wakes the rule, None where something else does."""
    topic = plan["wire"].get("topic")
    if topic is None or topic.startswith("arn:"):
        return topic
    return f"arn:{partition_of(stage['region'])}:sns:{stage['region']}:{stage['account']}:{topic}"


def _reads(plan: Plan, read: Iterable[Expr]) -> tuple[set[str], set[str]]:
    """The facts that expressions name, and all their names; `let`s are followed."""
    trees = [expr["tree"] for expr in read]
    named, roots = set[str](), set[str]()
    while trees:
        tree = trees.pop()
        named |= {member for member, _ in member_references(tree, "facts")}
        new = references(tree) - roots
        roots |= new
        trees += [plan["let"][name]["tree"] for name in new if name in plan["let"]]
    return named, roots


def _no_secret(reference: str) -> str:
    raise SecretError(f"the secret {reference} is not read here")
