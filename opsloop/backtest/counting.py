"""Events counted: in the time range or not, whom they wake, what their criteria say.

One `Counting` for each process; `worker` gives it events. Pure but for the table of events
seen before, which all processes share.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from chalicelib.errors import EventError
from chalicelib.events import names
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.events.shape import iso
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.listening import Listeners
from opsloop.backtest.records import Broken, Delivered
from opsloop.backtest.ruling import NOTHING, Ruling, Version, ruling
from opsloop.backtest.seen import Seen
from opsloop.backtest.tally import Example, Fired, Tally

#: as long as `2026-05-31T23:59:59Z`, which is how EventBridge and CloudTrail write times
_CANONICAL = 20
_MOST_HOURS = 100_000
#: no id of AWS's is longer; what an event calls an id may be
_LONGEST = 1_024
_decode = msgspec.json.Decoder().decode
_NOBODY: list[str] = []


@dataclass(frozen=True, slots=True)
class Job:
    """What to find out. Crosses to each worker once."""

    now: Version
    alarms: Alarms
    #: the rules that differ, as they were; None: no comparison
    before: Version | None = None
    #: rules that differ, or that only one of both versions has
    compared: frozenset[str] = frozenset()
    since: str = ""
    until: str = "~"
    #: count only what happens in the stage's own account and region
    here: bool = False


class _At:
    """An event, where it was read, and what it is about."""

    def __init__(self, event: Event, place: str, line: int) -> None:
        self.event = event
        self.place = place
        self.line = line

    @cached_property
    def resource(self) -> str:
        """Asked of the event only if a rule would run."""
        about = names.resource(self.event)
        return about["arn"] or about["id"] or ""


class Counting:
    """Counts events into `tally`, which whoever gives them may replace."""

    def __init__(self, job: Job, seen: Seen) -> None:
        self.tally = Tally()
        self._job = job
        self._seen = seen
        self._now = Listeners(job.now)
        self._before = Listeners(job.before) if job.before and job.before.plans else None
        self._hours: dict[str, None] = {}

    def event(self, record: Delivered, place: str, line: int) -> None:
        """Count one event. Raises Broken."""
        time, tally = self._time(record.time), self.tally
        if not self._job.since <= time <= self._job.until:
            tally.outside += 1
            return
        woken = self._now.to(record)
        was_woken = self._before.to(record) if self._before else _NOBODY
        tally.events += 1
        tally.kinds[record.kind] += 1
        tally.hours.add(time[:13])
        if woken or was_woken:
            self._awake(_read(record, place, line), woken, was_woken)

    def _time(self, time: str) -> str:
        """The time as EventBridge writes it; each hour is looked at closely once."""
        if len(time) == _CANONICAL and time[:13] in self._hours:
            return time
        try:
            time = iso(time, "its time")
        except EventError as error:
            raise Broken(str(error)) from error
        if len(self._hours) > _MOST_HOURS:
            self._hours.clear()
        self._hours[time[:13]] = None
        return time

    def _awake(self, at: _At, woken: list[str], was_woken: list[str]) -> None:
        elsewhere = self._is_elsewhere(at.event)
        if elsewhere and self._job.here:
            for rule in woken:
                self.tally.rule(rule).elsewhere += 1
            return
        if self._seen.before(f"{at.event.road} {at.event.identity}"):
            self.tally.duplicates += 1
            for rule in woken:
                self.tally.rule(rule).duplicates += 1
            return
        for rule in woken:
            self.tally.rule(rule).elsewhere += elsewhere
        now = {rule: self._ruled(at, rule) for rule in woken}
        if self._job.compared:
            self._compare(at, now, was_woken)

    def _is_elsewhere(self, event: Event) -> bool:
        stage = self._job.now.stage
        return event.region != stage["region"] or event.account != stage["account"]

    def _ruled(self, at: _At, rule: str) -> Ruling:
        tally, ruled = self.tally.rule(rule), ruling(self._job.now, rule, at.event)
        tally.matched += 1
        for criterion in ruled.unmet:
            tally.unmet.add(criterion)
        if ruled.failure is not None:
            tally.failures.add(ruled.failure)
        _fire(tally.fired, at, ruled.admitted)
        return ruled

    def _compare(self, at: _At, now: dict[str, Ruling], was_woken: list[str]) -> None:
        before = self._job.before
        for rule in self._job.compared.intersection([*now, *was_woken]):
            new = now.get(rule, NOTHING).admitted
            old = NOTHING.admitted
            if before is not None and rule in was_woken:
                old = ruling(before, rule, at.event).admitted
            _fire(self.tally.rule(rule).newly, at, new - old)
            _fire(self.tally.rule(rule).no_longer, at, old - new)


def _read(record: Delivered, place: str, line: int) -> _At:
    """The event as the engine reads it. Raises Broken."""
    try:
        [event] = normalise(loaded(record.payload))
    except (EventError, ValueError, RecursionError) as error:
        raise Broken(str(error)) from error
    return _At(event, place, line)


def loaded(payload: bytes) -> Any:
    """JSON as Lambda reads it, three times as fast where nothing is odd."""
    try:
        return _decode(payload)
    except msgspec.DecodeError:
        return json.loads(payload)


def _fire(fired: Fired, at: _At, admitted: frozenset[int]) -> None:
    if not admitted:
        return
    event = at.event
    actor = names.actor(event)
    example = Example(
        time=event.time,
        identity=event.identity[:_LONGEST],
        element=min(admitted),
        resource=at.resource[:_LONGEST],
        actor=((actor["name"] or "") if actor else "")[:_LONGEST],
        place=at.place,
        line=at.line,
    )
    fired.add(example, len(admitted))
