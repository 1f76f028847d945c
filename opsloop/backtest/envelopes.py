"""A record of any kind becomes the payload that a function would have got. Pure.

One record may hold others: a line with a whole file of CloudTrail's on it, an item of
LookupEvents, two events without a line end between. `worker` calls it for each record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec
from msgspec import UNSET

from chalicelib.events.shape import found
from opsloop.backtest import cloudtrail
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.forms import Item
from opsloop.backtest.records import Broken, Delivered, Head, Undelivered
from opsloop.backtest.scanning import scan

_EXPECTED = (
    "an event of EventBridge, a record of CloudTrail, an item of alarm history or a payload of SNS"
)
_BLANK = b" \t\r\n"
Become: TypeAlias = Delivered | Undelivered | Broken
_head = msgspec.json.Decoder(Head).decode
_raws = msgspec.json.Decoder(list[msgspec.Raw]).decode
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def deliveries(item: Item, alarms: Alarms) -> Iterable[Become]:
    """What becomes of a record, and of each that it holds; nothing for a blank one."""
    try:
        head = _head(item)
        if head.detail_type is not UNSET:
            return (_event(bytes(item), head),)
        if head.event_version is not UNSET:
            return (cloudtrail.delivered(item, head),)
    except _UNREADABLE as error:
        return _pieces(bytes(item), error, alarms)
    except Broken as broken:
        return (broken,)
    return _rarer(bytes(item), head, alarms)


def _event(text: bytes, head: Head) -> Delivered:
    if head.time is UNSET:
        raise Broken("found an event without time; expected EventBridge's own, as it delivers it")
    return Delivered("events", text, head.time)


def _rarer(text: bytes, head: Head, alarms: Alarms) -> Iterator[Become]:
    try:
        yield from _held(text, head, alarms)
    except Broken as broken:
        yield broken


def _held(text: bytes, head: Head, alarms: Alarms) -> Iterator[Become]:
    if head.history_type is not UNSET:
        yield alarms.delivered(text)
    elif head.recorded is not UNSET:
        yield from deliveries(head.recorded.encode(), alarms)
    elif head.sns is not UNSET:
        yield Delivered("sns", b'{"Records":[%b]}' % text, _sent(head.sns))
    else:
        yield from _listed(text, head, alarms)


def _listed(text: bytes, head: Head, alarms: Alarms) -> Iterator[Become]:
    for records in (head.records, head.history, head.looked_up):
        if records is not UNSET:
            for raw in _elements(records):
                yield from deliveries(raw, alarms)
            return
    raise Broken(f"found {found(msgspec.json.decode(text))}; expected {_EXPECTED}")


def _elements(records: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        elements: list[msgspec.Raw] = _raws(records)
    except _UNREADABLE as error:
        raise Broken(f"found no list of records: {error}") from error
    return elements


class _Sns(msgspec.Struct):
    time: str = msgspec.field(name="Timestamp")


def _sent(sns: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(sns, type=_Sns).time
    except _UNREADABLE as error:
        raise Broken(f"a message of SNS: {error}") from error


def _pieces(text: bytes, error: Exception, alarms: Alarms) -> Iterator[Become]:
    """The objects in a text that is not one object; rubbish is what is in none."""
    if not text.strip(_BLANK):
        return
    pieces = [piece.text for piece in scan(text)]
    if pieces in ([], [text]):
        yield _broken(text, error)
        return
    for piece in pieces:
        yield from deliveries(piece, alarms)


def _broken(text: bytes, error: Exception) -> Broken:
    if isinstance(error, RecursionError):
        return Broken("found JSON that is nested too deep")
    shown = text[:60].decode("utf-8", "replace")
    return Broken(f"found {shown!r}: {error}; expected {_EXPECTED}")
