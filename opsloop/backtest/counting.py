"""Events counted: in the time range or not, whom they wake, what their criteria say.

One `Counting` for each process; `worker` gives it events. Pure but for the table of events
seen before, which all processes share.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.errors import EventError
from chalicelib.events import names
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.events.shape import iso
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.gathering import Gathered, Row
from opsloop.backtest.listening import Listeners
from opsloop.backtest.records import Broken, Delivered
from opsloop.backtest.ruling import NOTHING, Ruling, Version, ruling
from opsloop.backtest.seen import Seen
from opsloop.backtest.tally import Example, Tally

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
    #: where executions wait for their guards, and the rules whose executions do
    folder: Path
    gathered: frozenset[str] = frozenset()
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

    def example(self, element: int) -> Example:
        """One execution for the event."""
        return self._example._replace(element=element)

    @cached_property
    def _example(self) -> Example:
        """Asked of the event only if a rule would run."""
        event, about, actor = self.event, names.resource(self.event), names.actor(self.event)
        return Example(
            time=event.time,
            identity=event.identity[:_LONGEST],
            element=0,
            resource=(about["arn"] or about["id"] or "")[:_LONGEST],
            actor=((actor["name"] or "") if actor else "")[:_LONGEST],
            place=self.place,
            line=self.line,
        )


class Counting:
    """Counts events into `tally`, and gathers what guards are to be asked about.

    Whoever gives events may replace both.
    """

    def __init__(self, job: Job, seen: Seen) -> None:
        self.tally = Tally()
        self.gathered = Gathered(job.folder)
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
        before = {rule: self._was_ruled(at, rule) for rule in was_woken}
        for rule in self._job.gathered.intersection([*now, *before]):
            self._gather(at, rule, now.get(rule, NOTHING), before.get(rule, NOTHING))

    def _is_elsewhere(self, event: Event) -> bool:
        stage = self._job.now.stage
        return event.region != stage["region"] or event.account != stage["account"]

    def _ruled(self, at: _At, rule: str) -> Ruling:
        tally, ruled = self.tally.rule(rule), ruling(self._job.now, rule, at.event)
        tally.matched += 1
        for criterion in ruled.unmet:
            tally.unmet.add(criterion)
        for failure in ruled.failures:
            tally.failures.add(failure)
        if ruled.admitted:
            tally.fired.add(at.example(min(ruled.admitted)), len(ruled.admitted))
        return ruled

    def _was_ruled(self, at: _At, rule: str) -> Ruling:
        before = self._job.before
        return NOTHING if before is None else ruling(before, rule, at.event)

    def _gather(self, at: _At, rule: str, now: Ruling, before: Ruling) -> None:
        elements = sorted({*now.admitted, *before.admitted})
        if not elements:
            return
        event = at.event
        where, seconds = f"{event.account} {event.region}", _seconds(event.time)
        for element in elements:
            asked = now.admitted.get(element), before.admitted.get(element)
            example = at.example(element)
            self.gathered.add(Row(rule, where, seconds, example.identity, element, *asked, example))


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


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
