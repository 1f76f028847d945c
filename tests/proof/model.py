"""Admission as a plain story, to hold the engine against.

Knows nothing of the engine: lists and dictionaries of what happened, asked in the order that
the documentation gives. What a sandbox may know late is in `Sandbox`: pauses for five
seconds, and guards that it has seen closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from tests.proof.scripts import SANDBOXES, Became, Delivery, Guards, Rate, Window

#: seconds that a sandbox believes what it knows of pauses, and of guards that may open early
FRESH = 5
WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Closed:
    """A guard that is closed, for the rule (no key) or for one key, and until when."""

    guard: str
    key: str | None = None
    until: int | None = None
    #: it may open before
    doubtful: bool = False


@dataclass(slots=True)
class Sandbox:
    """What one sandbox knows, and since when."""

    closed: dict[str | None, tuple[int, int, Closed]] = field(default_factory=dict)
    pauses: dict[str, int] = field(default_factory=dict)
    read: int | None = None
    busy: bool = False


@dataclass
class Model:
    """One rule in one stage."""

    guards: Guards
    now: int
    #: what may be paused that holds this rule: all, its pack, itself
    names: tuple[str, ...]
    pauses: dict[str, int] = field(default_factory=dict)
    sandboxes: list[Sandbox] = field(default_factory=lambda: [Sandbox() for _ in range(SANDBOXES)])
    #: events by number, each with its time and its key; and what stands in the journal of them
    events: list[tuple[int, str]] = field(default_factory=list)
    journal: dict[int, str] = field(default_factory=dict)
    #: by key: until when it rests, and after whom
    resting: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: by rate and scope: when it was used
    used: dict[tuple[Rate, str | None], list[int]] = field(default_factory=dict)
    #: by scope: who is inside, and until when that is believed
    locked: dict[str | None, tuple[int, int]] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    became: list[Became] = field(default_factory=list)

    def deliver(self, delivery: Delivery) -> None:
        """Tell the story of one delivery, and of those that happen while it runs."""
        sandbox = free(self.sandboxes, delivery.sandbox)
        if sandbox is None:
            return
        number = self._event(delivery)
        sandbox.busy = True
        self.became.append(self._story(number, delivery, sandbox))
        sandbox.busy = False

    def _event(self, delivery: Delivery) -> int:
        if delivery.again is not None and self.events:
            return delivery.again % len(self.events)
        self.events.append((self.now - delivery.age, delivery.key))
        return len(self.events) - 1

    def _story(self, number: int, delivery: Delivery, sandbox: Sandbox) -> Became:
        _, key = self.events[number]
        for scope in (None, key):
            since, until, closed = sandbox.closed.get(scope, (0, 0, None))
            if closed and since <= self.now < until:
                return Became(number, "refused", closed.guard, written=False)
        if closed := self._closed(number, sandbox):
            return self._refused(number, closed, sandbox)
        observes = self._demoted()
        for other in delivery.before:
            self.deliver(other)
        self.now += delivery.looks
        if closed := self._closed(number, sandbox):
            return self._refused(number, closed, sandbox)
        if number in self.journal:
            return Became(number, "duplicate")
        self._charge(number, key)
        return Became(number, self._run(number, key, delivery, observes=observes))

    def _closed(self, number: int, sandbox: Sandbox) -> Closed | None:
        """The first guard that is closed."""
        if sandbox.read is None or not sandbox.read <= self.now < sandbox.read + FRESH:
            sandbox.pauses, sandbox.read = dict(self.pauses), self.now
        for name in sorted(sandbox.pauses):
            if name in self.names and sandbox.pauses[name] > self.now:
                return Closed("pause", until=sandbox.pauses[name], doubtful=True)
        then, key = self.events[number]
        deadline, window = self.guards.deadline, self.guards.window
        if deadline is not None and self.now - then > deadline:
            return Closed("deadline")
        if window is not None and not is_open(window, self.now):
            return Closed("window", until=opens(window, self.now // 60))
        return self._counted(key)

    def _counted(self, key: str) -> Closed | None:
        until, _ = self.resting.get(key, (0, 0))
        if until > self.now:
            return Closed("cooldown", key, until, doubtful=self.guards.after == "success")
        for rate in self.guards.rates:
            scope = key if rate.per == "key" else None
            times = sorted(self._recent(rate, scope))
            if len(times) >= rate.limit:
                return Closed("rate", scope, times[-rate.limit] + rate.seconds)
        scope = key if self.guards.lock == "key" else None
        _, until = self.locked.get(scope, (0, 0))
        if until > self.now:
            return Closed("lock", scope, until, doubtful=True)
        return None

    def _recent(self, rate: Rate, scope: str | None) -> list[int]:
        return [t for t in self.used.get((rate, scope), []) if t > self.now - rate.seconds]

    def _demoted(self) -> bool:
        if self.guards.breaker is None:
            return False
        failures, within = self.guards.breaker
        return len([t for t in self.failures if t > self.now - within]) >= failures

    def _refused(self, number: int, closed: Closed, sandbox: Sandbox) -> Became:
        if number in self.journal:
            return Became(number, "duplicate")
        self.journal[number] = "refused"
        if closed.until is not None:
            until = min(closed.until, self.now + FRESH) if closed.doubtful else closed.until
            sandbox.closed[closed.key] = (self.now, until, closed)
        return Became(number, "refused", closed.guard)

    def _charge(self, number: int, key: str) -> None:
        self.journal[number] = "running"
        if self.guards.cooldown is not None:
            self.resting[key] = (self.now + self.guards.cooldown, number)
        # a rule that says a rate twice has said it once
        for rate in dict.fromkeys(self.guards.rates):
            scope = key if rate.per == "key" else None
            # what is over is forgotten for good, even if the clock goes back
            self.used[(rate, scope)] = [*self._recent(rate, scope), self.now]
        if self.guards.lock is not None:
            scope = key if self.guards.lock == "key" else None
            self.locked[scope] = (number, self.now + self.guards.lease)

    def _run(self, number: int, key: str, delivery: Delivery, *, observes: bool) -> str:
        outcome = "observed"
        if self._too_late(number):
            outcome = "failed"
        elif not observes:
            for other in delivery.inside:
                self.deliver(other)
            self.now += delivery.takes
            outcome = "failed" if delivery.fails else "succeeded"
        self.journal[number] = outcome
        scope = key if self.guards.lock == "key" else None
        if self.locked.get(scope, (None, 0))[0] == number:
            del self.locked[scope]
        if outcome == "failed":
            self._failed(number, key)
        return outcome

    def _too_late(self, number: int) -> bool:
        """No step begins once the rule's deadline is over."""
        deadline, (then, _) = self.guards.deadline, self.events[number]
        return deadline is not None and self.now >= then + deadline

    def _failed(self, number: int, key: str) -> None:
        if self.guards.after == "success" and self.resting.get(key, (0, None))[1] == number:
            del self.resting[key]
        if self.guards.breaker is not None:
            _, within = self.guards.breaker
            recent = [t for t in self.failures if t > self.now - within]
            self.failures = [*recent, self.now]


def free(sandboxes: list[Sandbox], wanted: int) -> Sandbox | None:
    """The wanted sandbox, or the next that is not busy: one runs one thing at a time."""
    turned = [sandboxes[(wanted + step) % len(sandboxes)] for step in range(len(sandboxes))]
    return next((sandbox for sandbox in turned if not sandbox.busy), None)


def is_open(window: Window, now: int) -> bool:
    """By the time zone database itself."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(window.zone))
    minute = local.hour * 60 + local.minute
    begin, end = window.begin, window.end
    inside = begin <= minute < end if begin < end else minute >= begin or minute < end
    return inside == (window.kind == "only")


@cache
def opens(window: Window, minute: int) -> int | None:
    """The first whole minute after this one at which it is open."""
    for later in range(minute + 1, minute + WEEK + 120):
        if is_open(window, later * 60):
            return later * 60
    return None
