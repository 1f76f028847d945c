"""One rule on one payload, on this machine: the code that Lambda runs, with the user's own AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from chalicelib.clock import Clock
from chalicelib.errors import OpsloopError, PlanError
from chalicelib.functions import make_handler
from chalicelib.plan import Plan, Stage
from chalicelib.runtime import Runtime
from opsloop.deploy.account import session_for
from opsloop.deploy.names import table_name
from opsloop.local.functions import LocalContext
from opsloop.local.telemetry import ConsoleTelemetry


def observing(plan: Plan, stage: Stage) -> tuple[Plan, Stage]:
    """The same rule and stage, but for the effects: even where one of them is off."""
    return {**plan, "mode": "observe"}, {**stage, "max_mode": "observe"}


def run_once(
    plan: Plan, stage: Stage, payload: Any, clock: Clock, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """The outcomes, as the function would return them. Raises what it would raise.

    What was raised is not said as well, and nothing is said twice.

    Raises PlanError for a rule that is off, DeployError for another account's credentials.
    """
    if "off" in (plan["mode"], stage["max_mode"]):
        raise PlanError(
            f"{plan['rule']} is off in stage {stage['stage']}: --dry-run shows what it would do"
        )
    session = session_for(stage)
    said: list[str] = []
    runtime = Runtime(
        plan,
        stage,
        table_name(stage["stage"]),
        clock,
        session=lambda: session,
        telemetry=ConsoleTelemetry(said.append),
    )
    try:
        answer = make_handler(plan, stage, runtime)(payload, LocalContext(str(uuid4())))
    except OpsloopError as error:
        said = [line for line in said if line != str(error)]
        raise
    finally:
        for line in dict.fromkeys(said):
            say(line)
    outcomes: list[dict[str, Any]] = answer["outcomes"]
    return outcomes
