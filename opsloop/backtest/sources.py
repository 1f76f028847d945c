"""Where events lie: files, folders, S3, standard input. Found lazily, opened by who reads them.

A folder is gone through whole; folders that the time range rules out by their name are not
entered. boto3 is imported only for `s3://`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from opsloop.backtest.span import Span

if TYPE_CHECKING:
    from opsloop.backtest.s3 import Bucket

STDIN = "-"
S3 = "s3://"
#: what lies beside events, and is none
_NO_EVENTS = frozenset(
    {".avro", ".bz2", ".crc", ".csv", ".html", ".md", ".orc", ".parquet", ".py", ".tar", ".txt"}
    | {".yaml", ".yml", ".zip", ".zst"}
)
_NO_FOLDERS = frozenset({"CloudTrail-Digest"})
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Input:
    """One file of events: what people call it, and how many bytes it has there (0: unknown)."""

    place: str
    size: int


@dataclass(slots=True)
class Passed:
    """What was not read, and why: counted while the inputs are gone through."""

    #: folders out of the time range by their names
    dated: int = 0
    #: files that hold no events by their names
    named: int = 0


class Sources:
    """Finds inputs and opens them. Each process has its own."""

    def inputs(self, place: str, span: Span, passed: Passed) -> Iterator[Input]:
        """All files under a place. Raises OSError or botocore's errors."""
        if place.startswith(S3):
            return self._bucket.listed(place, span, passed)
        if place == STDIN:
            return iter([Input(STDIN, 0)])
        path = Path(place)
        if path.is_dir():
            return _folder(path, span, passed)
        # what was named is read, whatever it is called
        return iter([Input(place, path.stat().st_size)])

    def pieces(self, place: str) -> Iterator[bytes]:
        """The bytes of an input, piece by piece. Raises OSError or botocore's errors."""
        if place.startswith(S3):
            yield from self._bucket.pieces(place, _PIECE)
        elif place == STDIN:
            yield from _pieces(sys.stdin.buffer)
        else:
            with Path(place).open("rb") as file:
                yield from _pieces(file)

    @cached_property
    def _bucket(self) -> Bucket:
        from opsloop.backtest.s3 import Bucket  # noqa: PLC0415 - boto3 is slow

        return Bucket()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _folder(folder: Path, span: Span, passed: Passed) -> Iterator[Input]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            if entered(f"{entry.path}/", span, passed):
                yield from _folder(Path(entry.path), span, passed)
        elif entry.is_file() and holds_events(entry.name, passed):
            yield Input(entry.path, entry.stat().st_size)


def entered(folder: str, span: Span, passed: Passed) -> bool:
    """Whether to look into a folder; its path ends with a slash."""
    name = PurePath(folder).name
    if name.startswith(".") or name in _NO_FOLDERS:
        return False
    if not span.may_hold(folder):
        passed.dated += 1
        return False
    return True


def holds_events(name: str, passed: Passed) -> bool:
    """Whether a file that was not named, only found, may hold events."""
    suffixes = PurePath(name).suffixes
    last = suffixes[-2:-1] if suffixes[-1:] == [".gz"] else suffixes[-1:]
    if name.startswith((".", "_")) or _NO_EVENTS.intersection(last):
        passed.named += 1
        return False
    return True
