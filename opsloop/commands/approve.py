"""`opsloop approve ID`: let an execution go on that asks first."""

from __future__ import annotations

from pathlib import Path

import click

from opsloop.commands import options
from opsloop.commands.answering import tell_answer


@click.command("approve")
@click.argument("execution_id", type=options.ExecutionId(), metavar="ID")
@options.why
@options.stage
@options.project
@options.as_json
def command(*, execution_id: str, why: str, stage: str, project: Path, as_json: bool) -> None:
    """Let an execution go on that asks first.

    Your AWS credentials say who you are: the question names who may answer it. An answer counts
    once and is written down with your name; the execution goes on within a minute.
    `opsloop history --status waiting` lists the questions.
    """
    tell_answer(project, stage, execution_id, approved=True, why=why, as_json=as_json)
