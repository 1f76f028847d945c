"""Counts add up the same in any order, and stay bounded."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.backtest.seen import PARTS, Seen
from opsloop.backtest.tally import (
    MOST_BROKEN,
    MOST_EXAMPLES,
    Breakage,
    Capped,
    Example,
    Fired,
    Tally,
)

examples = st.builds(
    Example,
    time=st.sampled_from(
        [f"2026-05-{day:02}T{hour:02}:00:00Z" for day in (1, 2) for hour in (3, 4)]
    ),
    identity=st.sampled_from("abcdef"),
    element=st.integers(0, 2),
    resource=st.sampled_from(["", "r1", "r2"]),
    actor=st.just("me"),
    place=st.just("f"),
    line=st.just(1),
)


@given(st.lists(examples), st.lists(examples))
def test_two_parts_merged_are_the_whole(first: list[Example], second: list[Example]) -> None:
    whole, one, two = Fired(), Fired(), Fired()
    for example in [*first, *second]:
        whole.add(example, 2)
    for part, given_ in ((one, first), (two, second)):
        for example in given_:
            part.add(example, 2)
    other = deepcopy(two)
    other.merge(one)
    one.merge(two)
    assert one == whole == other


@given(st.lists(examples, min_size=1))
def test_the_latest_are_kept(all_: list[Example]) -> None:
    fired = Fired()
    for example in all_:
        fired.add(example)
    assert fired.examples == sorted(all_, reverse=True)[:MOST_EXAMPLES]
    assert (fired.first, fired.last) == (min(e.time for e in all_), max(e.time for e in all_))
    assert fired.executions == len(all_) == fired.hours.counts.total()


def test_a_cap_marks_a_lower_bound() -> None:
    capped = Capped(2)
    for name in "aabbca":
        capped.add(name)
    assert (capped.counts, capped.more) == (Counter(a=3, b=2), True)
    other = Capped(2)
    other.add("d")
    other.merge(capped)
    assert (set(other.counts), other.more) == ({"d", "a"}, True)


def test_broken_records_are_all_counted_and_some_told() -> None:
    one, two = Tally(), Tally()
    for line in range(MOST_BROKEN + 50):
        one.breaks("b", line, "x")
        two.breaks("a", line, "x")
    one.merge(two)
    assert (one.broken, len(one.breakages)) == (2 * (MOST_BROKEN + 50), MOST_BROKEN)
    assert one.breakages[0] == Breakage("a", 0, "x")


@settings(max_examples=30)
@given(st.lists(st.text(max_size=5), max_size=200))
def test_seen_before_is_seen_before(identities: list[str]) -> None:
    seen = Seen(places=1 << 10)
    known = set[str]()
    for identity in identities:
        assert seen.before(identity) == (identity in known)
        known.add(identity)
    assert not seen.full


def test_a_full_table_forgets_what_is_new_and_says_so() -> None:
    seen = Seen(places=8)
    first = [str(number) for number in range(PARTS * 8)]
    for identity in first:
        seen.before(identity)
    assert seen.full
    remembered = [identity for identity in first if seen.before(identity)]
    assert PARTS * 4 < len(remembered) < len(first)
