"""A compiled guard as its rule spells it: durations, rates, weekly hours. Pure.

Called by `terms`, and by `safeguards` for what was loosened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from chalicelib.plan import Blast, Bounds, Breaker, Cooldown, Guard, Hours, Lock, Rate, Window
from opsloop.compiler.guards import LONGEST_RUN
from opsloop.rules.durations import spelled

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = 24 * 60
#: from so many days on that follow each other, the first and the last stand for them
_SPAN = 3


def guard(given: Guard, *, alarm: bool) -> dict[str, Any]:
    """What the guard says beyond its defaults; a rule that an alarm wakes reads it again."""
    rates = [rate(one) for one in given["rate"]]
    recheck = None if given["recheck"] == alarm else given["recheck"]
    said: dict[str, Any] = {
        "key": given["key"] and given["key"]["text"],
        "cooldown": given["cooldown"] and cooldown(given["cooldown"]),
        "rate": rates[0] if len(rates) == 1 else rates or None,
        "lock": given["lock"] and lock(given["lock"]),
        "blast": given["blast"] and blast(given["blast"]),
        "only": bounds(given["only"]) if "only" in given else None,
        "except": bounds(given["spares"]) if "spares" in given else None,
        "window": given["window"] and window(given["window"]),
        "deadline": given["deadline"] and spelled(given["deadline"]),
        "breaker": given["breaker"] and breaker(given["breaker"]),
        "allow_self": given["allow_self"] or None,
        "recheck": recheck,
    }
    return {key: one for key, one in said.items() if one is not None}


def cooldown(given: Cooldown) -> Any:
    """`15m`, or with what gives it back."""
    rest = spelled(given["seconds"])
    return rest if given["after"] == "any" else {"for": rest, "after": given["after"]}


def rate(given: Rate) -> Any:
    """`5/1h`, or with what it counts."""
    limit = f"{given['limit']}/{spelled(given['seconds'])}"
    return limit if given["per"] == "rule" else {"limit": limit, "per": given["per"]}


def lock(given: Lock) -> Any:
    """`key` or `rule`, or with another lease than every lock has."""
    if given["lease"] == LONGEST_RUN:
        return given["per"]
    return {"per": given["per"], "lease": spelled(given["lease"])}


def blast(given: Blast) -> dict[str, Any]:
    """Its bounds; to refuse what is above them goes without saying."""
    said: dict[str, Any] = {
        "targets": given["targets"]["text"],
        "max": given["max"],
        "percent": given["percent"],
        "of": given["of"] and given["of"]["text"],
        "over": None if given["over"] == "refuse" else given["over"],
    }
    return {key: one for key, one in said.items() if one is not None}


def bounds(given: Bounds) -> dict[str, Any]:
    """By ARN, by tag, or both."""
    return {key: one for key, one in given.items() if one}


def window(given: Window) -> dict[str, Any]:
    """Weekly hours and their zone; the zone's changes of the clock are no one's to review."""
    said = {key: _weekly(given[key]) for key in ("only", "never")}
    there = {key: one for key, one in said.items() if one}
    return there if given["zone"] == "UTC" else {**there, "timezone": given["zone"]}


def breaker(given: Breaker) -> dict[str, Any]:
    """So many failures in this time."""
    return {"failures": given["failures"], "within": spelled(given["within"])}


def _weekly(given: Iterable[Hours]) -> Any:
    said = [hours(one) for one in given]
    return said[0] if len(said) == 1 else said


def hours(given: Hours) -> str:
    """`Mon-Fri 08:00-19:00`; neither every day nor the whole day is said."""
    days = "" if len(given["days"]) == len(_DAYS) else _days(given["days"])
    whole = given["begin"] == given["end"] == 0
    begin, end = given["begin"], given["end"] or _DAY
    clock = "" if whole and days else f"{_clock(begin)}-{_clock(end)}"
    return " ".join(filter(None, (days, clock)))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(days: list[int]) -> str:
    return ",".join(map(_span, _runs(days)))


def _runs(days: list[int]) -> list[list[int]]:
    """Days that follow each other, together."""
    runs = [[days[0]]]
    for before, day in pairwise(days):
        if day == before + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _span(run: list[int]) -> str:
    if len(run) < _SPAN:
        return ",".join(_DAYS[day] for day in run)
    return f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}"


def settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """A stage's settings with its bounds and its question as rules/opsloop.yaml has them."""
    said = {key: one for key, one in given.items() if key != "spares"}
    if given.get("approvers"):
        approvers = given["approvers"]
        said["approvers"] = {**approvers, "within": spelled(approvers["within"])}
    if "spares" in given:
        said["except"] = bounds(given["spares"])
    return said
