"""`opsloop resume`: end a pause before its time."""

from __future__ import annotations

from pathlib import Path

import click

from opsloop.commands import options
from opsloop.output import FAILED, tell


@click.command("resume")
@click.argument("what")
@options.stage
@options.project
@click.pass_context
def command(ctx: click.Context, *, what: str, stage: str, project: Path) -> None:
    """End a pause before its time.

    WHAT is a rule, a pack, or all, as `opsloop pause` was told.
    """
    from opsloop.history.pausing import known_in, pausing_of  # noqa: PLC0415 - boto3 is slow

    scope = known_in(project).scope(what)
    if not pausing_of(project, stage).resume(scope):
        tell(f"{scope} was not paused", "red")
        ctx.exit(FAILED)
    tell(f"{scope} goes on")
