"""Where records begin and end in a text, in the three forms that files of events have.

One record on each line; records in a list (CloudTrail's files, answers of the AWS CLI);
records one behind the other, as Firehose writes them and people indent them. Each has a quick
way; what that does not understand is scanned. Pure; `reading` calls it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from opsloop.backtest.scanning import CONTAINER, FIRST_KEY, LISTS, scan

#: a record as it was written: bytes, or a view of them that JSON's reader made
Item: TypeAlias = bytes | msgspec.Raw


class Batch(NamedTuple):
    """Records, and the line at which each begins."""

    items: Sequence[Item]
    lines: Sequence[int]


class Cut(NamedTuple):
    """The records of a text, and how much of it they take; the rest is not yet whole."""

    batch: Batch
    taken: int


class Form(Protocol):
    """Cuts a text that begins at a line; if it is not the last, it may end inside a record."""

    def __call__(self, text: bytes, line: int, *, last: bool) -> Cut:
        """The records that end in this text."""
        ...


_SNIFFED = 20
#: an event that is longer is none: what is held back for it is rubbish
_LONGEST = 1 << 20
_TAIL = 1 << 18
#: behind a closing brace the next record begins; in a string the quote would end that
_BEHIND = re.compile(rb'\}(?=\s*\{\s*"[^\s,:}\]])')
_SEAM = re.compile(rb'\]\s*\}\s*\{\s*"(?:%b)"\s*:\s*\[' % LISTS)
_BEFORE = re.compile(rb'[\s,]*+(?:\][\s}]*+)?(?:(?:\{\s*"(?:%b)"\s*:\s*)?\[\s*)?' % LISTS)
_raws: Callable[[bytes], list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw]).decode
_object: Callable[[bytes], object] = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def form_of(text: bytes) -> Form:
    """The form of the text that begins like this."""
    begun = text.lstrip()
    if begun.startswith(b"[") or CONTAINER.match(begun):
        return in_a_list
    if any(map(_is_record, begun.split(b"\n", _SNIFFED)[:_SNIFFED])):
        return on_lines
    return one_behind_the_other


def on_lines(text: bytes, line: int, *, last: bool) -> Cut:
    """One record on each line. Blank lines stay in: they cost least where they fail."""
    taken = len(text) if last else text.rfind(b"\n") + 1
    items = text[:taken].removesuffix(b"\n").split(b"\n") if taken else []
    return Cut(Batch(items, range(line, line + len(items))), taken)


def one_behind_the_other(text: bytes, line: int, *, last: bool) -> Cut:
    """Records with at most space between them."""
    ends = [found.end() for found in _BEHIND.finditer(text)]
    bounds = [0, *ends, len(text)] if last else [0, *ends]
    items = [text[begin:end] for begin, end in pairwise(bounds)]
    begins = (
        begin + len(item) - len(item.lstrip()) for begin, item in zip(bounds, items, strict=False)
    )
    return Cut(Batch(items, _lines(text, line, begins, len(items))), bounds[-1])


def in_a_list(text: bytes, line: int, *, last: bool) -> Cut:
    """Records with commas between them, in one list or several."""
    begin = _before(text)
    end = _after(text) if last else _last_boundary(text, begin)
    if end <= begin:
        return Cut(Batch([], []), len(text) if last else 0)
    items = _listed(text[begin:end])
    if items is None:
        return _scanned(text, line, begin, len(text) if last else end, last=last)
    begins = _find(text, items, begin)
    return Cut(Batch(items, _lines(text, line, begins, len(items))), len(text) if last else end)


def _before(text: bytes) -> int:
    found = _BEFORE.match(text)
    return found.end() if found else 0


def _after(text: bytes) -> int:
    """Where the last list ends, if the text ends with it."""
    end = text.rstrip()
    inner = end.removesuffix(b"}").rstrip()
    return len(inner) - 1 if inner.endswith(b"]") else len(end)


def _last_boundary(text: bytes, begin: int) -> int:
    """Behind the last record that seems to end here; 0 where none does."""
    key = FIRST_KEY.match(text, begin)
    if key is None:
        return 0
    # a record's objects may begin with the same key: `_listed` finds out
    boundary = re.compile(rb"\}(?=\s*,\s*\{\s*%b)" % re.escape(key[1]))
    for start in (max(begin, len(text) - _TAIL), begin):
        ends = [found.end() for found in boundary.finditer(text, start)]
        if ends:
            return ends[-1]
    return 0


def _listed(body: bytes) -> list[msgspec.Raw] | None:
    """The elements of a list, or of several lists; None: it is not so easy."""
    try:
        return _raws(b"[%b]" % body)
    except (msgspec.DecodeError, RecursionError):
        pass  # it may be several lists
    try:
        return _raws(b"[%b]" % _SEAM.sub(b",", body))
    except (msgspec.DecodeError, RecursionError):
        return None


def _scanned(text: bytes, line: int, begin: int, end: int, *, last: bool) -> Cut:
    pieces = list(scan(text[begin:end]))
    taken = end
    if pieces and not pieces[-1].whole and not last:
        behind = begin + pieces[-1].offset
        if len(text) - behind < _LONGEST:
            taken = behind
            pieces.pop()
    items = [piece.text for piece in pieces]
    begins = (begin + piece.offset for piece in pieces)
    return Cut(Batch(items, _lines(text, line, begins, len(items))), taken)


def _find(text: bytes, items: Iterable[msgspec.Raw], begin: int) -> Iterable[int]:
    """Where each item stands: they follow each other."""
    for item in items:
        begin = text.index(bytes(item), begin)
        yield begin
        begin += len(bytes(item))


def _lines(text: bytes, line: int, begins: Iterable[int], count: int) -> Sequence[int]:
    """The lines of places in a text; most files of events have a single one."""
    if b"\n" not in text:
        return [line] * count
    ends = [found.start() for found in re.finditer(rb"\n", text)]
    return [line + bisect_left(ends, begin) for begin in begins]


def _is_record(line: bytes) -> bool:
    """Whether a line is an object by itself; in an indented text its objects are indented."""
    try:
        return line.startswith(b"{") and bool(_object(line))
    except (msgspec.DecodeError, RecursionError):
        return False
