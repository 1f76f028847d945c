"""How far a backtest is, for whoever watches: bytes, records each second, time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text

from opsloop.backtest.pool import Meter, Watch
from opsloop.output import console


class _Records(ProgressColumn):
    """Records, and how many each second."""

    def render(self, task: Task) -> Text:
        """What stands in the line."""
        records = task.fields["records"]
        rate = f", {records / task.elapsed:,.0f}/s" if task.elapsed else ""
        return Text(f"{records:,} records{rate}")


@contextmanager
def watching() -> Iterator[Watch]:
    """A line that follows the meter, on a terminal; nothing elsewhere."""
    told = console(stderr=True)
    if not told.is_terminal:
        yield _nothing
        return
    columns = (SpinnerColumn(), BarColumn(), DownloadColumn(), _Records(), TimeRemainingColumn())
    with Progress(*columns, console=told, transient=True) as progress:
        line = progress.add_task("", total=None, records=0)

        def watch(meter: Meter) -> None:
            progress.update(
                line, completed=meter.size, total=meter.total or None, records=meter.records
            )

        yield watch


def _nothing(_meter: Meter) -> None:
    """Nobody watches."""
