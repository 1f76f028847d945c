"""What guards remember: for a rule, and for each of its keys. Plain JSON, times in epoch seconds.

A state is never changed in place: arithmetic gives a new one, and whoever keeps it writes it
only where the old one is still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Hold:
    """Something held by one execution until a time, unless it gives it back before."""

    by: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class State:
    """The memory of one rule, or of one of its keys.

    `used` holds, for each rate by its limit (`5/1h`), the times of the executions that it
    admitted and that still count; `failures` the times that the breaker counts.
    """

    cooldown: Hold | None = None
    lock: Hold | None = None
    used: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    failures: tuple[float, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON, without what is empty."""
        found: dict[str, Any] = {}
        for name, hold in (("cooldown", self.cooldown), ("lock", self.lock)):
            if hold is not None:
                found[name] = {"by": hold.by, "since": hold.since, "until": hold.until}
        if any(self.used.values()):
            found["used"] = {limit: list(times) for limit, times in self.used.items() if times}
        if self.failures:
            found["failures"] = list(self.failures)
        return found

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> State:
        """What `as_dict` gave."""
        return cls(
            cooldown=_hold(found.get("cooldown")),
            lock=_hold(found.get("lock")),
            used={limit: tuple(times) for limit, times in found.get("used", {}).items()},
            failures=tuple(found.get("failures", ())),
        )

    def with_used(self, limit: str, times: tuple[float, ...]) -> State:
        """The state with other times for one rate."""
        return replace(self, used={**self.used, limit: times})


def _hold(found: Mapping[str, Any] | None) -> Hold | None:
    return None if found is None else Hold(found["by"], found["since"], found["until"])


@dataclass(frozen=True, slots=True)
class Memory:
    """Both states that an admission looks at."""

    rule: State = State()
    key: State = State()


EMPTY = Memory()
