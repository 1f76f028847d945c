"""`opsloop wire`: what Chalice cannot say about the functions of a stage."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chalicelib.clock import SystemClock
from chalicelib.plans import WAKER, deployed_plans
from opsloop.commands import options
from opsloop.output import FAILED, print_json, show, tell
from opsloop.tables import Rows

if TYPE_CHECKING:
    from opsloop.deploy.wire import Wired


@click.command("wire")
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(ctx: click.Context, *, stage: str, project: Path, as_json: bool) -> None:
    """Wire what Chalice cannot say about a stage's functions.

    Each function gets its dead-letter queue for the events that it could not handle. Run it
    after `chalice deploy`, as often as you like: what is right is left alone. Exits with 1
    where a rule's function is not deployed.
    """
    wired = _wire(stage, project)
    if as_json:
        print_json([asdict(one) for one in wired])
    else:
        rows = [(one.function, one.change) for one in wired]
        show(Rows(("FUNCTION", "DEAD LETTERS"), rows))
    if any(one.change == "missing" for one in wired):
        tell(f"some are not deployed: run `chalice deploy --stage {stage}`, then this again", "red")
        ctx.exit(FAILED)


def _wire(stage: str, project: Path) -> list[Wired]:
    from opsloop.deploy.account import compiled, session_for, stage_of  # noqa: PLC0415 - boto3
    from opsloop.deploy.names import function_name  # noqa: PLC0415
    from opsloop.deploy.stack import Stack  # noqa: PLC0415
    from opsloop.deploy.wire import Wiring  # noqa: PLC0415

    clock = SystemClock()
    session = session_for(stage_of(project, stage))
    stack = Stack(session.client("cloudformation"), stage, clock, lambda _line: None)
    wiring = Wiring(session.client("lambda"), stack.outputs()["DeadLettersArn"], clock)
    plans = deployed_plans(stage, compiled(project))
    names = [*(plan["rule"] for plan in plans), *([WAKER] if plans else [])]
    return wiring.wire(function_name(stage, name) for name in names)
