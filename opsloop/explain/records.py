"""What an explanation is made of. Frozen records; `as_dict` is `--json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from chalicelib.plan import Mode
from opsloop.patterns import Explanation, FieldExplained

Outcome = Literal["runs", "undecided", "not here", "fails", "not met", "no match"]

#: nearest to running first
OUTCOMES: tuple[Outcome, ...] = (
    "runs",
    "undecided",
    "not here",
    "fails",
    "not met",
    "no match",
)


@dataclass(frozen=True, slots=True)
class Miss:
    """The first thing that failed: where, what was wanted there, what was seen."""

    part: Literal["trigger", "pattern", "each", "criteria"]
    path: str
    wanted: str
    seen: str
    #: how many others failed beside it
    more: int = 0


@dataclass(frozen=True, slots=True)
class Trigger:
    """What wakes a rule, and whether this event would. `pattern` is told where it has one.

    `near` orders misses: how much of the trigger held.
    """

    miss: Miss | None
    pattern: Explanation | None = None
    near: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion on the event, for one element of it where the rule has `each`."""

    text: str
    met: bool
    reason: str = ""
    path: str | None = None
    value: Any = None
    element: int | None = None


@dataclass(frozen=True, slots=True)
class RuleExplained:
    """One rule on one event. `executions` of `elements` are admitted by the criteria on it."""

    rule: str
    outcome: Outcome
    miss: Miss | None = None
    executions: int = 0
    elements: int = 0
    #: the facts that criteria on facts need: nothing is looked up
    needs: tuple[str, ...] = ()
    pattern: Explanation | None = None
    criteria: tuple[Criterion, ...] = ()
    near: tuple[float, ...] = ()
    #: the rule's own, capped by the stage's max_mode
    mode: Mode = "observe"
    #: why the stage has no function of the rule: `not here` is what would run if it had one
    absent: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON for programs."""
        return {
            "rule": self.rule,
            "outcome": self.outcome,
            "mode": self.mode,
            "absent": self.absent,
            "miss": asdict(self.miss) if self.miss else None,
            "executions": self.executions,
            "elements": self.elements,
            "needs": list(self.needs),
            "pattern": [_field(field) for field in self.pattern.nearest.fields]
            if self.pattern
            else None,
            "criteria": [asdict(criterion) for criterion in self.criteria],
        }


def _field(field: FieldExplained) -> dict[str, Any]:
    return {
        "path": field.path,
        "held": field.held,
        "seen": list(field.seen),
        "operators": [asdict(operator) for operator in field.operators],
        "apart": list(field.apart),
    }
