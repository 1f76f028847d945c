"""What led to an execution, and what it caused: read from the journal, for `opsloop show`.

Upwards each execution names its cause. Downwards no index leads, and none is needed: an id begins
with its event's time, and what an execution causes happens while it acts, or when it tells its end.
So only executions of those moments are looked at, and of them at most `MOST`.

What is named is what events prove: a call of the rule's own role that carries the execution's name,
or opsloop's own event. What comes by way of an alarm, say, names nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.clock import Clock
from chalicelib.events.causes import LONGEST_CHAIN
from chalicelib.journal.record import Execution, StepRecord
from opsloop.history.reader import Reader

#: executions that are looked at for what one has caused, directly or through others
MOST = 500
#: seconds: CloudTrail's times are whole seconds, and no two clocks are the same
BEFORE, BEHIND = 2.0, 5.0


@dataclass(frozen=True, slots=True)
class Link:
    """One execution of a chain; of what is gone from the journal, its name alone."""

    rule: str
    id: str
    status: str | None = None
    time: str | None = None
    caused: list[Link] = field(default_factory=list)

    @classmethod
    def of(cls, one: Execution, caused: list[Link] | None = None) -> Link:
        """The link of an execution, with those that it caused."""
        return cls(one.rule, one.id, one.status, one.event_time, caused or [])


@dataclass(frozen=True, slots=True)
class Chain:
    """What stands around one execution."""

    #: the nearest first
    causes: list[Link]
    caused: list[Link]
    #: whether all was looked at that could be among `caused`
    complete: bool = True


def chain_of(one: Execution, reader: Reader, clock: Clock) -> Chain:
    """The chain that an execution is part of."""
    search = _Search(reader, clock)
    caused = search.caused_by(one)
    return Chain(list(_causes(one, reader)), caused, complete=search.left > 0)


def _causes(one: Execution, reader: Reader) -> Iterator[Link]:
    """Those that led to one, the nearest first; no longer than a chain can be."""
    named = one.caused_by
    for _ in range(LONGEST_CHAIN + 1):
        if named is None:
            return
        rule, _, name = named.partition("/")
        before = reader.one(name)
        yield Link(rule, name) if before is None else Link.of(before)
        named = before.caused_by if before else None


class _Search:
    """Looks downwards; `left` says how many executions it may still look at."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._seen: set[str] = set()
        self.left = MOST

    def caused_by(self, one: Execution) -> list[Link]:
        """What one execution caused, the oldest first, each with what it caused in turn."""
        self._seen.add(one.id)
        found = [each for each in self._about(one) if each.caused_by == f"{one.rule}/{one.id}"]
        new = [each for each in found if each.id not in self._seen]
        self._seen.update(each.id for each in new)
        return [Link.of(each, self.caused_by(each)) for each in new]

    def _about(self, one: Execution) -> Iterator[Execution]:
        """The executions for events of the moments at which it acted or ended."""
        for begin, end in _merged(sorted(_moments(one, self._clock.now()))):
            for found in self._reader.between(begin, end, self.left):
                self.left -= 1
                yield found


def _moments(one: Execution, now: float) -> Iterator[tuple[float, float]]:
    ended = _seconds(one.closed) if one.closed else now
    for step in one.steps:
        if step.status not in ("skipped", "observed"):
            begin = _seconds(step.started)
            yield begin - BEFORE, (ended if _waits(step) else begin + step.ms / 1000) + BEHIND
    if one.closed:
        yield ended - BEFORE, ended + BEHIND


def _waits(step: StepRecord) -> bool:
    """Whether its time on record may be less than what passed: a list may have waited."""
    return step.items is not None


def _merged(spans: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Sorted spans, those that overlap as one."""
    last: tuple[float, float] | None = None
    for begin, end in spans:
        if last is not None and begin <= last[1]:
            last = last[0], max(last[1], end)
            continue
        if last is not None:
            yield last
        last = begin, end
    if last is not None:
        yield last


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
