"""Options that several commands share, said once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from chalicelib.clock import SystemClock
from chalicelib.errors import EventError
from chalicelib.events.ulid import time_of

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
why = click.option("--why", default="", help="What people will read who wonder.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Time(click.ParamType[datetime]):
    """An ISO 8601 time; without a zone, UTC."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment, in UTC."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time: try 2026-11-23T10:00Z", param, ctx)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


class ExecutionId(click.ParamType[str]):
    """26 letters, as `opsloop history` shows them."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The same, if it is one."""
        try:
            time_of(value)
        except EventError as error:
            self.fail(str(error), param, ctx)
        return str(value)


class Since(Time):
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
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no time: try 30m, 12h, 7d or 2026-11-23T10:00Z", param, ctx)


class Duration(click.ParamType[float]):
    """`30m`, `12h` or `7d`, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds."""
        found = re.fullmatch(r"([1-9]\d*)([mhd])", str(value))
        if found is None:
            self.fail(f"{value!r} is no duration: try 30m, 12h or 7d", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()


def shown(seconds: float) -> str:
    """An epoch time as tables have it: `2026-11-23T10:00:00Z`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
