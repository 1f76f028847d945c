"""Guards asked about what was gathered, rule by rule in the order of time. Called by `run`. Pure.

Each account and region is a place of its own, as a stage is: its guards know of no other's.

Both versions of a rule, where there are two, go through the same events side by side: an
execution is new if it runs now and did not before, whether by criteria or by guards.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from opsloop.backtest.counting import Job
from opsloop.backtest.gathering import Row
from opsloop.backtest.guards import Guards, Request
from opsloop.backtest.ruling import Version
from opsloop.backtest.tally import RuleTally, Tally

_UNMET, _GONE = "criteria", "no such rule"


def settle(rows: Iterable[Row], tally: Tally, job: Job) -> None:
    """Count who runs and who is refused. `rows` are in order."""
    for (rule, _), own in groupby(rows, key=attrgetter("rule", "where")):
        settling = _Settling(tally.rule(rule), _guards(job.now, rule), _guards(job.before, rule))
        for row in own:
            settling.row(row, compared=rule in job.compared)
        settling.end()


def _guards(version: Version | None, rule: str) -> Guards | None:
    plan = version.plans.get(rule) if version else None
    return None if plan is None else Guards(plan)


class _Settling:
    """One rule in one place, as it is and as it was."""

    def __init__(self, tally: RuleTally, now: Guards | None, before: Guards | None) -> None:
        self._tally = tally
        self._now = now
        self._before = before

    def row(self, row: Row, *, compared: bool) -> None:
        """One execution: does it run, and did it?"""
        guard, reason = _asked(self._now, row.now, row)
        if not guard:
            self._tally.ran.add(row.example)
        elif guard not in (_UNMET, _GONE):
            self._tally.refuse(guard, row.example._replace(reason=reason))
        if compared:
            self._compare(row, _said(guard, reason), _said(*_asked(self._before, row.before, row)))

    def end(self) -> None:
        """No more of it."""
        forgot = self._now is not None and self._now.forgetful
        self._tally.forgetful = self._tally.forgetful or forgot

    def _compare(self, row: Row, now: str, before: str) -> None:
        if before and not now:
            self._tally.newly.add(row.example._replace(reason=before))
        elif now and not before:
            self._tally.no_longer.add(row.example._replace(reason=now))


def _asked(guards: Guards | None, request: Request | None, row: Row) -> tuple[str, str]:
    """The guard that refuses, and its arithmetic; empty where the execution runs."""
    if guards is None or request is None:
        return _GONE if guards is None else _UNMET, ""
    refusal = guards.ask(request, f"{row.identity}/{row.element}", row.at)
    return ("", "") if refusal is None else (refusal.guard, refusal.reason)


def _said(guard: str, reason: str) -> str:
    return f"{guard}: {reason}" if reason else guard
