"""`opsloop plan`: what a deployment would change, and which permissions that gains and loses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from opsloop.commands import options
from opsloop.naming import WrongUsage
from opsloop.output import print_json, print_text, show, working

if TYPE_CHECKING:
    from opsloop.planning.report import Report


_AGAINST = "it compares with the rules of a git revision, `opsloop plan --against main`"


@click.command("plan")
@click.option(
    "--against", metavar="REV", help="Compare with a git revision instead: needs no AWS account."
)
@click.option("--markdown", is_flag=True, help="Print a comment for a pull request.")
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(
    ctx: click.Context,
    *,
    against: str | None,
    markdown: bool,
    stage: str,
    project: Path,
    as_json: bool,
) -> None:
    """Say what a deployment would add, change and remove.

    Triggers, steps, environment, and, apart, the permissions that rules gain and lose; those
    to look at twice are marked: IAM, wildcards, writing to any resource. Compares the rules
    with what the stage has deployed, or with the rules of a git revision. Changes nothing.
    Exits with 0 where nothing would change, with 4 where something would, with 3 where AWS
    did not let everything be read.
    """
    if markdown and as_json:
        raise WrongUsage("found --json and --markdown; expected one of them")
    with working("comparing"):
        report = _report(project, stage, against)
    if as_json:
        print_json(report.as_dict())
    elif markdown:
        from opsloop.planning.markdown import comment  # noqa: PLC0415 - pydantic is slow

        print_text(comment(report))
    else:
        from opsloop.planning.text import view  # noqa: PLC0415 - as above

        show(view(report))
    ctx.exit(report.exit_code)


def _report(project: Path, stage: str, against: str | None) -> Report:
    from opsloop.planning import planning  # noqa: PLC0415 - as above

    if against is not None:
        return planning.against(project, stage, against)
    from opsloop.deploy.account import session_for  # noqa: PLC0415 - as above
    from opsloop.deploy.errors import Unidentified  # noqa: PLC0415
    from opsloop.planning.package import fetched  # noqa: PLC0415

    try:
        return planning.deployed(project, stage, session_for, fetched)
    except Unidentified as error:
        raise Unidentified(f"{error}; --against REV needs no account: {_AGAINST}") from error
