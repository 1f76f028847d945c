"""Inputs spread over processes, and what they count added up.

A task is a handful of small files, or one large one. A file that is more than its share, and
standard input, are read here and handed out batch by batch. Tasks in flight are bounded, so
memory is, however much there is to read. Processes are spawned: nothing is inherited.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import chain, islice
from multiprocessing import RawArray, get_context
from threading import Lock
from typing import Any, NamedTuple

from opsloop.backtest.counting import Job
from opsloop.backtest.forms import Batch
from opsloop.backtest.gathering import Gathered
from opsloop.backtest.inflating import inflated
from opsloop.backtest.places import STDIN, Input
from opsloop.backtest.reading import batches
from opsloop.backtest.seen import Seen
from opsloop.backtest.sources import Sources
from opsloop.backtest.tally import Tally
from opsloop.backtest.worker import Part, Told, Worker, unreadable

#: a task's bytes, as they lie there
_SHARE = 1 << 20
_MOST_FILES = 64
#: so many inputs are looked at before the first is read, to see how to share them out
_LOOKED_AT = 10_000
#: a smaller file is one task, whatever its share
_LARGE = 16 << 20
#: less is not worth a process
_SMALL = 1 << 21
_TICK = 0.1


class Meter:
    """Bytes and records done so far, by all processes; `total` is None until it is known."""

    def __init__(self, lock: Any, total: int | None) -> None:
        self._lock = lock
        self._counts: Any = RawArray("Q", 2)
        self.total = total

    def add(self, size: int, records: int) -> None:
        """Done."""
        with self._lock:
            self._counts[0] += size
            self._counts[1] += records

    @property
    def size(self) -> int:
        """Bytes as they lie there."""
        return int(self._counts[0])

    @property
    def records(self) -> int:
        """Records, of whatever kind."""
        return int(self._counts[1])


Watch = Callable[[Meter], None]


class Counted(NamedTuple):
    """All that was counted, and gathered for the guards."""

    tally: Tally
    gathered: Gathered
    #: some duplicates may have been taken for new events
    forgetful: bool

    def add(self, part: Part) -> None:
        """A piece of it."""
        self.tally.merge(part.tally)
        self.gathered.merge(part.gathered)


class _Plan(NamedTuple):
    """Tasks for whole processes, and inputs to be handed out batch by batch."""

    tasks: Iterator[tuple[Input, ...]]
    shared: list[Input]
    workers: int
    #: bytes in all; None where there are too many inputs to tell
    total: int | None


def count(job: Job, inputs: Iterable[Input], workers: int, watch: Watch) -> Counted:
    """Everything in the inputs. `watch` is called now and then."""
    context = get_context("spawn")
    plan = _plan(iter(inputs), workers)
    counted = Counted(Tally(), Gathered(job.folder), forgetful=False)
    if plan.workers == 1:
        meter, seen = Meter(Lock(), plan.total), Seen()
        _alone(counted, Worker(job, seen, _telling(meter, watch)), plan)
        return counted._replace(forgetful=seen.full)
    meter, seen = Meter(context.Lock(), plan.total), Seen(context)
    given = (job, seen, meter)
    with ProcessPoolExecutor(plan.workers, context, _begin, given) as pool:
        try:
            _together(counted, pool, plan, meter, watch)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return counted._replace(forgetful=seen.full)


def _plan(inputs: Iterator[Input], workers: int) -> _Plan:
    head = list(islice(inputs, _LOOKED_AT))
    if len(head) == _LOOKED_AT:
        return _Plan(_grouped(chain(head, inputs)), [], workers, None)
    total = sum(one.size for one in head)
    share = max(_LARGE, total // workers)
    shared = [one for one in head if one.place == STDIN or one.size > share]
    enough = 1 if total < _SMALL and not any(one.place == STDIN for one in head) else workers
    return _Plan(_grouped(one for one in head if one not in shared), shared, enough, total)


def _grouped(inputs: Iterable[Input]) -> Iterator[tuple[Input, ...]]:
    group, size = list[Input](), 0
    for one in inputs:
        group.append(one)
        size += one.size
        if size >= _SHARE or len(group) >= _MOST_FILES:
            yield tuple(group)
            group, size = [], 0
    if group:
        yield tuple(group)


def _telling(meter: Meter, watch: Watch) -> Told:
    def told(size: int, records: int) -> None:
        meter.add(size, records)
        watch(meter)

    return told


def _alone(counted: Counted, worker: Worker, plan: _Plan) -> None:
    for task in chain(plan.tasks, ((one,) for one in plan.shared)):
        counted.add(worker.inputs(task))


def _together(
    counted: Counted, pool: ProcessPoolExecutor, plan: _Plan, meter: Meter, watch: Watch
) -> None:
    pending = set[Future[Part]]()
    for submitted in chain(_tasks(pool, plan), _batches(pool, plan, meter, counted.tally)):
        pending.add(submitted)
        while len(pending) > 2 * plan.workers:
            pending = _collect(pending, counted)
            watch(meter)
    while pending:
        pending = _collect(pending, counted)
        watch(meter)


def _collect(pending: set[Future[Part]], counted: Counted) -> set[Future[Part]]:
    done, left = wait(pending, _TICK, FIRST_COMPLETED)
    for future in done:
        counted.add(future.result())
    return left


def _tasks(pool: ProcessPoolExecutor, plan: _Plan) -> Iterator[Future[Part]]:
    for task in plan.tasks:
        yield pool.submit(_inputs, task)


def _batches(
    pool: ProcessPoolExecutor, plan: _Plan, meter: Meter, tally: Tally
) -> Iterator[Future[Part]]:
    sources = Sources()
    for one in plan.shared:
        tally.inputs += 1
        line = 0
        try:
            pieces = inflated(sources.pieces(one.place), lambda size: meter.add(size, 0))
            for batch in batches(pieces):
                yield pool.submit(_batch, one.place, batch)
                line = batch.lines[-1] if batch.lines else line
        except unreadable() as error:
            tally.breaks(one.place, line, str(error))


_workers: list[Worker] = []


def _begin(job: Job, seen: Seen, meter: Meter) -> None:
    """Make this process's worker; whoever interrupts speaks to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _workers.append(Worker(job, seen, meter.add))


def _inputs(inputs: tuple[Input, ...]) -> Part:
    return _workers[0].inputs(inputs)


def _batch(place: str, batch: Batch) -> Part:
    return _workers[0].batch(place, batch)
