"""Push-down: what EventBridge can decide of a rule's criteria goes into its pattern as well.

The law: the pattern never loses an event that the rule would take. All criteria stay in the
plan, so a pattern that lets too much through costs a call of the function and nothing else.
Called by the compiler and by `opsloop explain-plan`. Pure; docs/architecture.md has the why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.expressions.criteria import written
from chalicelib.expressions.values import tagged
from chalicelib.plan import Condition, Plan
from opsloop.compiler.pushdown.filters import EVERYTHING, MOST_BRANCHES, Filter, both
from opsloop.compiler.pushdown.merging import DoesNotFit, merged
from opsloop.compiler.pushdown.own import Own
from opsloop.compiler.pushdown.truth import Truth
from opsloop.patterns import InvalidPattern

Share = Literal["all", "part", "none"]


@dataclass(frozen=True, slots=True)
class Decided:
    """A criterion: how much of it EventBridge decides, and why not more."""

    criterion: str
    share: Share
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pushdown:
    """A rule's own pattern, the narrower one, and what became of each criterion."""

    own: Mapping[str, Any]
    pattern: dict[str, Any]
    decided: tuple[Decided, ...]


def push(
    plan: Plan, own: Mapping[str, Any], criteria: Sequence[Condition], params: Mapping[str, Any]
) -> Pushdown:
    """Push criteria on the event into the rule's own pattern.

    `params` are those parameters that all stages of the rule agree on.
    """
    pushing = _Pushing(plan, Own(own), params)
    decided = tuple(pushing.decide(condition) for condition in criteria)
    return Pushdown(own, pushing.pattern, decided)


class _Pushing:
    def __init__(self, plan: Plan, own: Own, params: Mapping[str, Any]) -> None:
        self.pattern = dict(own.pattern)
        self._own = own
        self._asked = EVERYTHING
        self._truth = Truth(plan, params, own.known)

    def decide(self, condition: Condition) -> Decided:
        """Push what can be of one criterion."""
        reasons: list[str] = []
        pushed = [self._tried(part, reasons) for part in parts(condition)]
        share: Share = "all" if not reasons else "part" if any(pushed) else "none"
        return Decided(written(condition), share, tuple(dict.fromkeys(reasons)))

    def _tried(self, condition: Condition, reasons: list[str]) -> bool:
        try:
            return self._part(condition, reasons)
        except InvalidPattern as invalid:
            reasons.append(f"EventBridge would refuse it: {invalid.reason}")
            return False

    def _part(self, condition: Condition, reasons: list[str]) -> bool:
        """Whether EventBridge decides something of it; what it does not is added, in words."""
        notes = self._truth.asking.notes
        notes.clear()
        asked = self._truth.of(condition)
        reasons += notes
        if not asked.branches:
            reasons.append("it is never met")
            return False
        if asked.is_everything:
            return not notes  # the same for every event
        fitting, refused = self._own.fitting(asked)
        reasons += refused
        if fitting.is_everything:
            return not refused
        return self._add(asked, fitting, reasons)

    def _add(self, asked: Filter, fitting: Filter, reasons: list[str]) -> bool:
        if len(fitting.branches) * len(self._asked.branches) > MOST_BRANCHES:
            reasons.append("with what is asked before, it has too many alternatives")
            return False
        together = both(self._asked, asked)
        if not together.branches:
            reasons.append("with what is asked before, it is never met")
            return False
        try:
            pattern = merged(self._own, self._own.fitting(together)[0])
        except DoesNotFit as reason:
            reasons.append(str(reason))
            return False
        if not _says(together, fitting):
            reasons.append("EventBridge would want it of the element that is asked for before")
        self._asked, self.pattern = together, pattern
        return True


def parts(condition: Condition) -> Iterator[Condition]:
    """What has to hold of a criterion, one by one."""
    match tagged(condition):
        case "all", conditions:
            for each in conditions:
                yield from parts(each)
        case "test", expr if expr["tree"]["type"] == "and_expression":
            for node in expr["tree"]["children"]:
                yield from parts({"test": {"text": expr["text"], "tree": node}})
        case _:
            yield condition


def _says(together: Filter, asked: Filter) -> bool:
    """Whether each branch has all places of one that was asked for."""
    wanted = [{field.place for field in branch.values()} for branch in asked.branches]
    found = [{field.place for field in branch.values()} for branch in together.branches]
    return all(any(places <= there for places in wanted) for there in found)
