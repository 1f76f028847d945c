"""An execution's id: a ULID made from the event alone, so that a duplicate is the same key.

48 bits of the event's time in milliseconds, then 80 bits of a hash of rule, identity and
element: ids sort by time, as the journal wants them. The engine calls it. Standard library only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chalicelib.errors import EventError
from chalicelib.events.shape import moment

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_HASHED = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def execution_id(rule: str, identity: str, element: str, time_iso: str) -> str:
    """The id of the execution of `rule` for one event, or for one `element` of it ("" for none).

    Raises `EventError` for a time that is none, or lies before 1970.
    """
    millis = (moment(time_iso, "event time") - _EPOCH) // timedelta(milliseconds=1)
    if millis < 0:
        raise EventError(f"event time: found {time_iso}, expected a time since 1970")
    return _text(millis << 80 | _hash(rule, identity, element))


def first_id(time: float) -> str:
    """The least id of an event's time, in seconds since 1970, to a millisecond."""
    return _text(int(time * 1000) << 80)


def time_of(execution: str) -> float:
    """The event's time, in seconds since 1970, that an execution's id holds."""
    if len(execution) != _LENGTH or not set(execution) <= set(_CROCKFORD) or execution[0] > "7":
        raise EventError(f"execution id: found {execution[:40]!a}, expected 26 letters of ULID")
    number = 0
    for letter in execution[:_HASHED]:
        number = number << 5 | _CROCKFORD.index(letter)
    return number / 1000


def _text(number: int) -> str:
    return "".join(_CROCKFORD[number >> 5 * at & 31] for at in reversed(range(_LENGTH)))


def _hash(rule: str, identity: str, element: str) -> int:
    """80 bits of the three texts, each with its length: no two triples share their bytes."""
    from hashlib import sha256  # noqa: PLC0415 - costs 2 ms that an unmet criterion never needs

    digest = sha256()
    for part in (rule, identity, element):
        content = part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8) + content)
    return int.from_bytes(digest.digest()[:_HASHED])
