"""What the command line asks for, made ready: rules compiled, alarms read."""

from __future__ import annotations

from pathlib import Path

from chalicelib.plan import Stage
from opsloop.backtest.alarm_history import Alarms, described
from opsloop.backtest.ruling import Version
from opsloop.backtest.run import Wanted
from opsloop.backtest.span import Span
from opsloop.compiler.build import Compiled, compile_project
from opsloop.local.events import read_event
from opsloop.naming import named
from opsloop.revision import compiled_at


def prepared(
    project: Path,
    stage: str,
    places: tuple[str, ...],
    span: Span,
    *,
    rule: str | None,
    against: str | None,
    alarms: Path | None,
) -> Wanted:
    """Raises Problems for rules that do not compile, WrongUsage for names that are not there."""
    now = compile_project(project)
    before = None if against is None else compiled_at(project, against)
    if rule is not None:
        named({**(before.plans if before else {}), **now.plans}, rule, "rule")
    version = _version(now, stage, rule)
    return Wanted(
        now=version,
        places=places,
        alarms=_alarms(version.stage, alarms),
        span=span,
        before=None if before is None else _version(before, stage, rule),
        revision=against,
    )


def _version(compiled: Compiled, stage: str, rule: str | None) -> Version:
    plans = {name: plan for name, plan in compiled.plans.items() if rule in (None, name)}
    return Version(plans, named(compiled.stages, stage, "stage"))


def _alarms(stage: Stage, file: Path | None) -> Alarms:
    known = {} if file is None else described(read_event(file))
    return Alarms(stage["account"], stage["region"], known)
