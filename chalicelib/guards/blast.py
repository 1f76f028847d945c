"""Blast radius: how much one execution may touch. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Any

from chalicelib.guards.limits import Refusal
from chalicelib.plan import Blast

#: beyond it a float no longer tells one whole number from the next
_MOST = 2**53


@dataclass(frozen=True, slots=True)
class Allowed:
    """The targets that an execution may touch, and what is said where some were left out."""

    targets: list[Any]
    note: str | None = None


def countable(of: object) -> bool:
    """Whether a share of it can be told: JSON's numbers may be no number at all, or beyond all."""
    return isinstance(of, int | float) and not isinstance(of, bool) and abs(of) <= _MOST


def bound(blast: Blast, targets: list[Any], of: float | None) -> Allowed | Refusal:
    """The targets within the radius. `of` is the number that `percent` is a share of."""
    most, limit = _most(blast, of)
    if most is None or len(targets) <= most:
        return Allowed(targets)
    if blast["over"] == "trim" and most > 0:
        return Allowed(targets[:most], f"{most} of {len(targets)} targets: {limit}")
    return Refusal("blast", f"{len(targets)} targets, at most {limit}")


def _most(blast: Blast, of: float | None) -> tuple[int | None, str]:
    """The number allowed, rounded down, with how it comes about."""
    bounds: list[tuple[int, str]] = []
    if blast["max"] is not None:
        bounds.append((blast["max"], f"{blast['max']}"))
    if blast["percent"] is not None and of is not None:
        # a hundredth of a percent is kept exact: 7 % of 100 is 7, in floats too
        share = floor(round(of * blast["percent"], 6) / 100)
        bounds.append((share, f"{share}, {blast['percent']:g} % of {of:g}"))
    return min(bounds) if bounds else (None, "")
