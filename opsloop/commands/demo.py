"""`opsloop demo`: rules on real events, on an account in memory."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chalicelib.clock import SystemClock
from chalicelib.errors import PlanError
from opsloop.commands import options
from opsloop.output import console, print_json, working

if TYPE_CHECKING:
    from opsloop.demo.play import Screen

PROJECT = Path(__file__).parents[2]
#: seconds after each event, where somebody watches
PAUSE = 0.7


@click.command("demo")
@click.option("--fast", is_flag=True, help="Do not pause between events.")
@options.as_json
def command(*, fast: bool, as_json: bool) -> None:
    """See rules act on real events, on an account in memory.

    The shipped rules, as Lambda would run them, on an AWS account that lives in this process.
    Needs no AWS account, no credentials and no network, and cannot reach one: whatever is in
    the environment, nothing leaves this machine.
    """
    with working("loading an AWS account"):
        _need_moto()
        from opsloop.demo import play  # noqa: PLC0415 - boto3 and pydantic are slow
    played = play.play(PROJECT, _screen(fast=fast, as_json=as_json), SystemClock())
    if as_json:
        print_json(play.as_json(played))


def _need_moto() -> None:
    """Moto is an extra, and imported later: it reads the environment when it is."""
    if find_spec("moto") is None:
        raise PlanError("the demo needs moto: pip install 'opsloop[demo]'")


def _screen(*, fast: bool, as_json: bool) -> Screen:
    from opsloop.demo.live import Live, Silent  # noqa: PLC0415 - comes with the demo

    if as_json:
        return Silent()
    watched = console().is_terminal and not fast
    return Live(PAUSE if watched else 0.0, SystemClock())
