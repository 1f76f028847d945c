"""Plans for commands that look at one rule, or at none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chalicelib.plan import Plan, Stage
from chalicelib.plans import SCHEMA
from opsloop.compiler.names import ALWAYS
from opsloop.expressions.types import Names
from opsloop.naming import named
from opsloop.rules.layout import SETTINGS

#: an event of which nothing is known, for expressions that need none
NO_EVENT: dict[str, Any] = {
    "version": "0",
    "id": "00000000-0000-0000-0000-000000000000",
    "detail-type": "Nothing",
    "source": "opsloop",
    "account": "123456789012",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}


def plan_of(project: Path, rule: str, stage: str) -> tuple[Plan, Stage]:
    """A rule's plan and a stage's settings, compiled from the files as they are now.

    Raises Problems for rules that do not compile, WrongUsage for names that are not there.
    """
    from opsloop.compiler.build import compile_project  # noqa: PLC0415 - pydantic is slow

    compiled = compile_project(project)
    return named(compiled.plans, rule, "rule"), named(compiled.stages, stage, "stage")


def stage_settings(project: Path, stage: str) -> Stage:
    """A stage of rules/opsloop.yaml; where there is no such file, one without settings.

    Raises Problems of that file, WrongUsage for a stage that is not there. Rules are not read.
    """
    from opsloop.compiler.build import compile_stages  # noqa: PLC0415 - as above

    if not (project / "rules" / SETTINGS).is_file():
        return bare_stage(stage)
    return named(compile_stages(project), stage, "stage")


def names_of(plan: Plan) -> Names:
    """The names that an expression may read beside a plan's own."""
    own = dict.fromkeys([*plan["let"], *([plan["each"]["as_name"]] if plan["each"] else [])])
    late = dict.fromkeys(("facts", "steps", "params", "alarm", "execution", "error", "item"))
    return {**ALWAYS, **late, **own}


def bare_stage(stage: str) -> Stage:
    """A stage without settings."""
    return {
        "schema": SCHEMA,
        "stage": stage,
        "account": NO_EVENT["account"],
        "region": NO_EVENT["region"],
        "max_mode": "observe",
        "params": {},
        "channels": {},
        "escalate": None,
        "approvers": None,
    }


def bare_plan() -> Plan:
    """A rule that does nothing and names nothing."""
    return {
        "schema": SCHEMA,
        "rule": "none",
        "pack": "none",
        "source": "",
        "description": "",
        "owner": "",
        "severity": "low",
        "mode": "observe",
        "saves": None,
        "regions": [],
        "trigger": "manual",
        "wire": {},
        "each": None,
        "let": {},
        "guard": None,
        "criteria": {"event": None, "facts": None},
        "facts": [],
        "then": [],
        "verify": None,
        "on_failure": [],
        "always": [],
        "digest": "",
    }
