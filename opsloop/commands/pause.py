"""`opsloop pause`: hold a rule, a pack or everything back, for a while."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from opsloop.commands import options
from opsloop.output import print_json, show, tell
from opsloop.tables import Rows


@click.command("pause")
@click.argument("what", required=False)
@click.option("--for", "duration", type=options.Duration(), help="30m, 12h, 7d.")
@options.why
@options.stage
@options.project
@options.as_json
def command(
    *,
    what: str | None,
    duration: float | None,
    why: str,
    stage: str,
    project: Path,
    as_json: bool,
) -> None:
    """Hold a rule, a pack or everything back, for a while.

    WHAT is a rule, a pack, or all; without it, the command says what is paused. Every function
    of the stage honours it within five seconds: events that come meanwhile are refused, and
    written down as such; executions that wait go on behind it. It ends by itself, or with
    `opsloop resume`.
    """
    from opsloop.history.pausing import known_in, pausing_of  # noqa: PLC0415 - boto3 is slow

    if (what is None) != (duration is None):
        raise click.UsageError("WHAT and --for go together")
    pausing = pausing_of(project, stage)
    if what is not None and duration is not None:
        pausing.pause(known_in(project).scope(what), duration, why)
    current = pausing.current()
    if as_json:
        print_json([asdict(pause) for pause in current])
    elif current:
        rows = [(one.what, options.shown(one.until), one.by, one.why) for one in current]
        show(Rows(("PAUSED", "UNTIL", "BY", "WHY"), rows))
    else:
        tell(f"nothing is paused in stage {stage}")
