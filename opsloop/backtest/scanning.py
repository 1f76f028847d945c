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
_NEXT = re.compile(rb'\}\s*,?\s*(?=\{\s*")|\n\s*(?=\{\s*")')


class Piece(NamedTuple):
    """An object, or what stands where one should; `whole`: its braces are in balance."""

    offset: int
    text: bytes
    whole: bool


def scan(text: bytes) -> Iterator[Piece]:
    """All objects of a text, and the rubbish between them, in order."""
    place = 0
    while place < len(text):
        start = text.find(b"{", place)
        rubbish = text[place : start if start >= 0 else len(text)].strip(_BETWEEN)
        if rubbish.strip(b"}"):  # a container's end is no rubbish
            yield Piece(text.index(rubbish, place), rubbish, whole=True)
        if start < 0:
            return
        container = CONTAINER.match(text, start)
        if container:
            place = container.end()
            continue
        end = _end(text, start)
        if end is None:
            end = _resumption(text, start)
            yield Piece(start, text[start:end].rstrip(_BETWEEN), whole=False)
        else:
            yield Piece(start, text[start:end], whole=True)
        place = end


def _end(text: bytes, start: int) -> int | None:
    """Where the object that starts here ends; None: not in this text."""
    depth = 0
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
    """Where the next object seems to begin, behind one that does not end."""
    found = _NEXT.search(text, start + 1)
    return found.end() if found else len(text)
