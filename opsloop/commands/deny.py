"""`opsloop deny ID`: do not let an execution act that asks first."""

from __future__ import annotations

from pathlib import Path

import click

from opsloop.commands import options
from opsloop.commands.answering import tell_answer


@click.command("deny")
@click.argument("execution_id", type=options.ExecutionId(), metavar="ID")
@options.why
@options.stage
@options.project
@options.as_json
def command(*, execution_id: str, why: str, stage: str, project: Path, as_json: bool) -> None:
    """Do not let an execution act that asks first.

    It fails with your name and your reason, and its rule's on_failure steps run.
    """
    tell_answer(project, stage, execution_id, approved=False, why=why, as_json=as_json)
