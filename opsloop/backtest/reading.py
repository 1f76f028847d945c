"""Bytes of JSON become records: raw objects, in batches, each with its line. Nothing is decoded.

A few MiB are looked at at a time, so memory is bounded; `forms` finds the records in them.
Pure; `worker` and `pool` call it.
"""

from __future__ import annotations

from collections.abc import Iterator

from opsloop.backtest.forms import Batch, Cut, form_of

BLOCK = 4 << 20
#: no record is longer: EventBridge and CloudTrail stop at 1 MiB
LONGEST = 16 << 20
_BOM = b"\xef\xbb\xbf"


def batches(pieces: Iterator[bytes]) -> Iterator[Batch]:
    """All records of a text. Raises what `pieces` raises, behind the records before that."""
    text, form, line = b"", None, 1
    for block, last in _blocks(pieces):
        text += block if text or form else block.removeprefix(_BOM)
        form = form or form_of(text)
        cut = form(text, line, last=last)
        if not cut.taken and len(text) > LONGEST:
            cut = Cut(Batch([text], [line]), len(text))
        yield cut.batch
        line += text.count(b"\n", 0, cut.taken)
        text = text[cut.taken :]


def _blocks(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Blocks of a few MiB, and whether one is the last."""
    held, size, trouble = list[bytes](), 0, None
    try:
        for piece in pieces:
            if size >= BLOCK:
                yield b"".join(held), False
                held, size = [], 0
            held.append(piece)
            size += len(piece)
    except Exception as error:  # noqa: BLE001 - raised again, once all that was read is given
        trouble = error
    yield b"".join(held), True
    if trouble is not None:
        raise trouble
