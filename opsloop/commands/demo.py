"""`opsloop demo`: rules on real events, on an account in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chalicelib.clock import SystemClock
from opsloop.output import console, print_json

if TYPE_CHECKING:
    from opsloop.demo.play import Played

PROJECT = Path(__file__).parents[2]
#: seconds between events, where somebody watches
PAUSE = 0.4


@click.command("demo")
@click.option("--fast", is_flag=True, help="Do not pause between events.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(*, fast: bool, as_json: bool) -> None:
    """See the shipped rules act on real events, on an AWS account that lives in memory.

    Needs no AWS account, no credentials and no network, and cannot reach one: whatever is in
    the environment, nothing leaves this machine.
    """
    from opsloop.demo.play import Watcher, play  # noqa: PLC0415 - moto is slow

    screen = console()
    pause = PAUSE if screen.is_terminal and not fast and not as_json else 0.0
    watcher = Watcher(None if as_json else screen, pause, SystemClock())
    played = play(PROJECT, watcher)
    if as_json:
        print_json(_json(played))


def _json(played: Played) -> Mapping[str, Any]:
    return {
        "events": [
            {"said": said, "started": [delivery.as_dict() for delivery in deliveries]}
            for said, deliveries in played.events
        ],
        "before": played.before,
        "after": played.after,
        "told": played.told,
        "executions": len(played.executions),
    }
