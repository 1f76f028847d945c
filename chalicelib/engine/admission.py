"""Admission: may this execution run? Every guard is asked, and all are charged at once.

What is read of the guards' memory is written back in the transaction that puts the
execution, if nobody has changed it meanwhile; else it is read again. So a conflict is never
a refusal, and a refusal is always arithmetic on numbers that were true.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.engine.ports import Ports
from chalicelib.errors import Conflict, JournalError
from chalicelib.guards import limits
from chalicelib.guards.limits import Refusal
from chalicelib.guards.state import Memory
from chalicelib.journal.memory import Remembered, Written, changes
from chalicelib.journal.record import Execution
from chalicelib.plan import Guard

#: how often a conflict is tried again, and the longest first pause, in seconds
ATTEMPTS = 14
PAUSE = 0.02
LONGEST_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The execution is there already."""

    there: Execution


def remembers(guard: Guard | None) -> bool:
    """Whether the guard keeps anything between executions."""
    return guard is not None and bool(
        guard["cooldown"] or guard["rate"] or guard["lock"] or guard["breaker"]
    )


def admit(
    execution: Execution, guard: Guard | None, read: Remembered | None, ports: Ports
) -> Duplicate | Refusal | None:
    """None where it is admitted. `read` is what a first look at the guards' memory gave."""
    if guard is None or read is None:
        there = ports.journal.admit(execution)
        return None if there is None else Duplicate(there)
    for attempt in range(ATTEMPTS):
        now = ports.clock.now()
        charged = limits.admit(guard, read.memory, execution.id, now)
        if isinstance(charged, Refusal):
            return charged
        try:
            there = ports.journal.admit(execution, list(changes(read, charged)))
        except Conflict:
            _pause(attempt, ports)
            read = ports.journal.remembered(execution.rule, read.key)
        else:
            return None if there is None else Duplicate(there)
    raise _crowded(execution)


def close(execution: Execution, guard: Guard | None, ports: Ports) -> None:
    """Write the execution's end, and with it what its guards get back."""
    if guard is None or not _settles(guard, execution):
        ports.journal.close(execution)
        return
    failed = execution.status == "failed"

    def after(memory: Memory) -> Memory:
        return limits.finish(guard, memory, execution.id, ports.clock.now(), failed=failed)

    _with_guards(execution, ports, after, ports.journal.close)


def take(there: Execution, taken: Execution, guard: Guard | None, ports: Ports) -> bool | Refusal:
    """Take an execution over, with its lock; False where somebody else was faster."""
    if guard is None or guard["lock"] is None:
        return ports.journal.take(there, taken)
    for attempt in range(ATTEMPTS):
        read = ports.journal.remembered(there.rule, there.key or "")
        held = limits.hold(guard, read.memory, there.id, ports.clock.now())
        if isinstance(held, Refusal):
            return held
        try:
            return ports.journal.take(there, taken, list(changes(read, held)))
        except Conflict:
            _pause(attempt, ports)
    raise _crowded(there)


def suspend(execution: Execution, guard: Guard | None, ports: Ports, until: float) -> None:
    """Write down that the execution waits; a lock that it holds is held until then as well."""
    if guard is None or guard["lock"] is None:
        ports.journal.record(execution)
        return

    def after(memory: Memory) -> Memory:
        return limits.extend(guard, memory, execution.id, until)

    _with_guards(execution, ports, after, ports.journal.record)


def _with_guards(
    execution: Execution,
    ports: Ports,
    after: Callable[[Memory], Memory],
    write: Callable[[Execution, list[Written]], None],
) -> None:
    """Write the execution and what its guards then remember, together."""
    for attempt in range(ATTEMPTS):
        read = ports.journal.remembered(execution.rule, execution.key or "")
        try:
            write(execution, list(changes(read, after(read.memory))))
        except Conflict:
            _pause(attempt, ports)
        else:
            return
    raise _crowded(execution)


def _settles(guard: Guard, execution: Execution) -> bool:
    """Whether an end changes what a guard remembers; else closing costs one write."""
    cooldown = guard["cooldown"]
    refunds = cooldown is not None and cooldown["after"] == "success"
    failed = execution.status == "failed"
    return guard["lock"] is not None or (failed and (refunds or guard["breaker"] is not None))


def _pause(attempt: int, ports: Ports) -> None:
    longest = min(LONGEST_PAUSE, PAUSE * 2**attempt)
    ports.clock.sleep(longest * random.random())  # noqa: S311 - jitter, not a secret


def _crowded(execution: Execution) -> JournalError:
    return JournalError(
        f"{execution.rule}: execution {execution.id} met {ATTEMPTS} conflicts on its guards: "
        "too many events at once for one key"
    )
