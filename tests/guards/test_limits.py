"""Cooldown, rate, lock, breaker: what they admit, what they say, what they give back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.guards.limits import Refusal, admit, demoted, finish, peek
from chalicelib.guards.state import EMPTY, Memory, State
from tests.guards.making import at, guard

NOON = at("2026-11-23T12:00:00")


def admitted(rules: object, memory: Memory, name: str, now: float) -> Memory:
    found = admit(rules, memory, name, now)  # type: ignore[arg-type]
    assert isinstance(found, Memory), found
    return found


def test_a_cooldown_rests_the_key_and_says_until_when() -> None:
    rest = guard(cooldown="15m")
    memory = admitted(rest, EMPTY, "e1", NOON)
    assert admit(rest, memory, "e2", NOON + 899) == Refusal(
        "cooldown",
        "resting since 2026-11-23T12:00:00Z until 2026-11-23T12:15:00Z",
        NOON + 900,
        "key",
        by="e1",
    )
    admitted(rest, memory, "e2", NOON + 900)


@pytest.mark.parametrize(
    ("after", "failed", "rests"),
    [("any", True, True), ("any", False, True), ("success", True, False), ("success", False, True)],
)
def test_a_cooldown_after_success_is_given_back_on_failure(
    after: str, failed: bool, rests: bool
) -> None:
    rest = guard(cooldown={"for": "15m", "after": after})
    memory = finish(rest, admitted(rest, EMPTY, "e1", NOON), "e1", NOON + 1, failed=failed)
    assert (peek(rest, memory, NOON + 2) is not None) is rests


def test_another_executions_end_gives_nothing_back() -> None:
    rules = guard(cooldown={"for": "15m", "after": "success"}, lock="key")
    memory = admitted(rules, EMPTY, "e1", NOON)
    assert finish(rules, memory, "e2", NOON + 1, failed=True) == memory


def test_a_rate_counts_in_a_rolling_time() -> None:
    rules = guard(rate="3/1h")
    memory = EMPTY
    for minute in (0, 20, 40):
        memory = admitted(rules, memory, f"e{minute}", NOON + 60 * minute)
    assert admit(rules, memory, "e4", NOON + 3599) == Refusal(
        "rate", "3 of 3 used since 2026-11-23T12:00:00Z", NOON + 3600
    )
    memory = admitted(rules, memory, "e4", NOON + 3600)
    assert isinstance(admit(rules, memory, "e5", NOON + 3601), Refusal)


def test_several_rates_all_have_to_have_room() -> None:
    rules = guard(rate=["1/1m", {"limit": "2/1h", "per": "key"}])
    memory = admitted(rules, EMPTY, "e1", NOON)
    assert isinstance(admit(rules, memory, "e2", NOON + 30), Refusal)
    memory = admitted(rules, memory, "e2", NOON + 60)
    refusal = admit(rules, memory, "e3", NOON + 120)
    assert isinstance(refusal, Refusal)
    assert refusal.until == NOON + 3600
    # another key has its own count, and shares the rule's
    other = Memory(memory.rule, State())
    admitted(rules, other, "e3", NOON + 120)


def test_a_rate_that_is_said_twice_is_counted_once() -> None:
    rules = guard(rate=["2/1h", "2/60m"])
    memory = admitted(rules, admitted(rules, EMPTY, "e1", NOON), "e2", NOON + 1)
    assert memory.rule.used == {"2/3600s": (NOON, NOON + 1)}


def test_a_refusal_charges_nothing() -> None:
    rules = guard(rate="1/1h", cooldown="2h")
    memory = admitted(rules, EMPTY, "e1", NOON)
    assert isinstance(admit(rules, memory, "e2", NOON + 3600), Refusal)
    assert memory.rule.used == {"1/3600s": (NOON,)}


def test_a_lock_lets_one_in_and_falls_when_its_holder_ends_or_is_lost() -> None:
    rules = guard(lock={"per": "key", "lease": "5m"})
    memory = admitted(rules, EMPTY, "e1", NOON)
    assert admit(rules, memory, "e2", NOON + 1) == Refusal(
        "lock", "held by e1 since 2026-11-23T12:00:00Z", NOON + 300, "key", certain=False, by="e1"
    )
    admitted(rules, finish(rules, memory, "e1", NOON + 2, failed=False), "e2", NOON + 3)
    admitted(rules, memory, "e2", NOON + 300)


def test_a_breaker_demotes_after_failures_and_forgives_with_time() -> None:
    rules = guard(breaker={"failures": 2, "within": "10m"})
    memory = EMPTY
    for minute in (0, 5):
        memory = finish(rules, memory, f"e{minute}", NOON + 60 * minute, failed=True)
    assert demoted(rules, memory, NOON + 300) == (
        "2 failures since 2026-11-23T12:00:00Z, observing until 2026-11-23T12:10:00Z"
    )
    assert demoted(rules, memory, NOON + 600) is None


def test_a_breaker_keeps_the_latest_failures_whatever_the_clock_does() -> None:
    rules = guard(breaker={"failures": 2, "within": "10m"})
    memory = EMPTY
    for number, second in enumerate((100, 200, 50)):
        memory = finish(rules, memory, f"e{number}", NOON + second, failed=True)
    assert memory.rule.failures == (NOON + 100, NOON + 200)


def test_a_state_comes_back_from_json_as_it_was() -> None:
    rules = guard(rate="3/1h", cooldown="1h", lock="rule", breaker={"failures": 3, "within": "1h"})
    memory = finish(rules, admitted(rules, EMPTY, "e1", NOON), "e0", NOON, failed=True)
    for state in (memory.rule, memory.key):
        assert State.of(state.as_dict()) == state


@given(
    limit=st.integers(1, 5),
    seconds=st.integers(1, 100),
    steps=st.lists(st.integers(-20, 60), max_size=60),
)
def test_no_rolling_window_ever_holds_more_than_the_limit(
    limit: int, seconds: int, steps: list[int]
) -> None:
    """Whatever the clock does, back and forth."""
    rules = guard(rate=f"{limit}/{seconds}s")
    memory, now, taken = EMPTY, NOON, list[float]()
    for number, step in enumerate(steps):
        now += step
        found = admit(rules, memory, str(number), now)
        if isinstance(found, Memory):
            memory = found
            taken.append(now)
    for moment in taken:
        window = [other for other in taken if moment - seconds < other <= moment]
        forward = sorted(taken) == taken
        assert len(window) <= limit or not forward


@given(steps=st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=40))
def test_never_two_inside_a_lock(steps: list[tuple[int, bool]]) -> None:
    rules = guard(lock={"per": "key", "lease": "5m"})
    memory, now, inside = EMPTY, NOON, dict[str, float]()
    for number, (step, ends) in enumerate(steps):
        now += step
        inside = {name: until for name, until in inside.items() if until > now}
        if ends and inside:
            name, _ = inside.popitem()
            memory = finish(rules, memory, name, now, failed=False)
        found = admit(rules, memory, str(number), now)
        assert isinstance(found, Memory) is (not inside)
        if isinstance(found, Memory):
            memory = found
            inside[str(number)] = now + 300
