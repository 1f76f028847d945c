"""A rule's guards, lowered: durations become seconds, hours minutes, zones their offsets."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from chalicelib.plan import Blast, Bounds, Breaker, Cooldown, Expr, Guard, Hours, Lock, Rate, Window
from opsloop.aws.names import nearest
from opsloop.compiler import bounding, given, zones
from opsloop.compiler.bench import Bench
from opsloop.compiler.names import Scope
from opsloop.expressions.types import Names
from opsloop.problems import Fault, Path
from opsloop.rules import guards as model
from opsloop.rules.fields import Duration
from opsloop.rules.model import Rule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: how long a lock outlives a holder that says nothing: Lambda's longest function
LONGEST_RUN = model.Lock().lease
_DAY = 24 * 60
_HOURS = re.compile(
    r"(?:(?P<days>[a-z]{3}(?:-[a-z]{3})?(?:\s*,\s*[a-z]{3}(?:-[a-z]{3})?)*)\s*)?"
    r"(?:(?P<h1>\d\d):(?P<m1>\d\d)\s*-\s*(?P<h2>\d\d):(?P<m2>\d\d))?"
)
_EXPECTED = "weekly hours, such as Mon-Fri 08:00-19:00, Sat,Sun or 22:00-06:00"


def guard_of(rule: Rule) -> model.Guard | None:
    """The rule's guard; that of an alarm's rule says at least that the alarm is read again."""
    if rule.guard is None and rule.trigger.kind == "alarm":
        return model.Guard()
    return rule.guard


def rechecks(rule: Rule) -> bool:
    """Whether a refused alarm is read again: alarms tell only of changes."""
    guard = guard_of(rule)
    if guard is None or rule.trigger.kind != "alarm":
        return False
    return guard.recheck is not False


def lowered(guard: model.Guard, bench: Bench, scope: Scope) -> Guard:
    """The guard of the plan; `bench` is told what is wrong with it."""
    return _Lowering(bench, scope).guard(guard)


class _Lowering:
    """One rule's `guard`."""

    def __init__(self, bench: Bench, scope: Scope) -> None:
        self._bench = bench
        self._scope = scope

    def guard(self, guard: model.Guard) -> Guard:
        made: Guard = {
            "key": self._expr(guard.key_, ("key",), self._scope.in_key()),
            "cooldown": _cooldown(guard.cooldown),
            "rate": [_rate(rate) for rate in guard.rate],
            "lock": _lock(guard.lock),
            "blast": self._blast(guard.blast),
            "window": self._window(guard.window),
            "deadline": guard.deadline,
            "breaker": _breaker(guard.breaker),
            "allow_self": guard.allow_self,
            "recheck": self._recheck(guard),
        }
        if guard.only is not None:
            made["only"] = self._resources(guard.only, "only")
        if guard.except_ is not None:
            made["spares"] = self._resources(guard.except_, "except")
        return made

    def _resources(self, resources: model.Resources, key: str) -> Bounds:
        self._bench.say(bounding.faults(resources), ("guard", key))
        return bounding.bounds_of(resources)

    def _recheck(self, guard: model.Guard) -> bool:
        if guard.recheck and self._scope.rule.trigger.kind != "alarm":
            self._say(("recheck",), "'recheck' in a rule that no alarm wakes", "no 'recheck'")
        return rechecks(self._scope.rule)

    def _blast(self, blast: model.Blast | None) -> Blast | None:
        if blast is None:
            return None
        names = self._scope.in_criteria()
        targets = self._expr(blast.targets, ("blast", "targets"), names)
        if targets is None:
            self._say(("blast",), "a blast radius without 'targets'", "a list of what it touches")
            return None
        if blast.max is None and blast.percent is None:
            self._say(("blast",), "a blast radius without a bound", "'max', or 'percent' with 'of'")
        if (blast.percent is None) != (blast.of is None):
            self._say(("blast",), "one of 'percent' and 'of'", "both: a share of a number")
        of = self._expr(blast.of, ("blast", "of"), names)
        self._bench.say(given.check_list(targets, names), ("guard", "blast", "targets"))
        if of is not None:
            self._bench.say(given.check_number(of, names), ("guard", "blast", "of"))
        return {
            "targets": targets,
            "max": blast.max,
            "percent": blast.percent,
            "of": of,
            "over": blast.over,
        }

    def _expr(self, data: Any, path: Path, names: Names) -> Expr | None:
        return None if data is None else self._bench.expr(data, ("guard", *path), names)

    def _window(self, window: model.Window | None) -> Window | None:
        if window is None:
            return None
        if not zones.known(window.timezone):
            meant = nearest(window.timezone, zones.names())
            expected = "a time zone of the IANA database, such as Europe/Rome"
            self._say(("window", "timezone"), f"'{window.timezone}'", expected, meant)
            return None
        return {
            "only": list(self._hours(window.only, "only")),
            "never": list(self._hours(window.never, "never")),
            "zone": window.timezone,
            "offsets": zones.offsets(window.timezone),
        }

    def _hours(self, texts: list[str], key: str) -> Iterator[Hours]:
        for place, text in enumerate(texts):
            hours = parse_hours(text)
            if hours is None:
                self._say(("window", key, place), f"'{text}'", _EXPECTED)
            else:
                yield hours

    def _say(self, path: Path, found: str, expected: str, correction: str | None = None) -> None:
        self._bench.say([Fault(found, expected, correction, path)], ("guard",))


def parse_hours(text: str) -> Hours | None:
    """`Mon-Fri 08:00-19:00` as days and minutes; None for what is no such thing."""
    found = _HOURS.fullmatch(text.strip().lower())
    if found is None or not found.group():
        return None
    days = _days(found["days"]) if found["days"] else list(range(7))
    begin, end = (
        _minute(found["h1"] or "00", found["m1"] or "00"),
        _minute(found["h2"] or "24", found["m2"] or "00"),
    )
    if days is None or begin is None or end is None or begin == _DAY:
        return None
    return {"days": days, "begin": begin, "end": end % _DAY}


def _days(text: str) -> list[int] | None:
    days: set[int] = set()
    for part in re.split(r"\s*,\s*", text):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return None
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return sorted(days)


def _minute(hour: str, minute: str) -> int | None:
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= _DAY else None  # noqa: PLR2004 - a clock's


def _cooldown(cooldown: model.Cooldown | None) -> Cooldown | None:
    return None if cooldown is None else {"seconds": cooldown.for_, "after": cooldown.after}


def _rate(rate: model.Rate) -> Rate:
    number, _, duration = rate.limit.partition("/")
    return {"limit": int(number), "seconds": _seconds(duration), "per": rate.per}


@functools.cache
def _durations() -> TypeAdapter[float]:
    return TypeAdapter(Duration)


def _seconds(duration: str) -> float:
    return _durations().validate_python(duration)


def _lock(lock: model.Lock | None) -> Lock | None:
    return None if lock is None else {"per": lock.per, "lease": lock.lease}


def _breaker(breaker: model.Breaker | None) -> Breaker | None:
    if breaker is None:
        return None
    return {"failures": breaker.failures, "within": breaker.within}
