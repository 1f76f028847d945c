"""`opsloop backtest --events …`: when each rule would have run on events of the past."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chalicelib.clock import SystemClock
from opsloop.backtest.places import S3, STDIN
from opsloop.commands import options
from opsloop.output import print_json, show, tell, working

if TYPE_CHECKING:
    from opsloop.backtest.report import Report
    from opsloop.backtest.run import Wanted


class Events(click.ParamType[str]):
    """A place where events lie: on this machine it has to be there."""

    name = "events"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The same, if it is one."""
        place = str(value)
        if place != STDIN and not place.startswith(S3) and not Path(place).exists():
            self.fail(
                f"no file or folder {place!r} is there; s3://… and - are taken, too", param, ctx
            )
        return place


@click.command("backtest")
@click.option(
    "--events",
    "places",
    type=Events(),
    multiple=True,
    required=True,
    metavar="FILE|DIR|s3://…|-",
    help="Where events lie; may be given more than once.",
)
@click.option("--since", type=options.Since(), help="Not before: 30d, 12h, or an ISO time.")
@click.option("--until", type=options.Since(), help="Not after, in the same words.")
@click.option("--rule", help="Only this rule.")
@click.option("--against", metavar="REV", help="Compare with the rules of a git revision.")
@click.option(
    "--alarms",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The output of `aws cloudwatch describe-alarms`, for alarm history.",
)
@click.option("--here", is_flag=True, help="Only what happened in the stage's account and region.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the report as a page, too.",
)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; else one for each core.")
@options.stage
@options.project
@options.as_json
def command(
    *,
    places: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    rule: str | None,
    against: str | None,
    alarms: Path | None,
    here: bool,
    html: Path | None,
    workers: int | None,
    stage: str,
    project: Path,
    as_json: bool,
) -> None:
    """Say when each rule would have run on events of the past.

    And on what, and why not more often. Reads files of events, gzipped or not, from disk, S3 or
    standard input: CloudTrail's, recorded events of EventBridge, alarm history. Nothing is
    looked up and nothing runs: what depends on facts is counted as undecided. Guards are asked
    at the events' own times. docs/backtest.md says how to get events, and what is assumed.
    """
    with working("compiling the rules"):
        from opsloop.backtest.prepare import prepared  # noqa: PLC0415 - pydantic is slow
        from opsloop.backtest.span import Span  # noqa: PLC0415

        span = Span(since, until)
        wanted = prepared(project, stage, places, span, rule=rule, against=against, alarms=alarms)
    report = _report(replace(wanted, here=here), workers)
    if html is not None:
        from opsloop.backtest.page import page  # noqa: PLC0415

        html.write_text(page(report), encoding="utf-8")
    if as_json:
        print_json(report.as_dict())
        return
    from opsloop.backtest.view import listing  # noqa: PLC0415

    show(listing(report))
    if html is not None:
        tell(f"wrote {html}")


def _report(wanted: Wanted, workers: int | None) -> Report:
    from opsloop.backtest.progress import watching  # noqa: PLC0415 - as above
    from opsloop.backtest.run import backtest  # noqa: PLC0415

    with watching() as watch:
        return backtest(wanted, workers or os.cpu_count() or 1, SystemClock(), watch)
