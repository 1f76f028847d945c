"""Which names are one name mistyped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.expressions.spelling import edits, is_near, is_sibling, misspelt

COUNTED = [
    ("", "", 0),
    ("", "abc", 3),
    ("abc", "abc", 0),
    ("abc", "ab", 1),
    ("abc", "abd", 1),
    ("abc", "acb", 1),
    ("severity", "severtiy", 1),
    ("kitten", "sitting", 3),
    ("instance", "instances", 1),
    ("bucket", "bucketName", 4),
]


@pytest.mark.parametrize(("one", "other", "count"), COUNTED)
def test_edits_are_counted(one: str, other: str, count: int) -> None:
    assert edits(one, other) == edits(other, one) == count


WORDS = st.text(alphabet="abcI-d", max_size=8)


@given(WORDS, WORDS)
def test_edits_are_at_least_the_difference_in_length(one: str, other: str) -> None:
    longer = max(len(one), len(other))
    assert abs(len(one) - len(other)) <= edits(one, other) <= longer
    assert (edits(one, other) == 0) == (one == other)


@given(WORDS, st.integers(0, 8), st.sampled_from("abc"))
def test_one_letter_more_is_one_edit(word: str, place: int, letter: str) -> None:
    assert edits(word, word[:place] + letter + word[place:]) == 1


NEAR = [
    ("instanceId", "instance-id", True),
    ("INSTANCE_ID", "instanceId", True),
    ("severtiy", "severity", True),
    ("instnceId", "instanceId", True),
    ("status", "state", True),
    ("stat", "state", True),
    ("Id", "id", True),
    # short names are near to too many
    ("ip", "id", False),
    ("arn", "az", False),
    ("name", "time", False),
    ("type", "tpye", True),
    # siblings
    ("cidrIpv6", "cidrIpv4", False),
    ("subnet1", "subnet2", False),
    ("bucket", "bucketName", False),
    ("toPort", "fromPort", False),
]


@pytest.mark.parametrize(("name", "known", "near"), NEAR)
def test_what_is_near(name: str, known: str, near: bool) -> None:
    assert is_near(name, known) is near


def test_the_nearest_is_what_was_meant() -> None:
    assert misspelt("stat", ["status", "state"]) == "state"
    assert misspelt("instances", ["volumes", "groups"]) is None
    assert misspelt("x", []) is None


def test_siblings_differ_in_digits() -> None:
    assert is_sibling("cidrIpv6", "cidrIpv4")
    assert is_sibling("disk", "disk2")
    assert not is_sibling("disk", "disc")
