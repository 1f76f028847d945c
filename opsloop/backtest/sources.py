"""Where events lie: files, folders, S3, standard input. Found lazily, opened by who reads them.

A folder is gone through whole; folders that the time range rules out by their name are not
entered. boto3 is imported only for `s3://`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from opsloop.backtest.places import S3, STDIN, Input, Passed, entered, holds_events
from opsloop.backtest.span import Span

if TYPE_CHECKING:
    from opsloop.backtest.s3 import Bucket

_PIECE = 1 << 18


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
