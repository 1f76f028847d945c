"""`opsloop infra --stage S`: the journal and the dead-letter queue of a stage."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from chalicelib.clock import SystemClock
from chalicelib.errors import PlanError
from opsloop.deploy.errors import DeployError
from opsloop.output import AWS, USAGE, console, plain, print_json, table


@click.command()
@click.option("--stage", required=True, help="The Chalice stage: one account and region.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder that holds infra/ and the compiled rules.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def infra(context: click.Context, stage: str, project: Path, *, as_json: bool) -> None:
    """Make or update what Chalice cannot: the journal's table, the dead-letter queue.

    Deploys infra/opsloop.yaml with CloudFormation, as the stack opsloop-STAGE. Changes nothing
    where nothing has changed. The first step of a deployment: `chalice deploy` comes next.
    """
    from opsloop.deploy.account import session_for, stage_of  # noqa: PLC0415 - boto3 is slow
    from opsloop.deploy.stack import Stack  # noqa: PLC0415

    told = console(stderr=True)
    try:
        template = (project / "infra" / "opsloop.yaml").read_text(encoding="utf-8")
        session = session_for(stage_of(project, stage))
        client = session.client("cloudformation")
        stack = Stack(client, stage, SystemClock(), lambda line: told.print(plain(line)))
        deployed = stack.deploy(template)
    except (FileNotFoundError, PlanError) as error:
        told.print(plain(error), style="red")
        context.exit(USAGE)
    except DeployError as error:
        told.print(plain(error), style="red")
        context.exit(AWS)
    if as_json:
        print_json(asdict(deployed))
        return
    told.print(f"stack {deployed.stack}: {deployed.change}")
    console().print(table(["OUTPUT", "VALUE"], sorted(deployed.outputs.items())))
