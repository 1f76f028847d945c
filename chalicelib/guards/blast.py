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
    """The targets that an execution may touch; how many were left out, and what is said of that."""

    targets: list[Any]
    left_out: int = 0
    note: str | None = None


def countable(of: object) -> bool:
    """Whether a share of it can be told: JSON's numbers may be no number at all, or beyond all."""
    return isinstance(of, int | float) and not isinstance(of, bool) and abs(of) <= _MOST


def bound(blast: Blast, targets: list[Any], of: float | None) -> Allowed | Refusal:
    """The targets within the radius. `of` is the number that `percent` is a share of."""
    most, share = _most(blast, of)
    if most is None or len(targets) <= most:
        return Allowed(targets)
    if blast["over"] == "trim" and most > 0:
        note = f"trimmed to {most} of {len(targets)} targets{share}"
        return Allowed(targets[:most], len(targets) - most, note)
    return Refusal("blast", f"{len(targets)} targets, at most {most}{share}")


def _most(blast: Blast, of: float | None) -> tuple[int | None, str]:
    """The number allowed, rounded down, and the share that it is, where it is one."""
    bounds: list[tuple[int, str]] = []
    if blast["max"] is not None:
        bounds.append((blast["max"], ""))
    if blast["percent"] is not None and of is not None:
        # a hundredth of a percent is kept exact: 7 % of 100 is 7, in floats too
        share = floor(round(of * blast["percent"], 6) / 100)
        bounds.append((share, f", {blast['percent']:g} % of {of:g}"))
    return min(bounds) if bounds else (None, "")
