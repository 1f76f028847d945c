"""Wildcards against a regular expression that says the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import ExpressionError
from chalicelib.expressions.globs import glob
from tests.expressions.evaluating import value


def _regex(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)


@given(st.text("ab?*", max_size=8), st.text("ab\n", max_size=10))
def test_a_glob_fits_what_its_regex_fits(pattern: str, text: str) -> None:
    assert glob(text, pattern) == (re.fullmatch(_regex(pattern), text, re.DOTALL) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("**", "a", True),
        ("?", "", False),
        ("a*b", "ab", True),
        ("a*b", "aXbXb", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("A", "a", False),
        ("*.example.com", "www.example.com", True),
        ("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b", True),
    ],
)
def test_a_glob(pattern: str, text: str, fits: bool) -> None:
    assert glob(text, pattern) is fits


def test_long_texts_without_question_marks_are_quick() -> None:
    assert not glob("ab" * 32_000, "*a" * 1_000 + "c")


def test_too_much_work_is_an_error() -> None:
    with pytest.raises(ExpressionError) as caught:
        value("glob(t, p)", {"t": "a" * 60_000, "p": "*?b" * 1_000})

    assert caught.value.reason == "glob(): 60000 by 3000 characters are too many"
