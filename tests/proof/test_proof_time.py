"""Time as people keep it and as events tell it: through the engine, by a clock of the test's own.

Windows over the days on which clocks change, leap days and ends of months, in zones that do
all of this differently; events late, early and out of order.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.guards.windows import is_open
from chalicelib.plan import Guard, Window
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, plan, step
from tests.guards.making import at, guard

pytestmark = pytest.mark.proof

HOUR, DAY = 3_600, 86_400
#: zones that change by an hour, by half of one, back for a month, or not at all
ZONES = [
    "Europe/Rome",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
]
YEARS = range(2026, 2030)
DAYS = ["2028-02-28", "2028-02-29", "2028-03-01", "2027-02-28", "2026-11-30", "2026-12-31"]


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _about_two(local: datetime) -> bool:
    """Sundays from 1:30 to 2:30, and the half-hours around Sunday's midnight."""
    minute, sunday = _minute(local), local.weekday() == 6
    about_midnight = minute < 30 if sunday else local.weekday() == 5 and minute >= 1_410
    return about_midnight or (sunday and 90 <= minute < 150)


Expected = Callable[[datetime], bool]
HOURS: dict[str, tuple[dict[str, Any], Expected]] = {
    "office": ({"only": "Mon-Fri 08:00-19:00"}, lambda t: t.weekday() < 5 and 8 <= t.hour < 19),
    "no weekend": ({"never": "Sat,Sun"}, lambda t: t.weekday() < 5),
    "night": ({"only": "22:30-06:15"}, lambda t: not 375 <= _minute(t) < 1_350),
    "changing": ({"only": ["Sun 01:30-02:30", "Sat 23:30-00:30"]}, _about_two),
}


class Rule:
    """One sandbox of a rule under a guard."""

    def __init__(self, made: Guard) -> None:
        self._world = World()
        self._world.actions.behaviours["act"] = lambda _tools: "done"
        made_plan = plan(then=[step("act", "act")], guard=made)
        self._engine = Engine(made_plan, STAGE, self._world.ports())
        self._numbers = itertools.count()

    def event(self, now: float, then: float | None = None, key: str = "i-1") -> Outcome:
        """What becomes of an event that arrives now; it happened then, or just now."""
        self._world.clock.at = now
        time = datetime.fromtimestamp(now if then is None else then, UTC).isoformat()
        detail: dict[str, Any] = {"instance-id": key, "state": "stopped"}
        payload = EVENT | {"id": f"e-{next(self._numbers)}", "time": time, "detail": detail}
        (outcome,) = self._engine.handle(payload, Invocation("r", now + 60))
        return outcome


def zone_of(name: str) -> ZoneInfo:
    """By the time zone database that rules are compiled with."""
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def changes(zone: ZoneInfo) -> Iterator[float]:
    """The quarter of a day before each change of a zone's clocks."""
    first = datetime(YEARS[0], 1, 1, tzinfo=UTC)
    moments = [first + timedelta(hours=6 * n) for n in range(4 * 366 * len(YEARS))]
    for before, after in itertools.pairwise(moments):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield before.timestamp()


def remarkable(zone: ZoneInfo) -> Iterator[float]:
    """Every minute around each change, and every seventh of leap days and ends of months."""
    for change in changes(zone):
        yield from (change + 60 * minute for minute in range(-180, 720))
    for day in DAYS:
        yield from (at(f"{day}T00:00:00") + 60 * minute for minute in range(0, 1_440, 7))


def window(hours: dict[str, Any], zone: str) -> Window:
    made = guard(window={**hours, "timezone": zone})["window"]
    assert made is not None
    return made


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", HOURS)
def test_a_window_is_open_when_the_clock_on_the_wall_says_so(zone: str, name: str) -> None:
    hours, expected = HOURS[name]
    made, info = window(hours, zone), zone_of(zone)
    for moment in remarkable(info):
        for second in (moment, moment + 59):
            local = datetime.fromtimestamp(second, UTC).astimezone(info)
            assert is_open(made, second) is expected(local), local


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", HOURS)
def test_a_refusal_ends_at_the_very_second_that_it_names(zone: str, name: str) -> None:
    """What a sandbox remembers of it ends then too, and is true until then."""
    hours, expected = HOURS[name]
    made, info = guard(window={**hours, "timezone": zone}), zone_of(zone)
    starts = [*changes(info), *(at(f"{day}T00:00:00") for day in DAYS)]
    for start in starts:
        rule = Rule(made)
        outcome = rule.event(start)
        if outcome.outcome == "succeeded":
            continue
        assert outcome.reason is not None
        before, _, opens = outcome.reason.rpartition(" opens at ")
        assert before == f"window: closed in {zone},"
        last = at(opens) - 1
        assert rule.event(last).outcome == "refused"
        assert rule.event(last + 1).outcome == "succeeded"
        moments = (datetime.fromtimestamp(t, UTC) for t in range(int(start), int(last), 60))
        assert not any(expected(moment.astimezone(info)) for moment in moments)


@pytest.mark.parametrize(
    "night", ["2026-03-29T00:30:00", "2026-10-25T00:30:00", "2028-02-29T23:30"]
)
def test_an_hour_is_sixty_minutes_on_every_night(night: str) -> None:
    start = at(night)
    rest, often = Rule(guard(cooldown="1h")), Rule(guard(rate=["2/1h", "3/1d"]))
    times = [0, 1, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR, DAY - 1, DAY, DAY + 1]
    yes, no = "succeeded", "refused"
    rested = [rest.event(start + t).outcome for t in times]
    assert rested == [yes, no, no, yes, no, yes, yes, no, no]
    counted = [often.event(start + t).outcome for t in times]
    assert counted == [yes, yes, no, yes, no, no, no, yes, yes]


def moments(seed: int) -> list[tuple[float, float]]:
    """Arrivals, seconds or hours apart, of events late by a day, early, and out of order."""
    noise, now = random.Random(seed), at("2026-11-23T10:00:00")
    found = []
    for _ in range(200):
        now += noise.choice([0, 1, 30, 59, 61, 600, 3_599, 3_601])
        found.append((now, now + noise.choice([0, -1, -600, -DAY, -30 * DAY, 60, HOUR, DAY])))
    return found


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    "given",
    [{"cooldown": "10m"}, {"rate": ["3/1h", {"limit": "2/10m", "per": "key"}]}, {"lock": "key"}],
    ids=["cooldown", "rate", "lock"],
)
def test_guards_count_by_arrival_whatever_time_an_event_tells(
    seed: int, given: dict[str, Any]
) -> None:
    true, told = Rule(guard(**given)), Rule(guard(**given))
    for number, (now, then) in enumerate(moments(seed)):
        key = f"i-{number % 3}"
        assert told.event(now, then, key).outcome == true.event(now, None, key).outcome


@pytest.mark.parametrize("seed", range(10))
def test_a_deadline_counts_by_the_events_own_time_and_nothing_else_does(seed: int) -> None:
    rule = Rule(guard(deadline="10m"))
    for now, then in moments(seed):
        outcome = rule.event(now, then)
        late = now - then > 600
        # an event at its very deadline comes in, and no step begins for it any more
        expected = "refused" if late else "failed" if now - then == 600 else "succeeded"
        assert outcome.outcome == expected
        assert (
            not late
            or outcome.reason == f"deadline: the event is {now - then:.0f} s old, at most 600 s"
        )
