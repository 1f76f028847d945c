"""`opsloop drift`: what was changed by hand on a stage, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import click

from opsloop.commands import options
from opsloop.output import print_json, show, working


@click.command("drift")
@click.option(
    "--against", metavar="REV", help="The git revision that was deployed; else the checkout."
)
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(
    ctx: click.Context, *, against: str | None, stage: str, project: Path, as_json: bool
) -> None:
    """Say what was changed by hand on a stage.

    A disabled EventBridge rule, an edited policy, a removed target, another memory size, a
    journal without its time to live: each with what is expected, what was found, and the
    command that mends it. Reads AWS, and changes nothing. Exits with 0 where nothing drifted,
    with 4 where something did, with 3 where AWS did not let everything be read, with 5 where
    nothing of the stage is deployed.
    """
    with working("comparing"):
        from opsloop.deploy.account import session_for  # noqa: PLC0415 - boto3 is slow
        from opsloop.planning import planning  # noqa: PLC0415
        from opsloop.planning.drifted import view  # noqa: PLC0415
        from opsloop.planning.package import fetched  # noqa: PLC0415

        report = planning.drift(project, stage, against, session_for, fetched)
    if as_json:
        print_json(report.as_dict())
    else:
        show(view(report))
    ctx.exit(report.exit_code)
