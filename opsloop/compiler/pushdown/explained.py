"""What EventBridge decides for a rule, what the function decides, and why: `opsloop explain-plan`.

`view` shows it to people. Reads the project's files, so that it says what a compilation would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from chalicelib.expressions.criteria import written
from chalicelib.plan import Condition, Plan
from opsloop.compiler.build import compile_project
from opsloop.compiler.pushdown.narrowing import listed, pushdown
from opsloop.compiler.pushdown.pushing import Share
from opsloop.compiler.stages import Stages
from opsloop.compiler.triggers import wiring
from opsloop.compiler.wiring import MOST_PATTERN
from opsloop.naming import named
from opsloop.rules.project import load_project

#: who delivers where EventBridge matches nothing
_UNFILTERED = {
    "schedule": "a schedule's tick is no event that a pattern could choose from",
    "topic": "SNS delivers every message of the topic",
    "manual": "people run it",
}
_FACTS = "it needs facts, which the function looks up"
_TRIGGERS_OWN = "the trigger promises it; the function checks what came by another road"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of the pattern: what is wanted there, and who says so."""

    field: str
    wanted: list[Any]
    by: Literal["trigger", "criteria", "both"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion: what of it EventBridge decides, and why not all."""

    criterion: str
    of: Literal["trigger", "event", "facts"]
    eventbridge: Share
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule's plan. Without a `pattern` it is woken by something else."""

    rule: str
    source: str
    trigger: str
    pattern: dict[str, Any] | None
    own: Mapping[str, Any] | None
    fields: tuple[Asked, ...]
    criteria: tuple[Judged, ...]
    size: int = 0
    most: int = MOST_PATTERN

    def as_dict(self) -> dict[str, Any]:
        """JSON for programs."""
        return asdict(self)


def explained(folder: Path, rule: str) -> Explained:
    """The plan of a rule. Raises Problems, and WrongUsage for a rule that is not there."""
    plan = named(compile_project(folder).plans, rule, "rule")
    project = load_project(folder)
    file = next(file for file in project.rules if file.name == rule)
    made = wiring(file.rule.trigger)
    implied = len(made.criteria)
    facts = [Judged(written(each), "facts", "none", (_FACTS,)) for each in _on_facts(plan)]
    if "pattern" not in made.wire:
        return _unfiltered(plan, facts)
    own, agreed = made.wire["pattern"], Stages(project).shared(file.rule).agreed
    pushed = pushdown(plan, own, implied, agreed)
    promised = [
        Judged(written(each), "trigger", "all", (_TRIGGERS_OWN,))
        for each in listed(plan["criteria"]["event"])[:implied]
    ]
    own_criteria = [
        Judged(each.criterion, "event", each.share, each.reasons) for each in pushed.decided
    ]
    return Explained(
        rule,
        plan["source"],
        plan["trigger"],
        pushed.pattern,
        own,
        tuple(_asked(own, pushed.pattern)),
        (*promised, *own_criteria, *facts),
        len(json.dumps(pushed.pattern)),
    )


def _unfiltered(plan: Plan, facts: list[Judged]) -> Explained:
    [road] = plan["wire"]
    reasons = (_UNFILTERED[road],)
    on_event = listed(plan["criteria"]["event"])
    judged = [Judged(written(each), "event", "none", reasons) for each in on_event]
    return Explained(
        plan["rule"], plan["source"], plan["trigger"], None, None, (), (*judged, *facts)
    )


def _on_facts(plan: Plan) -> list[Condition]:
    return listed(plan["criteria"]["facts"])


def _asked(own: Mapping[str, Any], pattern: Mapping[str, Any]) -> Iterator[Asked]:
    """The pattern's fields, with the trigger's own first."""
    before, after = dict(_fields(own)), dict(_fields(pattern))
    for field, wanted in before.items():
        yield Asked(field, after[field], "trigger" if after[field] == wanted else "both")
    for field, wanted in after.items():
        if field not in before:
            yield Asked(field, wanted, "criteria")


def _fields(pattern: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Every field by its place, `$or`'s alternatives numbered."""
    for name, value in pattern.items():
        here = f"{place}.{name}" if place else name
        if isinstance(value, Mapping):
            yield from _fields(value, here)
        elif name == "$or" and isinstance(value[0], Mapping):
            for number, alternative in enumerate(value, 1):
                yield from _fields(alternative, f"{here}[{number}]")
        else:
            yield here, value
