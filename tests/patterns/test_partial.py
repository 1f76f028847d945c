"""Patterns on events of which some fields are known; and the law: maybe is never more than that."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.patterns import Pattern
from opsloop.patterns.partial import open_fields

EC2 = {"source": ("aws.ec2",), "detail.n": (1, 2), "detail.gone": ()}


@pytest.mark.parametrize(
    ("pattern", "hanging"),
    [
        ({"source": ["aws.ec2"]}, set()),
        ({"source": ["aws.s3"]}, None),
        ({"source": [{"prefix": "aws."}]}, set()),
        ({"source": ["aws.ec2"], "account": ["1"]}, {"account"}),
        ({"source": ["aws.s3"], "account": ["1"]}, None),
        ({"detail": {"n": [1]}}, {"detail.n"}),
        ({"detail": {"n": [1, 2]}}, set()),
        ({"detail": {"n": [3]}}, None),
        ({"detail": {"n": [{"numeric": [">", 0]}]}}, set()),
        ({"detail": {"gone": [{"exists": False}]}}, set()),
        ({"detail": {"gone": [{"exists": True}]}}, None),
        ({"detail": {"other": [{"exists": False}]}}, {"detail.other"}),
        (
            {"$or": [{"source": ["aws.s3"]}, {"account": ["1"], "region": ["x"]}]},
            {"account", "region"},
        ),
        ({"$or": [{"source": ["aws.ec2"]}, {"account": ["1"]}]}, set()),
    ],
)
def test_what_a_match_hangs_on(pattern: dict[str, Any], hanging: set[str] | None) -> None:
    assert open_fields(Pattern(pattern), EC2) == hanging


NAMES = ("a", "b", "c")
VALUES = ("x", "y", 1, True)
operators = st.one_of(
    st.sampled_from(VALUES),
    st.sampled_from([{"prefix": "x"}, {"anything-but": ["x"]}, {"numeric": [">", 0]}]),
    st.booleans().map(lambda there: {"exists": there}),
)
fields = st.dictionaries(
    st.sampled_from(NAMES), st.lists(operators, min_size=1, max_size=3), min_size=1
)
patterns = st.one_of(
    fields, st.lists(fields, min_size=2, max_size=3).map(lambda each: {"$or": each})
)
events = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES))


@settings(max_examples=400, deadline=None)
@given(patterns, events, st.sets(st.sampled_from(NAMES)), st.sampled_from(VALUES))
def test_what_is_ruled_out_never_matches_and_what_is_sure_always_does(
    pattern: dict[str, Any], event: dict[str, Any], told: set[str], other: Any
) -> None:
    known = {name: (event[name], other) if name in event else () for name in told}
    hanging = open_fields(Pattern(pattern), known)
    if hanging is None:
        assert not Pattern(pattern).matches(event)
    elif not hanging:
        assert Pattern(pattern).matches(event)
