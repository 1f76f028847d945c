"""`opsloop infra`: the journal and the dead-letter queue of a stage."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from chalicelib.clock import SystemClock
from opsloop.commands import options
from opsloop.output import print_json, show, tell
from opsloop.tables import Rows


@click.command("infra")
@options.stage
@options.project
@options.as_json
def command(*, stage: str, project: Path, as_json: bool) -> None:
    """Make or update what Chalice cannot: the journal, the dead-letter queue.

    Deploys infra/opsloop.yaml with CloudFormation, as the stack opsloop-STAGE. Changes nothing
    where nothing has changed. The first step of a deployment; `chalice deploy` is the next.
    """
    from opsloop.deploy.account import session_for, stage_of  # noqa: PLC0415 - boto3 is slow
    from opsloop.deploy.stack import Stack  # noqa: PLC0415
    from opsloop.deploy.template import TEMPLATE  # noqa: PLC0415

    client = session_for(stage_of(project, stage)).client("cloudformation")
    stack = Stack(client, stage, SystemClock(), tell)
    deployed = stack.deploy(TEMPLATE.read_text(encoding="utf-8"))
    if as_json:
        print_json(asdict(deployed))
        return
    tell(f"stack {deployed.stack}: {deployed.change}")
    show(Rows(("OUTPUT", "VALUE"), sorted(deployed.outputs.items())))
