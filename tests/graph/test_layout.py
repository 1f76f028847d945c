"""Places of boxes: laws that every drawing keeps, and a few drawings whose places are known."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.graph.layout import placed

NAMES = "abcdefgh"
HEIGHTS = st.dictionaries(st.sampled_from(NAMES), st.integers(10, 90).map(float), min_size=1)
GAP = 10.0


@st.composite
def drawings(draw: st.DrawFn) -> tuple[dict[str, float], list[tuple[str, str]]]:
    heights = draw(HEIGHTS)
    name = st.sampled_from(sorted(heights))
    return heights, draw(st.lists(st.tuples(name, name), max_size=12))


@settings(max_examples=300, deadline=None)
@given(drawings())
def test_every_drawing_keeps_the_laws(
    drawing: tuple[dict[str, float], list[tuple[str, str]]],
) -> None:
    heights, links = drawing
    found = placed(heights, links, GAP)
    for start, end in links:
        if (start, end) not in found.back:
            assert found.column[start] < found.column[end], "links lead onward"
            length = found.column[end] - found.column[start]
            assert len(found.bends.get((start, end), ())) == length - 1
    sizes = {name: heights.get(name, 8.0) for name in found.top}
    for one, other in combinations(heights, 2):
        if found.column[one] == found.column[other]:
            upper, lower = sorted((one, other), key=found.top.__getitem__)
            assert found.top[upper] + sizes[upper] + GAP <= found.top[lower] + 1e-6, "no overlap"
    assert min(found.top.values()) == pytest.approx(0)
    assert found.height == pytest.approx(max(found.top[name] + sizes[name] for name in found.top))
    assert min(found.column.values()) >= 0


def test_a_fork_stands_in_the_middle_of_its_ends() -> None:
    found = placed(dict.fromkeys("abc", 10.0), [("a", "b"), ("a", "c")], GAP)
    assert found.column == {"a": 0, "b": 1, "c": 1}
    assert found.top == pytest.approx({"a": 10, "b": 0, "c": 20})


def test_what_nothing_leads_to_stands_right_before_its_end() -> None:
    links = [("a", "b"), ("b", "c"), ("x", "c")]
    assert placed(dict.fromkeys("abcx", 10.0), links, GAP).column == {
        "a": 0,
        "b": 1,
        "c": 2,
        "x": 1,
    }


def test_crossings_are_undone() -> None:
    links = [("a", "d"), ("b", "c")]
    top = placed(dict.fromkeys("abcd", 10.0), links, GAP).top
    assert (top["a"] < top["b"]) == (top["d"] < top["c"])


def test_a_link_that_closes_a_circle_leads_back() -> None:
    links = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "c")]
    found = placed(dict.fromkeys("abc", 10.0), links, GAP)
    assert found.back == {("c", "a"), ("c", "c")}
    assert found.column == {"a": 0, "b": 1, "c": 2}


def test_a_long_chain_needs_no_deep_stack() -> None:
    names = [f"n{number}" for number in range(3_000)]
    links = list(pairwise(names))
    assert placed(dict.fromkeys(names, 1.0), links, GAP).column[names[-1]] == 2_999
