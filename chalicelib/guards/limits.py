"""The guards that count: cooldown, rate, lock, breaker. Pure arithmetic on `Memory`.

`admit` charges them all or none, and says which one refused and why, in numbers. `finish`
gives back what an execution's end gives back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.guards.state import Hold, Memory, State
from chalicelib.guards.times import clock_time
from chalicelib.plan import Cooldown, Guard, Lock, Rate


@dataclass(frozen=True, slots=True)
class Refusal:
    """A guard that said no: which, with its arithmetic, and until when it will say so."""

    guard: str
    reason: str
    #: epoch seconds; None where nobody knows
    until: float | None = None
    #: whom it holds back: the whole rule, or this key
    per: Literal["rule", "key"] = "rule"
    #: nothing opens it before `until`
    certain: bool = True
    #: the execution that closed it
    by: str | None = None


def admit(guard: Guard, memory: Memory, execution: str, now: float) -> Memory | Refusal:
    """The memory with this execution charged to every guard, or the first refusal."""
    refusal = peek(guard, memory, now)
    return refusal if refusal is not None else _charged(guard, memory, execution, now)


def peek(guard: Guard, memory: Memory, now: float) -> Refusal | None:
    """The first guard that is closed now; charges nothing."""
    return next(_refusals(guard, memory, now), None)


def demoted(guard: Guard, memory: Memory, now: float) -> str | None:
    """Why the rule only observes now: its breaker has seen too many failures. None if not."""
    breaker = guard["breaker"]
    if breaker is None:
        return None
    recent = _within(memory.rule.failures, breaker["within"], now)
    if len(recent) < breaker["failures"]:
        return None
    until = clock_time(recent[-breaker["failures"]] + breaker["within"])
    return f"{len(recent)} failures since {clock_time(recent[0])}, observing until {until}"


def finish(guard: Guard, memory: Memory, execution: str, now: float, *, failed: bool) -> Memory:
    """The memory after an execution's end."""
    key, rule = _released(memory.key, execution), _released(memory.rule, execution)
    cooldown = guard["cooldown"]
    if failed and cooldown and cooldown["after"] == "success" and _holds(key.cooldown, execution):
        key = replace(key, cooldown=None)
    breaker = guard["breaker"]
    if failed and breaker:
        recent = _within(rule.failures, breaker["within"], now)
        latest = sorted((*recent, now))[-breaker["failures"] :]
        rule = replace(rule, failures=tuple(latest))
    return Memory(rule, key)


def hold(guard: Guard, memory: Memory, execution: str, now: float) -> Memory | Refusal:
    """The memory where an execution that goes on has its lock again; refused while it is another's.

    A lock outlives whoever lost its function only by its lease: then it may be somebody else's.
    """
    lock = guard["lock"]
    if lock is None:
        return memory
    state = _state(lock["per"], memory)
    if not _holds(state.lock, execution):
        for refusal in _locked(lock, memory, now):
            return refusal
    since = state.lock.since if state.lock is not None and _holds(state.lock, execution) else now
    held = replace(state, lock=Hold(execution, since, now + lock["lease"]))
    return replace(memory, **{lock["per"]: held})


def extend(guard: Guard, memory: Memory, execution: str, until: float) -> Memory:
    """The memory where the execution keeps its lock beyond a time at which it goes on."""
    lock = guard["lock"]
    if lock is None:
        return memory
    state = _state(lock["per"], memory)
    if state.lock is None or state.lock.by != execution:
        return memory
    longer = replace(state, lock=replace(state.lock, until=until + lock["lease"]))
    return replace(memory, **{lock["per"]: longer})


def _refusals(guard: Guard, memory: Memory, now: float) -> Iterator[Refusal]:
    if guard["cooldown"] and (hold := memory.key.cooldown) and hold.until > now:
        reason = f"resting since {clock_time(hold.since)} until {clock_time(hold.until)}"
        certain = guard["cooldown"]["after"] == "any"
        yield Refusal("cooldown", reason, hold.until, "key", certain, hold.by)
    for rate in guard["rate"]:
        yield from _over(rate, _state(rate["per"], memory), now)
    if lock := guard["lock"]:
        yield from _locked(lock, memory, now)


def _over(rate: Rate, state: State, now: float) -> Iterator[Refusal]:
    used = _within(state.used.get(name_of(rate), ()), rate["seconds"], now)
    if len(used) >= rate["limit"]:
        # room comes back when the oldest of the last `limit` no longer counts
        until = used[-rate["limit"]] + rate["seconds"]
        reason = f"{len(used)} of {rate['limit']} used since {clock_time(used[0])}"
        yield Refusal("rate", reason, until, rate["per"])


def _locked(lock: Lock, memory: Memory, now: float) -> Iterator[Refusal]:
    hold = _state(lock["per"], memory).lock
    if hold is not None and hold.until > now:
        reason = f"held by {hold.by} since {clock_time(hold.since)}"
        yield Refusal("lock", reason, hold.until, lock["per"], certain=False, by=hold.by)


def _charged(guard: Guard, memory: Memory, execution: str, now: float) -> Memory:
    states = {"rule": memory.rule, "key": memory.key}
    if cooldown := guard["cooldown"]:
        states["key"] = _resting(states["key"], cooldown, execution, now)
    # a rate that the rule says twice, as 60/1h and 60/60m, is counted once
    rates = {(rate["per"], name_of(rate)): rate for rate in guard["rate"]}
    for rate in rates.values():
        states[rate["per"]] = _counted(states[rate["per"]], rate, now)
    if lock := guard["lock"]:
        hold = Hold(execution, now, now + lock["lease"])
        states[lock["per"]] = replace(states[lock["per"]], lock=hold)
    return Memory(states["rule"], states["key"])


def _resting(state: State, cooldown: Cooldown, execution: str, now: float) -> State:
    return replace(state, cooldown=Hold(execution, now, now + cooldown["seconds"]))


def _counted(state: State, rate: Rate, now: float) -> State:
    name = name_of(rate)
    recent = _within(state.used.get(name, ()), rate["seconds"], now)
    return state.with_used(name, tuple(sorted((*recent, now))))


def name_of(rate: Rate) -> str:
    """How a state calls a rate: another limit counts for itself."""
    return f"{rate['limit']}/{rate['seconds']:g}s"


def _state(per: str, memory: Memory) -> State:
    return memory.key if per == "key" else memory.rule


def _within(times: tuple[float, ...], seconds: float, now: float) -> tuple[float, ...]:
    """Those that still count; a time ahead of the clock counts too."""
    return tuple(sorted(time for time in times if time > now - seconds))


def _holds(hold: Hold | None, execution: str) -> bool:
    return hold is not None and hold.by == execution


def _released(state: State, execution: str) -> State:
    return replace(state, lock=None) if _holds(state.lock, execution) else state
