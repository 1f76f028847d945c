"""One process's work: an input read from its first byte to its last, or a batch of records.

`pool` makes one `Worker` in each process. What cannot be read is counted and told by file and
line, and stops nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from opsloop.backtest.counting import Counting, Job
from opsloop.backtest.envelopes import deliveries
from opsloop.backtest.forms import Batch
from opsloop.backtest.gathering import Gathered
from opsloop.backtest.inflating import Damaged, inflated
from opsloop.backtest.places import Input
from opsloop.backtest.reading import batches
from opsloop.backtest.records import Broken, Delivered, Undelivered
from opsloop.backtest.seen import Seen
from opsloop.backtest.sources import Sources
from opsloop.backtest.tally import Tally

#: told of bytes as they lie there, and of records, as they are done
Told = Callable[[int, int], None]


class Part(NamedTuple):
    """What a piece of work comes to: counts, and executions whose guards are yet to be asked."""

    tally: Tally
    gathered: Gathered


class Worker:
    """Has its own matcher, evaluators and connections."""

    def __init__(self, job: Job, seen: Seen, told: Told) -> None:
        self._job = job
        self._counting = Counting(job, seen)
        self._sources = Sources()
        self._told = told

    def inputs(self, inputs: tuple[Input, ...]) -> Part:
        """What a few inputs come to."""
        part = self._part()
        for one in inputs:
            part.tally.inputs += 1
            self._input(one.place)
        return part

    def batch(self, place: str, batch: Batch) -> Part:
        """What a batch of an input comes to, that somebody else has read."""
        part = self._part()
        self._count(place, batch)
        return part

    def _part(self) -> Part:
        part = Part(Tally(), Gathered(self._job.folder))
        self._counting.tally, self._counting.gathered = part
        return part

    def _input(self, place: str) -> None:
        line = 0
        try:
            pieces = inflated(self._sources.pieces(place), lambda size: self._told(size, 0))
            for batch in batches(pieces):
                self._count(place, batch)
                line = batch.lines[-1] if batch.lines else line
        except unreadable() as error:
            self._counting.tally.breaks(place, line, str(error))

    def _count(self, place: str, batch: Batch) -> None:
        counting, alarms = self._counting, self._job.alarms
        tally, undelivered = counting.tally, Counter[Undelivered]()
        for item, line in zip(batch.items, batch.lines, strict=True):
            try:
                for record in deliveries(item, alarms):
                    if isinstance(record, Delivered):
                        counting.event(record, place, line)
                    elif isinstance(record, Undelivered):
                        undelivered[record] += 1
                    else:
                        tally.breaks(place, line, str(record))
            except Broken as broken:
                tally.breaks(place, line, str(broken))
            except RecursionError:
                tally.breaks(place, line, "found JSON that is nested too deep")
            tally.size += len(item)
        for record, count in undelivered.items():
            tally.keep(record.kind, record.reason, count)
        self._told(0, len(batch.items))


def unreadable() -> tuple[type[Exception], ...]:
    """What an input may raise that stops neither the others nor the whole."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow

    return (Damaged, OSError, BotoCoreError, ClientError)
