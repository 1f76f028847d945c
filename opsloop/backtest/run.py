"""A backtest from beginning to end. The command calls it; all that it needs is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.clock import Clock
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.counting import Job
from opsloop.backtest.guards import simulated
from opsloop.backtest.places import Input, Passed
from opsloop.backtest.pool import Watch, count
from opsloop.backtest.report import Asked, Report, rule_reports
from opsloop.backtest.revision import changed
from opsloop.backtest.ruling import Version
from opsloop.backtest.settling import settle
from opsloop.backtest.sources import Sources
from opsloop.backtest.span import Span


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to find out: rules, maybe those of another revision, and where events lie."""

    now: Version
    places: tuple[str, ...]
    alarms: Alarms
    span: Span
    before: Version | None = None
    #: the revision of `before`, as the user called it
    revision: str | None = None
    here: bool = False


def backtest(wanted: Wanted, workers: int, clock: Clock, watch: Watch) -> Report:
    """The report. `watch` is called now and then. Raises OSError and botocore's errors."""
    began, passed = clock.now(), Passed()
    with TemporaryDirectory(prefix="opsloop-", ignore_cleanup_errors=True) as folder:
        job = _job(wanted, Path(folder))
        counted = count(job, _inputs(wanted, passed), workers, watch)
        settle(counted.gathered.in_order(), counted.tally, job)
    return Report(
        asked=_asked(wanted),
        tally=counted.tally,
        rules=rule_reports(counted.tally, wanted.now.plans, job),
        forgetful=counted.forgetful,
        passed={
            "folders out of the time range": passed.dated,
            "files of other kinds": passed.named,
        },
        seconds=clock.now() - began,
        made=datetime.fromtimestamp(clock.now(), UTC).isoformat(timespec="seconds"),
    )


def _inputs(wanted: Wanted, passed: Passed) -> Iterator[Input]:
    sources = Sources()
    for place in wanted.places:
        yield from sources.inputs(place, wanted.span, passed)


def _job(wanted: Wanted, folder: Path) -> Job:
    compared, before = frozenset[str](), None
    if wanted.before is not None:
        compared = changed(wanted.now, wanted.before)
        plans = {rule: p for rule, p in wanted.before.plans.items() if rule in compared}
        before = Version(plans, wanted.before.stage)
    since, until = wanted.span.texts
    guarded = {rule for rule, plan in wanted.now.plans.items() if simulated(plan)}
    return Job(
        now=wanted.now,
        alarms=wanted.alarms,
        folder=folder,
        gathered=compared | guarded,
        before=before,
        compared=compared,
        since=since,
        until=until,
        here=wanted.here,
    )


def _asked(wanted: Wanted) -> Asked:
    stage, span = wanted.now.stage, wanted.span
    return Asked(
        places=wanted.places,
        stage=stage["stage"],
        account=stage["account"],
        region=stage["region"],
        since=span.texts[0] if span.since else None,
        until=span.texts[1] if span.until else None,
        here=wanted.here,
        against=wanted.revision,
        alarms=bool(wanted.alarms.known),
    )
