"""How every command speaks: tables for people, JSON for programs, errors with a remedy.

Colour and width follow the terminal; `NO_COLOR` and a pipe are respected by rich. Every
text that may come from an event goes through `plain`, so that it cannot paint the terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

#: exit codes, documented in docs/cli.md
OK = 0
FAILED = 1
USAGE = 2
AWS = 3

STYLES = {
    "succeeded": "green",
    "stopped": "green",
    "observed": "cyan",
    "running": "yellow",
    "failed": "bold red",
    "not met": "dim",
    "duplicate": "dim",
    "skipped": "dim",
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
}


def console(*, stderr: bool = False) -> Console:
    """A console that wraps nothing in a pipe and takes no markup from data."""
    wide = None if sys.stdout.isatty() else 240
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=wide)


def plain(text: object) -> str:
    """The text with control characters made visible: data never steers the terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


def styled(word: str) -> Text:
    """A status or severity in its colour."""
    return Text(plain(word), style=STYLES.get(word, ""))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    """An aligned table without frames, as AWS's operators like to copy from."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    return made


def print_json(content: Any) -> None:
    """JSON on standard output, nothing around it."""
    sys.stdout.write(json.dumps(content, indent=2, default=str, ensure_ascii=False) + "\n")


def print_text(text: str) -> None:
    """Text on standard output as it is."""
    sys.stdout.write(text)
