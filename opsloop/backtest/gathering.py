"""Executions that guards are to be asked about, brought into the order of time.

Workers read files in any order, and guards need events in theirs. So what is asked is gathered
first, sorted, and written to a temporary folder whenever there is much of it; `in_order` merges.
Memory stays bounded. The folder is the backtest's own, and gone with it.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from opsloop.backtest.guards import Request
from opsloop.backtest.tally import Example

#: rows in memory; more are written down
MOST_ROWS = 50_000
#: files that are read at a time
MOST_FILES = 64
#: rows that are written, and read, as one piece
_PIECE = 500


class Row(NamedTuple):
    """One execution that the criteria admit, of now, of before, or of both."""

    rule: str
    #: account and region: each has guards of its own
    where: str
    #: the event's, in epoch seconds
    at: float
    identity: str
    element: int
    now: Request | None
    before: Request | None
    #: the event in words, with the time as text
    example: Example


_order = attrgetter("rule", "where", "at", "identity", "element")


@dataclass(slots=True)
class Gathered:
    """Rows here and in files of `folder`. A worker's crosses to its parent, which adds it up."""

    folder: Path
    rows: list[Row] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """One more."""
        self.rows.append(row)
        if len(self.rows) >= MOST_ROWS:
            self._write()

    def merge(self, other: Gathered) -> None:
        """Another's as well."""
        self.files += other.files
        for row in other.rows:
            self.add(row)

    def in_order(self) -> Iterator[Row]:
        """All of them by rule, place and time; those of one moment by identity and element."""
        while len(self.files) > MOST_FILES:
            first, self.files = self.files[:MOST_FILES], self.files[MOST_FILES:]
            self.files.append(self._file(merge(*map(_read, first), key=_order)))
            for file in first:
                file.unlink()
        self.rows.sort(key=_order)
        return merge(*map(_read, self.files), self.rows, key=_order)

    def _write(self) -> None:
        self.rows.sort(key=_order)
        self.files.append(self._file(self.rows))
        self.rows = []

    def _file(self, rows: Iterable[Row]) -> Path:
        path = self.folder / uuid4().hex
        left = iter(rows)
        with path.open("wb") as file:
            while piece := tuple(islice(left, _PIECE)):
                pickle.dump(piece, file, pickle.HIGHEST_PROTOCOL)
        return path


def _read(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        while file.peek(1):
            yield from pickle.load(file)  # noqa: S301 - our own file, in a folder of our own
