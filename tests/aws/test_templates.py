"""What is literal in a text and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.aws.templates import UNKNOWN, Joined, known, pieces


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [""]),
        ("plain", ["plain"]),
        ("${a.b}", [None]),
        ("x-${a}", ["x-", None]),
        ("${a}${b}", [None, None]),
        ("${a}-${b}!", [None, "-", None, "!"]),
        ("$${a}", ["${a}"]),
        ("$${a}${b}", ["${a}", None]),
        ("${a[?b == '}']}", [None]),
        ('${a."}"}', [None]),
        ('${a[?b == `{"c": 1}`]}', [None]),
        ("${ {a: b, c: {d: e}} } end", [None, " end"]),
        ("${'it\\'s }'}", [None]),
        ("open ${a", ["open ${a"]),
        ("$ {a} $", ["$ {a} $"]),
    ],
)
def test_pieces(text: str, found: list[str | None]) -> None:
    assert pieces(text) == found


@given(st.text().filter(lambda text: "${" not in text))
def test_a_text_without_an_expression_is_one_literal(text: str) -> None:
    assert pieces(text) == [text]


@given(st.lists(st.one_of(st.none(), st.text(alphabet="abc-/{}'\"` ", min_size=1)), min_size=1))
def test_what_was_joined_comes_apart_again(parts: list[str | None]) -> None:
    merged: list[str | None] = []
    for part in parts:
        if part is not None and merged and merged[-1] is not None:
            merged[-1] += part
        else:
            merged.append(part)
    assert pieces("".join("${x}" if part is None else part for part in merged)) == merged


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${a}", UNKNOWN),
        ("x${a}", Joined("x${a}")),
        ("$${a}", "${a}"),
        ({"a": ["${b}", 1, None, True]}, {"a": [UNKNOWN, 1, None, True]}),
    ],
)
def test_known(value: Any, expected: Any) -> None:
    found = known(value)
    assert (found, type(found)) == (expected, type(expected))
