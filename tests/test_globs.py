"""Patterns against patterns: what covers, what meets, held against all short texts."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.globs import arn_covers, arn_fits, arn_meets, covers, fits, is_open, meets, parts

PATTERNS = st.text("ab?*", max_size=5)
TEXTS = ["".join(signs) for size in range(7) for signs in product("ab", repeat=size)]
OURS = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"


@given(st.text("ab?*", max_size=3), st.text("ab?*", max_size=3))
def test_patterns_meet_where_some_text_fits_both(one: str, other: str) -> None:
    # the shortest such text has no sign that neither pattern asks for
    assert meets(one, other) is any(fits(text, one) and fits(text, other) for text in TEXTS)


@given(PATTERNS, PATTERNS)
def test_what_is_covered_fits(pattern: str, other: str) -> None:
    if covers(pattern, other):
        assert [text for text in TEXTS if fits(text, other) and not fits(text, pattern)] == []


@given(PATTERNS, st.text("ab", max_size=6))
def test_a_plain_text_is_covered_and_met_where_it_fits(pattern: str, text: str) -> None:
    assert covers(pattern, text) == meets(pattern, text) == fits(text, pattern)
    assert not is_open(text)


@pytest.mark.parametrize(
    ("one", "other", "meeting"),
    [
        ("a*b", "*c*", True),
        ("a*b", "c*", False),
        ("*a", "*b", False),
        ("a?c", "ab*", True),
        ("a?", "a", False),
        ("", "*", True),
        ("", "?", False),
        ("**", "", True),
        ("a*", "*a", True),
    ],
)
def test_meeting(one: str, other: str, meeting: bool) -> None:
    assert meets(one, other) is meeting


@pytest.mark.parametrize(
    ("pattern", "fitting"),
    [
        ("arn:aws:ec2:*:*:instance/*", True),
        ("arn:*:ec2:eu-*-1:123456789012:instance/i-?", True),
        ("arn:aws:ec2:*:instance/*", False),
        ("arn:aws:*:instance/i-1", False),
        ("arn:aws:ec2:*:*:instance", False),
        ("*", False),
    ],
)
def test_an_arn_fits_part_by_part(pattern: str, fitting: bool) -> None:
    assert arn_fits(OURS, pattern) is arn_meets(OURS, pattern) is fitting
    assert arn_covers(pattern, OURS) is fitting


def test_an_arn_has_six_parts() -> None:
    assert parts("arn:aws:logs:r:1:log-group:/a:*") == [
        "arn",
        "aws",
        "logs",
        "r",
        "1",
        "log-group:/a:*",
    ]
