"""Bytes as they lie there become bytes of JSON: gzip is undone, whatever the file is called.

Memory is bounded: no piece that comes out is longer than 64 KiB, however well it was
compressed; and no more than that is lost before damage. Pure but for what it reads from.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

GZIP = b"\x1f\x8b"
_LONGEST = 1 << 16
_WITH_HEADER = 31  # zlib's way to say gzip


class Damaged(ValueError):
    """Compressed data that ends too early, or is none."""


def inflated(pieces: Iterator[bytes], consumed: Callable[[int], None]) -> Iterator[bytes]:
    """The content; `consumed` is told of each piece's own length. Raises Damaged at the end."""
    first = next(pieces, b"")
    counted = _counted(first, pieces, consumed)
    return _gunzipped(counted) if first.startswith(GZIP) else counted


def _counted(
    first: bytes, pieces: Iterator[bytes], consumed: Callable[[int], None]
) -> Iterator[bytes]:
    if first:
        yield first
        consumed(len(first))
    for piece in pieces:
        yield piece
        consumed(len(piece))


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Members of gzip, one behind the other, as Firehose and `cat` make them."""
    member, begun = zlib.decompressobj(_WITH_HEADER), False
    for piece in pieces:
        # zeros behind a member are padding
        left = piece if begun else piece.lstrip(b"\0")
        while left:
            begun = True
            try:
                out = member.decompress(left, _LONGEST)
            except zlib.error as error:
                raise Damaged(f"gzip data is damaged: {error}") from error
            if out:
                yield out
            left = member.unconsumed_tail
            if member.eof:
                left = member.unused_data.lstrip(b"\0")
                member, begun = zlib.decompressobj(_WITH_HEADER), False
    if begun:
        yield member.flush()
        raise Damaged("gzip data ends too early")
