"""`opsloop wire --stage S`: what Chalice cannot say about the functions of a stage."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chalicelib.clock import SystemClock
from chalicelib.errors import PlanError
from chalicelib.plan import deployed_plans
from opsloop.deploy.errors import DeployError
from opsloop.output import AWS, FAILED, USAGE, console, plain, print_json, table

if TYPE_CHECKING:
    from opsloop.deploy.wire import Wired


@click.command()
@click.option("--stage", required=True, help="The Chalice stage: one account and region.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder that holds the compiled rules.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def wire(context: click.Context, stage: str, project: Path, *, as_json: bool) -> None:
    """Give each function of a stage its dead-letter queue for events it could not handle.

    Run it after `chalice deploy`, as often as you like: what is right is left alone. Exits with 1
    where a rule's function is not deployed.
    """
    told = console(stderr=True)
    try:
        wired = _wire(stage, project)
    except PlanError as error:
        told.print(plain(error), style="red")
        context.exit(USAGE)
    except DeployError as error:
        told.print(plain(error), style="red")
        context.exit(AWS)
    if as_json:
        print_json([asdict(one) for one in wired])
    else:
        console().print(table(["FUNCTION", ""], [(one.function, one.change) for one in wired]))
    if any(one.change == "missing" for one in wired):
        told.print(f"some are not deployed: run `chalice deploy --stage {stage}`", style="red")
        context.exit(FAILED)


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
    return wiring.wire(function_name(stage, plan["rule"]) for plan in plans)
