"""How every command speaks: text for people, JSON for programs, errors with a remedy.

What was asked for goes to standard output, all else to standard error. Colour and width
follow the terminal; `NO_COLOR` is respected, and in a pipe nothing is coloured, wrapped or
padded. Every text that may come from an event goes through `plain`, so that it cannot paint
the terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

OK = 0
FAILED = 1
USAGE = 2
AWS = 3
DIFFERS = 4
UNDEPLOYED = 5

#: what each exit code of every command means
EXIT_CODES = {
    OK: "What was asked for is done.",
    FAILED: "Something is wrong with a rule, an expression or an event; a run failed; an answer "
    "or a message came to nothing.",
    USAGE: "The command line is wrong: a command, a rule, a stage or a file that is not there.",
    AWS: "AWS or the journal did not answer as it should: credentials, account, table.",
    DIFFERS: "Nothing is wrong, and something differs: a plan with changes, a stage that drifted.",
    UNDEPLOYED: "Nothing of the stage is deployed, so nothing of it can have drifted.",
}

STYLES = {
    "succeeded": "green",
    "stopped": "green",
    "observed": "cyan",
    "running": "yellow",
    "waiting": "yellow",
    "refused": "yellow",
    "failed": "bold red",
    "superseded": "bold red",
    "not met": "dim",
    "duplicate": "dim",
    "skipped": "dim",
}

#: as wide as no line is: in a pipe nothing is wrapped
_PIPE = 100_000


def console(*, stderr: bool = False) -> Console:
    """A console that takes no markup from data, and wraps nothing in a pipe."""
    made = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = _PIPE
    return made


def show(renderable: RenderableType, *, stderr: bool = False) -> None:
    """Print it; in a pipe without the blanks that pad a table's last column."""
    to = console(stderr=stderr)
    if to.is_terminal:
        to.print(renderable)
        return
    with to.capture() as captured:
        to.print(renderable)
    to.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def tell(message: object, style: str = "") -> None:
    """Lines for whoever sits there, on standard error; they wrap where the terminal does."""
    for line in str(message).split("\n"):
        console(stderr=True).print(Text(plain(line), style=style), soft_wrap=True)


@contextmanager
def working(on: str) -> Iterator[None]:
    """Say what takes a moment, for as long as it does, where somebody watches."""
    told = console(stderr=True)
    if not told.is_terminal:
        yield
        return
    with told.status(f"{on} …"):
        yield


def plain(text: object) -> str:
    """The text with control characters made visible: data never steers the terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 event`, `2,000 events`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def styled(word: str) -> Text:
    """A status in its colour."""
    return Text(plain(word), style=STYLES.get(word, ""))


def print_json(content: Any) -> None:
    """JSON on standard output, nothing around it."""
    # ASCII: what an event holds need not be text that UTF-8 can say
    sys.stdout.write(json.dumps(content, indent=2, default=str) + "\n")


def print_text(text: str) -> None:
    """Text on standard output as it is."""
    sys.stdout.write(text)
