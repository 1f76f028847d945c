"""Epoch seconds and ISO 8601 in UTC, to the millisecond; durations as rules have them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.expressions.values import whole

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def iso(moment: float) -> str:
    """`2026-11-23T04:05:06.789Z`."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def seconds(text: str) -> float:
    """Seconds since the epoch of an ISO time."""
    return datetime.fromisoformat(text).timestamp()


def span(duration: float) -> str:
    """`2m`, `90s`, `36h`: the longest unit that tells it in a whole number."""
    told = (f"{duration // unit:.0f}{name}" for unit, name in _UNITS if duration % unit == 0)
    return next(told, f"{whole(duration)}s") if duration else "0s"
