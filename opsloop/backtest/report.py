"""The report: what was counted beside what the rules are, ready to be shown in any form. Pure.

`view` shows it in a terminal, `page` as HTML, and `as_dict` is `--json`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from chalicelib.plan import Plan
from opsloop.backtest.contents import unheard
from opsloop.backtest.counting import Job
from opsloop.backtest.guards import assumptions
from opsloop.backtest.records import Kind
from opsloop.backtest.span import EARLIEST, LATEST
from opsloop.backtest.tally import Capped, Fired, RuleTally, Tally
from opsloop.judging import facts_needed


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    places: tuple[str, ...]
    stage: str
    account: str
    region: str
    since: str | None
    until: str | None
    here: bool
    against: str | None
    #: alarms are known from DescribeAlarms, so their dimensions are there
    alarms: bool


@dataclass(frozen=True, slots=True)
class RuleReport:
    """One rule, counted. `removed`: only the other revision has it."""

    rule: str
    tally: RuleTally
    plan: Plan | None
    #: the facts on which its executions still depend
    needs: tuple[str, ...] = ()
    #: why nothing in the source can wake it
    unheard: str | None = None
    #: it differs from the other revision's, or is in one of both only
    compared: bool = False
    #: its guards were asked
    guarded: bool = False
    #: what was assumed of guards, by guard
    assumed: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> Fired:
        """Executions that would have run: criteria met, guards open."""
        return self.tally.ran if self.guarded else self.tally.fired

    @property
    def refused(self) -> int:
        """Executions that a guard would have held back."""
        return sum(fired.executions for fired in self.tally.refused.values())

    @property
    def never(self) -> bool:
        """Whether it would not have run at all."""
        return not self.runs.executions

    def as_dict(self) -> dict[str, Any]:
        """JSON for programs."""
        tally = self.tally
        return {
            "rule": self.rule,
            "pack": self.plan["pack"] if self.plan else None,
            "mode": self.plan["mode"] if self.plan else None,
            "matched": tally.matched,
            "duplicates": tally.duplicates,
            "elsewhere": tally.elsewhere,
            "met": tally.fired.executions,
            **_fired(self.runs),
            "refused": {guard: _fired(one) for guard, one in sorted(tally.refused.items())},
            "assumed": dict(self.assumed),
            "needs": list(self.needs),
            "unmet": _counts(tally.unmet),
            "failures": _counts(tally.failures),
            "unheard": self.unheard,
            "newly": _fired(tally.newly) if self.compared else None,
            "no_longer": _fired(tally.no_longer) if self.compared else None,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to show."""

    asked: Asked
    tally: Tally
    rules: tuple[RuleReport, ...]
    #: the number of duplicates is a lower bound
    forgetful: bool
    #: folders that the time range ruled out, files that hold no events by their names
    passed: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    made: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON for programs."""
        tally = self.tally
        return {
            "asked": asdict(self.asked),
            "made": self.made,
            "seconds": round(self.seconds, 3),
            "inputs": tally.inputs,
            "records": tally.records,
            "passed": dict(self.passed),
            "bytes": tally.size,
            "events": tally.events,
            "kinds": dict(sorted(tally.kinds.items())),
            "undelivered": _counts(tally.undelivered),
            "outside": tally.outside,
            "duplicates": {"count": tally.duplicates, "at_least": self.forgetful},
            "broken": {
                "count": tally.broken,
                "records": [broken._asdict() for broken in tally.breakages],
            },
            "hours": dict(sorted(tally.hours.counts.items())),
            "rules": [rule.as_dict() for rule in self.rules],
        }


def rule_reports(tally: Tally, plans: Mapping[str, Plan], job: Job) -> tuple[RuleReport, ...]:
    """Every rule: those that fired most first, then the quiet ones, then the deaf ones."""
    deaf = _deaf(tally, job)
    reports = [
        _rule_report(rule, tally.rules.get(rule, RuleTally()), plans.get(rule), deaf, job)
        for rule in {*plans, *job.compared}
    ]
    return tuple(sorted(reports, key=_busiest_first))


def _deaf(tally: Tally, job: Job) -> Callable[[Plan], str | None]:
    """Why a rule heard nothing, by its plan: there was nothing, or nothing of its kind."""
    if not tally.events and (job.since, job.until) != (EARLIEST, LATEST):
        return lambda _plan: "no events in that time"
    kinds = cast("list[Kind]", list(tally.kinds))
    return lambda plan: unheard(plan, kinds)


def _rule_report(
    rule: str,
    tally: RuleTally,
    plan: Plan | None,
    deaf: Callable[[Plan], str | None],
    job: Job,
) -> RuleReport:
    return RuleReport(
        rule,
        tally,
        plan,
        needs=facts_needed(plan) if plan else (),
        unheard=deaf(plan) if plan else None,
        compared=rule in job.compared,
        guarded=rule in job.gathered,
        assumed=dict(assumptions(plan)) if plan else {},
    )


def _busiest_first(report: RuleReport) -> tuple[Any, ...]:
    runs = report.runs.executions
    return (report.unheard is not None, -runs, -report.tally.matched, report.rule)


def _fired(fired: Fired) -> dict[str, Any]:
    return {
        "executions": fired.executions,
        "resources": {"count": len(fired.resources.counts), "at_least": fired.resources.more},
        "first": fired.first or None,
        "last": fired.last or None,
        "hours": dict(sorted(fired.hours.counts.items())),
        "examples": [example._asdict() for example in fired.examples],
    }


def _counts(capped: Capped) -> dict[str, int]:
    return dict(capped.counts.most_common())
