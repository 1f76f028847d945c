"""Epoch seconds and ISO 8601 in UTC, to the millisecond. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: float) -> str:
    """`2026-11-23T04:05:06.789Z`."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def seconds(text: str) -> float:
    """Seconds since the epoch of an ISO time."""
    return datetime.fromisoformat(text).timestamp()
