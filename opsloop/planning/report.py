"""What `opsloop plan` found, for whoever tells it: people, pull requests, programs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.plan import Stage
from opsloop.output import AWS, DIFFERS, OK
from opsloop.planning.danger import danger
from opsloop.planning.diff import ABSENT, Change, Difference, UnitDiff
from opsloop.planning.permissions import Gain, Permission
from opsloop.planning.state import Unread

#: what every function may do for itself, by rule: its log, its journal, its dead letters
Ordinary = Mapping[str, frozenset[Permission]]


@dataclass(frozen=True, slots=True)
class Base:
    """What the rules are held against: what is deployed, or another revision."""

    revision: str | None = None
    commit: str | None = None

    def __str__(self) -> str:
        if self.revision is None:
            return "what is deployed"
        short = (self.commit or "")[:7]
        return self.revision if self.revision == self.commit else f"{self.revision} ({short})"


@dataclass(frozen=True, slots=True)
class Report:
    """A plan."""

    stage: Stage
    base: Base
    difference: Difference
    ordinary: Ordinary
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Whether anything changes, as far as everything could be read."""
        if self.unread:
            return AWS
        return DIFFERS if self.difference else OK

    def gains(self, *, more: bool) -> Iterator[tuple[UnitDiff, Gain]]:
        """The permissions that are gained, or lost, by rule."""
        for unit in self.difference.units:
            yield from ((unit, gain) for gain in unit.permissions if gain.more is more)

    def is_ordinary(self, unit: UnitDiff, gain: Gain) -> bool:
        """Whether this comes and goes with every rule."""
        return gain.permission in self.ordinary.get(unit.unit.name, frozenset())

    def summary(self) -> dict[str, int]:
        """Units by what happens to them; a rename is one that is added and one destroyed."""
        count = self.difference.count
        return {
            "add": count("add", "rename"),
            "change": count("change"),
            "destroy": count("destroy", "rename"),
            "rename": count("rename"),
        }

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "stage": self.stage["stage"],
            "account": self.stage["account"],
            "region": self.stage["region"],
            "against": {"revision": self.base.revision, "commit": self.base.commit},
            "changes": [_unit(one) for one in self.difference.units],
            "permissions": {
                "gained": [self._gain(*one) for one in self.gains(more=True)],
                "lost": [self._gain(*one) for one in self.gains(more=False)],
            },
            "safeguards": [
                {"rule": one.rule, **each.as_dict()}
                for one in self.difference.bolder
                for each in one.loosened
            ],
            "summary": self.summary(),
            "notes": list(self.notes),
            "unread": [{"what": one.what, "why": one.why} for one in self.unread],
        }

    def _gain(self, unit: UnitDiff, gain: Gain) -> dict[str, Any]:
        return {
            "rule": unit.unit.name,
            **gain.permission.as_dict(),
            "kind": gain.kind,
            "in_place_of": [one.as_dict() for one in gain.others],
            "covered_by": gain.within and gain.within.as_dict(),
            "danger": danger(gain.permission) if gain.more else None,
            "ordinary": self.is_ordinary(unit, gain),
        }


def _unit(one: UnitDiff) -> dict[str, Any]:
    return {
        "action": one.action,
        "kind": one.unit.kind,
        "name": one.unit.name,
        "was": one.was,
        "facts": [_change(change) for change in one.changes],
    }


def _change(one: Change) -> dict[str, Any]:
    """What does not hold is not there, rather than null."""
    sides = {"before": one.before, "after": one.after}
    there = {key: value for key, value in sides.items() if value is not ABSENT}
    return {"path": list(one.path), **there}
