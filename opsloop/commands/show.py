"""`opsloop show ID`: one execution, step by step."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from opsloop.commands import options
from opsloop.naming import WrongUsage
from opsloop.output import print_json, show, working


@click.command("show")
@click.argument("execution_id", type=options.ExecutionId(), metavar="ID")
@options.stage
@options.project
@options.as_json
def command(execution_id: str, stage: str, project: Path, *, as_json: bool) -> None:
    """Show one execution, step by step.

    What woke it, what it read, what it did and how it ended, or what it waits for.
    `opsloop history` gives the ID.
    """
    with working("reading the journal"):
        from opsloop.history.open import journal_of  # noqa: PLC0415 - boto3 is slow
        from opsloop.history.view import details  # noqa: PLC0415

        journal = journal_of(project, stage)
        found = journal.one(execution_id)
        causes = journal.causes(found) if found else []
    if found is None:
        raise WrongUsage(
            f"no execution {execution_id} in stage {stage}; `opsloop history` lists them"
        )
    if as_json:
        print_json(asdict(found))
    else:
        show(details(found, causes))
