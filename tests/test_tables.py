"""Tables without frames: what is in them is all there, at every width."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from opsloop.tables import Rows, pairs

ROWS = [
    ("01M83C71GCZ9SSJKJXVASVY0SK", "failed", "the bucket is gone, and so is what was in it"),
    ("01M83C6ZHW4D4BTVR6XBE9VVWE", "not met", ""),
]


def shown(table: Rows, width: int) -> list[str]:
    """As lines, without the blanks that pad them."""
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]


def test_one_line_for_each_row_where_there_is_room() -> None:
    assert shown(Rows(("ID", "STATUS", "WHY"), ROWS), 100) == [
        "ID                          STATUS   WHY",
        "01M83C71GCZ9SSJKJXVASVY0SK  failed   the bucket is gone, and so is what was in it",
        "01M83C6ZHW4D4BTVR6XBE9VVWE  not met",
    ]


def test_the_last_column_wraps_between_words() -> None:
    assert shown(Rows(("ID", "STATUS", "WHY"), ROWS), 66) == [
        "ID                          STATUS   WHY",
        "01M83C71GCZ9SSJKJXVASVY0SK  failed   the bucket is gone, and so is",
        "                                     what was in it",
        "01M83C6ZHW4D4BTVR6XBE9VVWE  not met",
    ]


def test_two_lines_where_there_is_none() -> None:
    assert shown(Rows(("ID", "STATUS", "WHY"), ROWS), 50) == [
        "01M83C71GCZ9SSJKJXVASVY0SK  failed",
        "    the bucket is gone, and so is what was in it",
        "01M83C6ZHW4D4BTVR6XBE9VVWE  not met",
    ]


def test_no_word_is_broken_to_stay_on_a_line() -> None:
    arn = "arn:aws:ec2:us-east-1:123456789012:security-group/sg-1"
    rows = Rows(("PERMISSION", "ON"), [("ec2:CreateSecurityGroup", arn)])
    assert shown(rows, 70) == ["ec2:CreateSecurityGroup", f"    {arn}"]


def test_names_and_what_they_are_have_no_header() -> None:
    assert shown(pairs([("rule", "close"), ("status", Text("failed"))]), 80) == [
        "rule    close",
        "status  failed",
    ]


def test_no_rows_are_a_header() -> None:
    assert shown(Rows(("A", "B"), []), 80) == ["A  B"]


@pytest.mark.parametrize("width", [40, 80, 160])
def test_text_of_events_cannot_steer_the_terminal(width: int) -> None:
    lines = shown(Rows(("A", "B"), [("\x1b[2J", "a\nb\u202e")]), width)
    assert "\\x1b[2J" in lines[-1]
    assert lines[-1].endswith("a\\nb\\u202e")


words = st.lists(st.text("abc-/", min_size=1, max_size=12), min_size=1, max_size=12).map(" ".join)


@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=4), st.integers(30, 200))
def test_nothing_is_lost_at_any_width(rows: list[tuple[str, str, str]], width: int) -> None:
    text = "".join("".join(line.split()) for line in shown(Rows(("X", "Y", "Z"), rows), width))
    for row in rows:
        for cell in row[:-1]:
            assert "".join(cell.split()) in text
    letters = sorted("".join("".join(cell.split()) for row in rows for cell in row))
    assert sorted(text.replace("X", "").replace("Y", "").replace("Z", "")) == letters
