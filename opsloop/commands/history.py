"""`opsloop history`: executions, newest first."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import get_args

import click

from chalicelib.journal.record import Status
from opsloop.commands import options
from opsloop.output import print_json, show, tell, working


@click.command("history")
@click.option("--rule", help="Only this rule's.")
@click.option("--status", type=click.Choice(get_args(Status)), help="Only these.")
@click.option("--resource", help="Only for events about this resource, by its id.")
@click.option("--since", type=options.Since(), metavar="TIME", help="30m, 12h, 7d, or an ISO time.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    metavar="NUMBER",
    help="At most so many.",
)
@options.stage
@options.project
@options.as_json
def command(
    *,
    rule: str | None,
    status: str | None,
    resource: str | None,
    since: datetime | None,
    limit: int,
    stage: str,
    project: Path,
    as_json: bool,
) -> None:
    """List executions, newest first.

    Across all rules it looks back 30 days, where --since says nothing else. An execution has
    one RESOURCE: the one that its event is about, else what the rule's own guard key says. What
    a rule's steps touched is not found by it.
    """
    with working("reading the journal"):
        from opsloop.history.open import journal_of  # noqa: PLC0415 - boto3 is slow
        from opsloop.history.reader import Wanted  # noqa: PLC0415
        from opsloop.history.view import Listing  # noqa: PLC0415

        wanted = Wanted(rule=rule, status=status, resource=resource, since=since, limit=limit)
        found = journal_of(project, stage).newest(wanted)
    if as_json:
        print_json([asdict(one) for one in found])
    elif found:
        show(Listing(found))
    else:
        tell("no executions")
    if rule is not None and not found:
        _tell_unknown(rule, project)


def _tell_unknown(rule: str, project: Path) -> None:
    """Nothing may be known of a rule because it is called otherwise."""
    from opsloop.aws.names import listing, nearest  # noqa: PLC0415
    from opsloop.deploy.account import rules_of  # noqa: PLC0415 - boto3 is slow

    there = rules_of(project)
    if rule not in there:
        meant = nearest(rule, there) or listing(there)
        tell(f"no rule of that name is in this project: found {rule!r}; expected {meant}", "yellow")
