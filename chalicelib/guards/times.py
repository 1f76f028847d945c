"""Times as a refusal says them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def clock_time(seconds: float) -> str:
    """`2026-11-23T10:02:07Z`: a refusal is read hours later, so the day belongs to it."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
