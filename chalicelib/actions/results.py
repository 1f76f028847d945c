"""What boto3 answers, as JSON: the result of a step, as expressions read it. Pure.

Times become ISO 8601 in UTC, bytes base64 as the AWS CLI prints them, streams text where they
are UTF-8. `ResponseMetadata` goes: it differs at every call, and says nothing of the answer.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

from chalicelib.errors import StepError

#: what is read of a stream: more would not fit where a step's result is kept
MOST_BYTES = 1_048_576


class Stream(Protocol):
    """A StreamingBody, as far as it is used."""

    def read(self, amt: int) -> bytes:
        """At most this many bytes."""
        ...


def answer(response: Mapping[str, Any]) -> dict[str, Any]:
    """An operation's response as JSON, without its ResponseMetadata."""
    return {name: to_json(value) for name, value in response.items() if name != "ResponseMetadata"}


def to_json(value: Any) -> Any:
    """The value with nothing in it but maps, lists, text, numbers, booleans and null.

    Raises StepError for a stream of more than 1 MiB.
    """
    if isinstance(value, Mapping):
        return {str(name): to_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    if hasattr(value, "read"):
        return _stream(value)
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    raise TypeError(f"found {type(value).__name__} in an answer of AWS; expected JSON")


def _number(value: float | Decimal) -> Any:
    """JSON has no NaN and no infinity: they become AWS's words for them."""
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return int(value) if isinstance(value, Decimal) and number.is_integer() else number


def _time(value: datetime) -> str:
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _stream(body: Stream) -> str:
    content = body.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise StepError("TooLarge", "the answer is over 1 MiB; ask for a part of it, as by `Range`")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return b64encode(content).decode()
