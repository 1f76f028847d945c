"""Blast radius and the guards that need no counting."""

from __future__ import annotations

import pytest

from chalicelib.guards.blast import Allowed, bound, countable
from chalicelib.guards.gate import Pause, closed
from chalicelib.guards.limits import Refusal
from chalicelib.plan import Blast
from tests.guards.making import at, guard

ALL = "length(facts.all)"
NOON = at("2026-11-23T12:00:00")


def blast(**given: object) -> Blast:
    made = guard(blast={"targets": "facts.all", **given})["blast"]
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("given", "of", "expected"),
    [
        ({"max": 3}, None, Allowed([1, 2, 3])),
        ({"max": 2}, None, Refusal("blast", "3 targets, at most 2")),
        ({"max": 2, "over": "trim"}, None, Allowed([1, 2], 1, "trimmed to 2 of 3 targets")),
        (
            {"percent": 50, "of": ALL, "over": "trim"},
            4.0,
            Allowed([1, 2], 1, "trimmed to 2 of 3 targets, 50 % of 4"),
        ),
        ({"percent": 20, "of": ALL}, 15.0, Allowed([1, 2, 3])),
        (
            {"percent": 20, "of": ALL},
            14.0,
            Refusal("blast", "3 targets, at most 2, 20 % of 14"),
        ),
        (
            {"percent": 20, "of": ALL, "over": "trim"},
            4.0,
            Refusal("blast", "3 targets, at most 0, 20 % of 4"),
        ),
        ({"percent": 7, "of": ALL, "max": 5}, 100.0, Allowed([1, 2, 3])),
        (
            {"percent": 50, "of": ALL, "max": 2},
            100.0,
            Refusal("blast", "3 targets, at most 2"),
        ),
    ],
)
def test_bound(given: dict[str, object], of: float | None, expected: object) -> None:
    assert bound(blast(**given), [1, 2, 3], of) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (0, True),
        (-2.5, True),
        (2**53, True),
        (2**53 + 1, False),
        (10**400, False),
        (float("inf"), False),
        (float("nan"), False),
        (True, False),
        ("5", False),
        (None, False),
    ],
)
def test_what_a_share_can_be_told_of(of: object, expected: bool) -> None:
    assert countable(of) is expected


def test_percent_rounds_down_and_is_exact() -> None:
    radius = blast(percent=7, of=ALL)
    assert isinstance(bound(radius, list(range(7)), 100.0), Allowed)
    assert isinstance(bound(radius, list(range(8)), 100.0), Refusal)


@pytest.mark.parametrize("what", ["all", "pack:hosts", "rule:reboot"])
def test_a_pause_holds_until_it_ends(what: str) -> None:
    pauses = [Pause(what, NOON + 60, "maria", "we are moving")]
    where = {"rule": "reboot", "pack": "hosts", "then": NOON}
    refusal = closed(None, pauses, now=NOON + 59, **where)  # type: ignore[arg-type]
    assert refusal == Refusal(
        "pause",
        f"{what} paused by maria until 2026-11-23T12:01:00Z: we are moving",
        NOON + 60,
        certain=False,
    )
    assert closed(None, pauses, now=NOON + 60, **where) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("what", ["pack:other", "rule:reboo"])
def test_a_pause_of_others_holds_nothing(what: str) -> None:
    pauses = [Pause(what, NOON + 60, "maria")]
    assert closed(None, pauses, rule="reboot", pack="hosts", now=NOON, then=NOON) is None


@pytest.mark.parametrize(
    ("age", "reason"), [(120, None), (121, "the event is 121 s old, at most 120 s")]
)
def test_a_deadline_counts_from_the_event(age: int, reason: str | None) -> None:
    refusal = closed(
        guard(deadline="2m"), [], rule="reboot", pack="hosts", now=NOON, then=NOON - age
    )
    assert (refusal and refusal.reason) == reason


def test_an_event_from_the_future_is_not_late() -> None:
    assert closed(guard(deadline="2m"), [], rule="r", pack="p", now=NOON, then=NOON + 999) is None


def test_a_shut_window_says_when_it_opens() -> None:
    shut = guard(window={"only": "Mon-Fri 08:00-12:00", "timezone": "Europe/Rome"})
    assert closed(shut, [], rule="r", pack="p", now=NOON, then=NOON) == Refusal(
        "window",
        "closed in Europe/Rome, opens at 2026-11-24T07:00:00Z",
        at("2026-11-24T07:00:00"),
    )
