"""Counts: made by each worker for each piece of work, and added up. Bounded whatever is counted.

Plain data that crosses between processes. What is capped says so: `more` marks a number that is
a lower bound. Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import NamedTuple

#: distinct resources that are told apart for each rule
MOST_RESOURCES = 2_000
MOST_EXAMPLES = 5
MOST_BROKEN = 100
#: criteria, or ways to fail, that are told apart for each rule
MOST_REASONS = 50
#: hours that are told apart: more than two years of them
MOST_HOURS = 20_000


class Example(NamedTuple):
    """One execution, to look at; the latest are kept. `reason` is a guard's, where one refused."""

    time: str
    identity: str
    element: int
    resource: str
    actor: str
    place: str
    line: int
    reason: str = ""


class Breakage(NamedTuple):
    """A record that could not be read; line 0 is the file as a whole."""

    place: str
    line: int
    why: str


@dataclass(slots=True)
class Capped:
    """Counts by name, no more names than `most`; what finds no place is left out, and `more`."""

    most: int
    counts: Counter[str] = field(default_factory=Counter)
    more: bool = False

    def add(self, name: str, count: int = 1) -> None:
        """Count it, where there is place."""
        if name in self.counts or len(self.counts) < self.most:
            self.counts[name] += count
        else:
            self.more = True

    def merge(self, other: Capped) -> None:
        """Add another's counts."""
        for name, count in other.counts.items():
            self.add(name, count)
        self.more = self.more or other.more


@dataclass(slots=True)
class Fired:
    """Executions, whoever admitted them: how many, when, on what."""

    executions: int = 0
    hours: Capped = field(default_factory=lambda: Capped(MOST_HOURS))
    resources: Capped = field(default_factory=lambda: Capped(MOST_RESOURCES))
    first: str = ""
    last: str = ""
    examples: list[Example] = field(default_factory=list)

    def add(self, example: Example, executions: int = 1) -> None:
        """Executions for one event, of which one is the example."""
        self.executions += executions
        self.hours.add(example.time[:13], executions)
        if example.resource:
            self.resources.add(example.resource, executions)
        self._when(example.time, example.time)
        if len(self.examples) < MOST_EXAMPLES or example > self.examples[-1]:
            self.examples.append(example)
            self._keep_latest()

    def merge(self, other: Fired) -> None:
        """Add another's."""
        self.executions += other.executions
        self.hours.merge(other.hours)
        self.resources.merge(other.resources)
        if other.first:
            self._when(other.first, other.last)
        self.examples += other.examples
        self._keep_latest()

    def _keep_latest(self) -> None:
        self.examples.sort(reverse=True)
        del self.examples[MOST_EXAMPLES:]

    def _when(self, first: str, last: str) -> None:
        self.first = min(self.first or first, first)
        self.last = max(self.last, last)


@dataclass(slots=True)
class RuleTally:
    """One rule: events that woke it, executions that its criteria on the event admit."""

    matched: int = 0
    duplicates: int = 0
    #: events of other accounts or regions than the stage's, among the matched
    elsewhere: int = 0
    fired: Fired = field(default_factory=Fired)
    #: executions that a criterion on the event held back, by criterion
    unmet: Capped = field(default_factory=lambda: Capped(MOST_REASONS))
    #: events on which the function would raise, by reason
    failures: Capped = field(default_factory=lambda: Capped(MOST_REASONS))
    #: where guards were asked: what of `fired` they admit, and what they refuse, by guard
    ran: Fired = field(default_factory=Fired)
    refused: dict[str, Fired] = field(default_factory=dict)
    #: guards forgot keys that still counted
    forgetful: bool = False
    #: against another version of the rule: executions that run by one of both only
    newly: Fired = field(default_factory=Fired)
    no_longer: Fired = field(default_factory=Fired)

    def merge(self, other: RuleTally) -> None:
        """Add another's."""
        self.matched += other.matched
        self.duplicates += other.duplicates
        self.elsewhere += other.elsewhere
        self.fired.merge(other.fired)
        self.unmet.merge(other.unmet)
        self.failures.merge(other.failures)

    def refuse(self, guard: str, example: Example) -> None:
        """Count an execution that a guard holds back."""
        if guard not in self.refused:
            self.refused[guard] = Fired()
        self.refused[guard].add(example)


@dataclass(slots=True)
class Tally:
    """All that was counted."""

    inputs: int = 0
    #: bytes of JSON
    size: int = 0
    #: events that EventBridge or SNS would deliver, in the time range
    events: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    undelivered: Capped = field(default_factory=lambda: Capped(MOST_REASONS))
    #: all of them, whatever the reason
    kept: int = 0
    #: events outside of the time range
    outside: int = 0
    #: duplicates among the events that woke a rule
    duplicates: int = 0
    hours: Capped = field(default_factory=lambda: Capped(MOST_HOURS))
    broken: int = 0
    breakages: list[Breakage] = field(default_factory=list)
    rules: dict[str, RuleTally] = field(default_factory=dict)

    def rule(self, name: str) -> RuleTally:
        """The rule's own."""
        if name not in self.rules:
            self.rules[name] = RuleTally()
        return self.rules[name]

    def keep(self, kind: str, reason: str, count: int) -> None:
        """Count records that EventBridge does not deliver; the source is of their kind, too."""
        self.undelivered.add(reason, count)
        self.kept += count
        self.kinds[kind] += 0

    def breaks(self, place: str, line: int, why: str) -> None:
        """Count a record that could not be read."""
        self.broken += 1
        if len(self.breakages) < MOST_BROKEN:
            self.breakages.append(Breakage(place, line, why))

    @property
    def records(self) -> int:
        """All records that were read."""
        return self.events + self.outside + self.kept + self.broken

    def merge(self, other: Tally) -> None:
        """Add another's."""
        self.inputs += other.inputs
        self.size += other.size
        self.events += other.events
        self.kinds.update(other.kinds)
        self.undelivered.merge(other.undelivered)
        self.kept += other.kept
        self.outside += other.outside
        self.duplicates += other.duplicates
        self.hours.merge(other.hours)
        self.broken += other.broken
        self.breakages = nsmallest(MOST_BROKEN, [*self.breakages, *other.breakages])
        for name, tally in other.rules.items():
            self.rule(name).merge(tally)
