"""Compiled plans and settings, as they lie in the package.

Apart from `plan`, which says what is in them: to define its types costs a cold start more than
to read a plan. Imports nothing but the standard library and `chalicelib.errors`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.errors import PlanError

if TYPE_CHECKING:
    from chalicelib.plan import Plan, Stage

SCHEMA = 1
#: Chalice's name of the app: functions and their roles are `<app>-<stage>-<rule>`
APP = "opsloop"
#: the built-in function that wakes executions
WAKER = "waker"
#: beside the plans: which sources they were compiled from
INDEX = "index.json"
COMPILED = Path(__file__).parent / "compiled"


def load_plan(rule: str, folder: Path = COMPILED) -> Plan:
    """The plan of one rule. Raises `PlanError` where there is none, or of another schema."""
    plan: Plan = _load(folder / f"{rule}.json")
    return plan


def load_stage(stage: str, folder: Path = COMPILED) -> Stage:
    """The settings of one stage. Raises `PlanError` like `load_plan`."""
    settings: Stage = _load(folder / "stages" / f"{stage}.json")
    return settings


def deployed_plans(stage: str | None, folder: Path = COMPILED) -> list[Plan]:
    """The plans that become functions in a stage, by name: those that are on, there.

    Without a stage, as when a test loads the app, all that are on anywhere.
    """
    plans = [
        load_plan(path.stem, folder) for path in sorted(folder.glob("*.json")) if path.name != INDEX
    ]
    settings = None if stage is None else load_stage(stage, folder)
    return [plan for plan in plans if belongs(plan, settings)]


def belongs(plan: Plan, stage: Stage | None) -> bool:
    """Whether a plan becomes a function in a stage."""
    if stage is None:
        return plan["mode"] != "off"
    here = not plan["regions"] or stage["region"] in plan["regions"]
    return here and "off" not in (plan["mode"], stage["max_mode"])


def _load(path: Path) -> Any:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise PlanError(f"{path.name}: not compiled; run `opsloop compile`") from None
    if content.get("schema") != SCHEMA:
        raise PlanError(
            f"{path.name}: found plan schema {content.get('schema')!r}, this code reads {SCHEMA}; "
            "run `opsloop compile` with the version that deploys"
        )
    return content
