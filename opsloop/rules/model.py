"""One rule file as checked data: all of the language, what comes later included.

Expressions and templates are raw here; `opsloop.compiler` compiles them, with their places.
Durations are seconds. Called by `project`, `schema` and `docs`.
"""

from __future__ import annotations

from typing import Any, Literal

from opsloop.rules.fields import (
    Criteria,
    Duration,
    Expression,
    Given,
    Model,
    Name,
    OneOrMany,
    Some,
    Text,
    key,
    matching,
)
from opsloop.rules.guards import Guard, Verify
from opsloop.rules.steps import Fact, Step
from opsloop.rules.triggers import When

Severity = Literal["low", "medium", "high", "critical"]
Mode = Literal["off", "observe", "approve", "active"]
Region: Any = matching("region", r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region, such as eu-west-1")


class Each(Model):
    """One event fanned out: one execution for each element."""

    of: Expression = key("The list, of at most 100 elements.", "event.detail.alerts")
    as_: Name = key("The element's name in scope.", "alert")


class Rule(Model):
    """One rule: what wakes it, what has to hold, and what it does."""

    description: Text = key(
        "What the rule does and when, in a sentence.", "Stop dev instances after hours."
    )
    owner: Text = key("The team that answers for the rule.", "team-platform")
    severity: Severity = key("How much it matters that the rule works.", "high")
    mode: Mode = key(
        "`off`; `observe`: all but the effects; `approve`: asks before the first one; `active`.",
        default="observe",
    )
    saves: Given[Duration] = key(
        "What a person would have spent, for the report.", "30m", default=None
    )
    when: OneOrMany[When] = key("What wakes the rule.", "{schedule: rate(1 hour)}")
    regions: list[Region] = key(
        "The regions that the rule belongs to; else every stage's.", "[eu-west-1]", default=[]
    )
    each: Given[Each] = key("One execution for each element of a list.", default=None)
    let: dict[Name, Expression] = key(
        "Names for expressions, in any order; evaluated when used.",
        "{bucket: event.detail.requestParameters.bucketName}",
        default_factory=dict,
    )
    if_: Given[Criteria] = key(
        "What has to hold: an expression, or a list that has to hold as a whole.", default=None
    )
    facts: dict[Name, Fact] = key(
        "Look-ups made before acting, in this order.", default_factory=dict
    )
    guard: Given[Guard] = key("What may hold the rule back.", default=None)
    then: Some[Step] = key(
        "What the rule does, in this order.",
        "[{do: notify, with: {to: pager, title: Somebody should look}}]",
    )
    verify: Given[Verify] = key("How it checks that it helped.", default=None)
    on_failure: list[Step] = key(
        "What it does after a failure; `error` says what failed.", default_factory=list
    )
    finally_: list[Step] = key("What it does in the end, always.", default_factory=list)

    @property
    def trigger(self) -> When:
        """The one trigger of a checked rule."""
        (when,) = self.when
        return when

    @property
    def has_event_rule(self) -> bool:
        """Whether it is EventBridge that wakes the rule, by a pattern or a schedule."""
        roads = [when.kinds for when in self.when]
        by_alarm = any(when.alarm and when.alarm.via == "events" for when in self.when)
        return by_alarm or any({"event", "api", "schedule"} & set(kinds) for kinds in roads)
