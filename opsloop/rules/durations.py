"""Seconds as rules spell them. Called by whatever tells a rule in its own words. Pure."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))


def spelled(seconds: float) -> str:
    """In the largest unit that says it without a fraction: `2m`, `90s`, `1h`."""
    fitting = (f"{seconds / size:g}{unit}" for unit, size in _UNITS if seconds % size == 0)
    return next(fitting, f"{seconds:g}s") if seconds else "0s"
