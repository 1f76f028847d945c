"""A record of any kind becomes the payload that a function would have got. Pure.

One record may hold others: a line with a whole file of CloudTrail's on it, an item of
LookupEvents, two events without a line end between. `worker` calls it for each record.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from chalicelib.events.shape import found
from opsloop.backtest import cloudtrail
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.records import Broken, Delivered, Head, Undelivered
from opsloop.backtest.scanning import scan

_EXPECTED = (
    "an event of EventBridge, a record of CloudTrail, an item of alarm history or a payload of SNS"
)
_BLANK = b" \t\r\n"
_head = msgspec.json.Decoder(Head).decode
_raws = msgspec.json.Decoder(list[msgspec.Raw]).decode
_UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def deliveries(text: bytes, alarms: Alarms) -> Iterator[Delivered | Undelivered | Broken]:
    """What becomes of a record, and of each that it holds; nothing for a blank one."""
    try:
        head = _head(text)
    except _UNREADABLE as error:
        yield from _pieces(text, error, alarms)
        return
    try:
        if head.detail_type is not UNSET:
            yield _event(text, head)
        elif head.event_version is not UNSET:
            yield cloudtrail.delivered(text, head)
        else:
            yield from _rarer(text, head, alarms)
    except Broken as broken:
        yield broken


def _event(text: bytes, head: Head) -> Delivered:
    if head.time is UNSET:
        raise Broken("found an event without time; expected EventBridge's own, as it delivers it")
    return Delivered("events", text, head.time)


def _rarer(text: bytes, head: Head, alarms: Alarms) -> Iterator[Delivered | Undelivered | Broken]:
    if head.history_type is not UNSET:
        yield alarms.delivered(text)
    elif head.recorded is not UNSET:
        yield from deliveries(head.recorded.encode(), alarms)
    elif head.sns is not UNSET:
        yield Delivered("sns", b'{"Records":[%b]}' % text, _sent(head.sns))
    else:
        yield from _listed(text, head, alarms)


def _listed(text: bytes, head: Head, alarms: Alarms) -> Iterator[Delivered | Undelivered | Broken]:
    for records in (head.records, head.history, head.looked_up):
        if records is not UNSET:
            for raw in _elements(records):
                yield from deliveries(bytes(raw), alarms)
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


def _pieces(
    text: bytes, error: Exception, alarms: Alarms
) -> Iterator[Delivered | Undelivered | Broken]:
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
