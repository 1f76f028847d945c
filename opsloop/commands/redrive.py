"""`opsloop redrive`: try again what functions could not handle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from opsloop.commands import options
from opsloop.output import FAILED, print_json, show, tell, working
from opsloop.tables import Rows

if TYPE_CHECKING:
    from opsloop.history.redriving import DeadLetter


@click.command("redrive")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    metavar="NUMBER",
    help="At most so many.",
)
@click.option("--dry-run", is_flag=True, help="Only say what is there, and why.")
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(
    ctx: click.Context, *, limit: int, dry_run: bool, stage: str, project: Path, as_json: bool
) -> None:
    """Try again what functions could not handle.

    It takes the stage's dead-letter queue, invokes each message's function with the same
    payload, and deletes the message once Lambda has accepted that. The same event is the same
    execution, so nothing is done twice. Exits with 1 where a message had to be left.
    """
    with working("reading the dead-letter queue"):
        from opsloop.history.redriving import redriving_of  # noqa: PLC0415 - boto3 is slow

        redriving = redriving_of(project, stage)
        found = redriving.look(limit) if dry_run else redriving.redrive(limit)
    if as_json:
        print_json([asdict(one) for one in found])
    elif found:
        show(Rows(("BECAME", "FUNCTION", "GIVEN UP", "TRIES", "WHY"), map(_row, found)))
    else:
        tell("no dead letters")
    if any(one.became == "left" for one in found):
        ctx.exit(FAILED)


def _row(one: DeadLetter) -> list[str]:
    why = f"{one.reason}; left: {one.left}" if one.left else one.reason
    return [one.became, one.function or one.message, one.time, str(one.attempts or "-"), why]
