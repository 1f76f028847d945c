"""What guards count by, as an item's id: always fit for one, and two keys never the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.journal.memory import item_id, key_of

#: bytes that a sort key may have
LIMIT = 1_024
KEYS = st.text(st.characters(exclude_categories=[]), max_size=2_000)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", "guard#"),
        ("i-1", "guard#i-1"),
        ("\ud800", "guard#\\ud800"),
        ("a" * 900, "guard#" + "a" * 900),
        (
            "é" * 900,
            "guard#"
            + "é" * 100
            + "…6a062af8cbc34be19541e0c7fc1f4b8757d084dfcbd522d5a399c66f41aaf6ce",
        ),
    ],
)
def test_an_id(key: str, expected: str) -> None:
    assert item_id("key", key) == expected


def test_a_rules_own() -> None:
    assert item_id("rule", "whatever") == "guard"


@given(KEYS)
def test_it_fits_and_is_the_same_when_made_twice(key: str) -> None:
    assert len(item_id("key", key).encode()) <= LIMIT
    assert key_of(key_of(key)) == key_of(key)


@given(st.tuples(KEYS, KEYS).filter(lambda keys: "\\" not in "".join(keys)))
def test_two_keys_have_two_ids(keys: tuple[str, str]) -> None:
    first, second = keys
    assert (item_id("key", first) == item_id("key", second)) is (first == second)
