"""`opsloop show ID`: one execution, step by step."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from opsloop.commands import options
from opsloop.output import FAILED, console, plain, print_json


@click.command("show")
@click.argument("execution_id", metavar="ID")
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(
    ctx: click.Context, execution_id: str, stage: str, project: Path, *, as_json: bool
) -> None:
    """Show one execution: what woke it, what it read, what it did, how it ended."""
    from opsloop.history.open import journal_of  # noqa: PLC0415 - boto3 is slow
    from opsloop.history.view import details  # noqa: PLC0415

    found = journal_of(project, stage).one(execution_id)
    if found is None:
        message = f"no execution {execution_id} in stage {stage}; `opsloop history` lists them"
        console(stderr=True).print(plain(message), style="red", soft_wrap=True)
        ctx.exit(FAILED)
    if as_json:
        print_json(asdict(found))
    else:
        console().print(details(found))
