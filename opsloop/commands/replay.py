"""`opsloop replay ID`: today's rule on an event that is in the history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chalicelib.clock import SystemClock
from opsloop.commands import options
from opsloop.commands.run import show_outcomes
from opsloop.naming import WrongUsage
from opsloop.output import FAILED, print_json, tell, working

if TYPE_CHECKING:
    from opsloop.history.replaying import Replay


@click.command("replay")
@click.argument("execution_id", type=options.ExecutionId(), metavar="ID")
@click.option("--dry-run", is_flag=True, help="Observe, on this machine, with the rule as it is.")
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(
    ctx: click.Context,
    *,
    execution_id: str,
    dry_run: bool,
    stage: str,
    project: Path,
    as_json: bool,
) -> None:
    """Run today's rule on an event that is in the history.

    It is a new execution, with its own guards and its own end: an event that was handled is
    handled again. The stage's function gets it, as deployed; with --dry-run this machine runs
    the rule as it is in the project, without effects. An event of several elements comes whole.
    """
    with working(f"replaying {execution_id}"):
        replay = _replay(project, stage, execution_id)
        outcomes = _observed(project, stage, replay) if dry_run else _sent(project, stage, replay)
    if as_json:
        print_json(outcomes)
    elif dry_run:
        show_outcomes(outcomes)
    else:
        tell(f"{replay.rule} gets the event once more")
        tell(f"`opsloop show {replay.execution}` shows what comes of it", "dim")
    if any(one["outcome"] == "failed" for one in outcomes):
        ctx.exit(FAILED)


def _replay(project: Path, stage: str, execution_id: str) -> Replay:
    from opsloop.deploy.account import session_for, stage_of  # noqa: PLC0415 - boto3 is slow
    from opsloop.deploy.caller import caller  # noqa: PLC0415
    from opsloop.history.open import journal_of  # noqa: PLC0415
    from opsloop.history.replaying import replay_of  # noqa: PLC0415

    found = journal_of(project, stage).one(execution_id)
    if found is None:
        raise WrongUsage(
            f"no execution {execution_id} in stage {stage}; `opsloop history` lists them"
        )
    return replay_of(found, caller(session_for(stage_of(project, stage))))


def _observed(project: Path, stage: str, replay: Replay) -> list[dict[str, Any]]:
    from opsloop.local.once import observing, run_once  # noqa: PLC0415 - boto3 is slow
    from opsloop.local.plans import plan_of  # noqa: PLC0415 - and so is pydantic

    plan, settings = observing(*plan_of(project, replay.rule, stage))
    return run_once(plan, settings, replay.payload, SystemClock(), tell)


def _sent(project: Path, stage: str, replay: Replay) -> list[dict[str, Any]]:
    from opsloop.history.replaying import send  # noqa: PLC0415 - boto3 is slow

    send(project, stage, replay)
    return [{"rule": replay.rule, "outcome": "sent", "execution": replay.execution}]
