"""JSON objects in a text, told apart by their braces: slow, exact, and undismayed by rubbish.

The way out where the quick ways of `reading` do not understand a text. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

#: strings are passed over, so that braces in them do not count; no backtracking
_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}]', re.DOTALL)
_BETWEEN = b" \t\r\n,[]"
#: the lists inside an object whose objects are meant: CloudTrail's, DescribeAlarmHistory's and
#: LookupEvents'
LISTS = b"Records|AlarmHistoryItems|Events"
CONTAINER = re.compile(rb'\{\s*"(?:%b)"\s*:\s*\[' % LISTS)
#: a list's end, and behind it the next member or the end of the object that it is in
_CLOSED = re.compile(rb"[\s,]*\]\s*[,}]")
FIRST_KEY = re.compile(rb'\{\s*("[^"\\]*")')


class Piece(NamedTuple):
    """An object, or what stands where one should; `whole`: its braces are in balance."""

    offset: int
    text: bytes
    whole: bool


def scan(text: bytes) -> Iterator[Piece]:
    """All objects of a text, and the rubbish between them, in order."""
    place = 0
    while place < len(text):
        place = _behind_list(text, place)
        start = text.find(b"{", place)
        rubbish = text[place : start if start >= 0 else len(text)].strip(_BETWEEN)
        if rubbish:
            yield Piece(text.index(rubbish, place), rubbish, whole=True)
        if start < 0:
            return
        container = CONTAINER.match(text, start)
        if container:
            place = container.end()
            continue
        end = _end(text, start)
        whole = end is not None
        place = _resumption(text, start) if end is None else end
        yield Piece(start, text[start:place].rstrip(_BETWEEN), whole)


def _behind_list(text: bytes, place: int) -> int:
    """Behind the object whose list ends here, and what else it has beside its list."""
    closed = _CLOSED.match(text, place)
    if closed is None:
        return place
    return _end(text, closed.end() - 1, depth=1) or len(text)


def _end(text: bytes, start: int, depth: int = 0) -> int | None:
    """Where the object that starts here ends; None: not in this text."""
    for token in _TOKENS.finditer(text, start):
        brace = token[0]
        if brace == b"{":
            depth += 1
        elif brace == b"}":
            depth -= 1
            if not depth:
                return token.end()
    return None


def _resumption(text: bytes, start: int) -> int:
    """Where the next object seems to begin, behind one that does not end: with the same key."""
    key = FIRST_KEY.match(text, start)
    if key is None:
        return len(text)
    found = re.compile(rb"\{\s*%b" % re.escape(key[1])).search(text, start + 1)
    return found.start() if found else len(text)
