"""One process's work: an input read from its first byte to its last, or a batch of records.

`pool` makes one `Worker` in each process. What cannot be read is counted and told by file and
line, and stops nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from opsloop.backtest.counting import Counting, Job
from opsloop.backtest.envelopes import deliveries
from opsloop.backtest.forms import Batch
from opsloop.backtest.inflating import Damaged, inflated
from opsloop.backtest.reading import batches
from opsloop.backtest.records import Broken, Delivered, Undelivered
from opsloop.backtest.seen import Seen
from opsloop.backtest.sources import Input, Sources
from opsloop.backtest.tally import Tally

#: told of bytes as they lie there, and of records, as they are done
Told = Callable[[int, int], None]


class Worker:
    """Has its own matcher, evaluators and connections."""

    def __init__(self, job: Job, seen: Seen, told: Told) -> None:
        self._alarms = job.alarms
        self._counting = Counting(job, seen)
        self._sources = Sources()
        self._told = told

    def inputs(self, inputs: tuple[Input, ...]) -> Tally:
        """What a few inputs come to."""
        tally = self._counting.tally = Tally()
        for one in inputs:
            tally.inputs += 1
            self._input(one.place)
        return tally

    def batch(self, place: str, batch: Batch) -> Tally:
        """What a batch of an input comes to, that somebody else has read."""
        tally = self._counting.tally = Tally()
        self._count(place, batch)
        return tally

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
        counting, alarms = self._counting, self._alarms
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
