"""Refusals under a storm: told from memory, counted, and written down now and then.

A sandbox that knows a guard to be closed until a time asks nobody again. The first refusal
of a guard has an entry of its own; those from memory only count. The metric counts every
one; the journal's count misses what a sandbox takes with it, so it is marked a lower bound.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from chalicelib.engine.ports import Ports
from chalicelib.guards.limits import Refusal

#: a guard that may open early is asked again after so many seconds
DOUBTED = 5.0
#: counts are written after so many, or so many seconds
MOST_UNWRITTEN = 200
LONGEST_UNWRITTEN = 10.0
#: keys that a sandbox keeps in mind
MOST_KEYS = 10_000


class Refusals:
    """What one sandbox knows of one rule's closed guards."""

    def __init__(self, rule: str, ports: Ports, *, each_key: bool = False) -> None:
        """With `each_key`, every key has an entry of its own, whatever closed it."""
        self._each_key = each_key
        self._rule = rule
        self._ports = ports
        #: by key, or for the whole rule: a refusal, and since when it is known
        self._closed: dict[str | None, tuple[float, Refusal]] = {}
        self._counts: Counter[str] = Counter()
        self._written_at = ports.clock.now()

    def known(self, key: str) -> Refusal | None:
        """The refusal that still holds for the rule or for this key, if one is known."""
        now = self._ports.clock.now()
        for scope in (None, key):
            if scope not in self._closed:
                continue
            since, refusal = self._closed[scope]
            # a clock that went back is before all that is known
            if refusal.until is not None and since <= now < refusal.until:
                return refusal
        return None

    def remember(self, refusal: Refusal, key: str) -> None:
        """Keep it in mind, as long as it is sure to hold."""
        if refusal.until is None:
            return
        now, until = self._ports.clock.now(), refusal.until
        if not refusal.certain:
            until = min(until, now + DOUBTED)
        if len(self._closed) >= MOST_KEYS:
            self._closed.clear()
        scope = key if refusal.per == "key" or self._each_key else None
        self._closed[scope] = (now, replace(refusal, until=until))

    def count(self, refusal: Refusal) -> None:
        """One more that has no entry of its own."""
        self._counts[refusal.guard] += 1

    def flush(self) -> None:
        """Write the counts, if it is time."""
        now = self._ports.clock.now()
        due = now - self._written_at >= LONGEST_UNWRITTEN
        if self._counts and (due or self._counts.total() >= MOST_UNWRITTEN):
            self._ports.journal.count_refusals(self._rule, dict(self._counts))
            self._counts.clear()
            self._written_at = now
