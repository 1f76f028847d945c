"""Options that several commands share, said once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from chalicelib.clock import SystemClock

project = click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder that holds rules/.",
)
stage = click.option(
    "--stage",
    envvar="OPSLOOP_STAGE",
    default="dev",
    show_default=True,
    help="The Chalice stage: one account and region.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Since(click.ParamType[datetime]):
    """`30m`, `12h` or `7d` back from now, or an ISO 8601 time; without a zone, UTC."""

    name = "since"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment, in UTC."""
        if back := re.fullmatch(r"(\d+)([mhd])", value):
            now = datetime.fromtimestamp(SystemClock().now(), UTC)
            return now - timedelta(**{_UNITS[back[2]]: int(back[1])})
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time: try 30m, 12h, 7d or 2026-11-23T10:00Z", param, ctx)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
