"""`opsloop show ID`: one execution, step by step."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from chalicelib.clock import SystemClock
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

    What woke it, what it read, what it did and how it ended, or what it waits for; below, the
    executions that led to it and those that it caused. `opsloop history` gives the ID.
    """
    with working("reading the journal"):
        from opsloop.history.chain import chain_of  # noqa: PLC0415 - boto3 is slow
        from opsloop.history.chain_rows import as_data  # noqa: PLC0415
        from opsloop.history.open import journal_of  # noqa: PLC0415
        from opsloop.history.view import details  # noqa: PLC0415

        journal = journal_of(project, stage)
        found = journal.one(execution_id)
        chain = chain_of(found, journal, SystemClock()) if found else None
    if found is None or chain is None:
        raise WrongUsage(
            f"no execution {execution_id} in stage {stage}; `opsloop history` lists them"
        )
    if as_json:
        print_json(asdict(found) | as_data(chain))
    else:
        show(details(found, chain))
