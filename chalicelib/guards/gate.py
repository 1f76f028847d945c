"""The guards that need no counting: pause, deadline, window. Pure; asked before all else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.guards.limits import Refusal
from chalicelib.guards.times import clock_time
from chalicelib.guards.windows import is_open, opens_at
from chalicelib.plan import Guard, Window


@dataclass(frozen=True, slots=True)
class Pause:
    """What a person stopped, until when. `what` is `all`, `pack:<name>` or `rule:<name>`."""

    what: str
    until: float
    by: str
    why: str = ""


def closed(
    guard: Guard | None, pauses: Iterable[Pause], *, rule: str, pack: str, now: float, then: float
) -> Refusal | None:
    """The first of them that is closed. `then` is the event's time."""
    return next(_closed(guard, pauses, (f"rule:{rule}", f"pack:{pack}", "all"), now, then), None)


def _closed(
    guard: Guard | None,
    pauses: Iterable[Pause],
    names: tuple[str, ...],
    now: float,
    then: float,
) -> Iterator[Refusal]:
    for pause in pauses:
        if pause.what in names and pause.until > now:
            why = f": {pause.why}" if pause.why else ""
            reason = f"{pause.what} paused by {pause.by} until {clock_time(pause.until)}{why}"
            yield Refusal("pause", reason, pause.until, certain=False)
    if guard is None:
        return
    if (deadline := guard["deadline"]) is not None and now - then > deadline:
        yield Refusal("deadline", f"the event is {now - then:.0f} s old, at most {deadline:g} s")
    if (window := guard["window"]) is not None and not is_open(window, now):
        yield _shut(window, now)


def _shut(window: Window, now: float) -> Refusal:
    opens = opens_at(window, now)
    when = f"opens at {clock_time(opens)}" if opens is not None else "does not open within a week"
    return Refusal("window", f"closed in {window['zone']}, {when}", opens)
