"""Tables without frames, as AWS's operators like to copy from.

Only the last column wraps: ids, names and times stay in one piece. Where the terminal is too
narrow for that, each row's last cell goes on a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from opsloop.output import plain

#: between two columns
GAP = 2
#: columns that words need to read well
ROOM = 28
INDENT = 4

Row = Sequence[str | Text]


class Rows:
    """A table that knows two shapes: one line for each row, or two where that is too wide."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Row], *, header: bool = True) -> None:
        self._columns = columns
        self._rows = [[_cell(cell) for cell in row] for row in rows]
        self._header = header

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What rich prints."""
        if self.fits(options.max_width):
            yield self._table()
            return
        for row in self._rows:
            yield Text("  ").join(cell for cell in row[:-1] if cell.plain)
            if row[-1].plain:
                yield Padding(row[-1], (0, 0, 0, INDENT))

    def fits(self, width: int) -> bool:
        """Whether a line takes a row, with room for the last cell to wrap in between words."""
        word = min(self._longest_word(), width - INDENT)
        return self._fixed() + max(word, min(ROOM, self._last())) <= width

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """How wide it is at least and at most."""
        widest = self._fixed() + self._last()
        return Measurement(min(widest, options.max_width), min(widest, options.max_width))

    def _fixed(self) -> int:
        return sum(self._width(place) + GAP for place in range(len(self._columns) - 1))

    def _last(self) -> int:
        return self._width(len(self._columns) - 1)

    def _longest_word(self) -> int:
        words = (word for row in self._rows for word in row[-1].plain.split())
        return max(map(cell_len, words), default=0)

    def _width(self, place: int) -> int:
        title = len(self._columns[place]) if self._header else 0
        lines = (line for row in self._rows for line in row[place].plain.split("\n"))
        return max([title, *map(cell_len, lines)])

    def _table(self) -> Table:
        made = grid()
        made.show_header = self._header
        for place, column in enumerate(self._columns[:-1]):
            made.add_column(column, no_wrap=True, min_width=self._width(place))
        made.add_column(self._columns[-1], overflow="fold")
        for row in self._rows:
            made.add_row(*row)
        return made


def pairs(rows: Iterable[tuple[str, str | Text]]) -> Rows:
    """Names and what they are, without a header."""
    return Rows(("", ""), [(Text(name, "dim"), text) for name, text in rows], header=False)


def grid() -> Table:
    """A table without frames, to which columns are added."""
    return Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")


def _cell(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(plain(cell))
