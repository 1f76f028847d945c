"""Comments that silence: what they may say, which lines they speak of, and what is no comment."""

from __future__ import annotations

import pytest

from opsloop.lint.silencing import Silences, comments
from opsloop.lint.table import LINTS, OF_MODE, SILENCED
from opsloop.problems import Place, Problem
from opsloop.rules.source import Source, read


def source(*lines: str) -> Source:
    return read("\n".join(lines) + "\n", "a.yaml")


def problem(line: int, code: str = "OPS303") -> Problem:
    return Problem(Place("a.yaml", line), "something", "another thing", warning=True, code=code)


SHAPES = {
    "ignore OPS303 - why": "why",
    "ignore OPS303 -why not": "why not",
    "ignore  OPS303 \N{EN DASH} why": "why",
    "ignore OPS303 -- why": "why",
    "ignore OPS303 : why": "why",
    "ignore OPS101, OPS303 - why": "why",
    "ignore OPS303,OPS101 - a - b": "a - b",
}


@pytest.mark.parametrize(("said", "reason"), SHAPES.items())
def test_a_reason(said: str, reason: str) -> None:
    silences = Silences([source(f"a: 1  # opsloop: {said}")], SILENCED)
    assert (silences.heard([problem(1)]), silences.problems) == ([], [])
    assert [one.reason for one in silences.silenced] == [reason]


WRONG = {
    "ignore OPS303": "a silencing of OPS303 without a reason",
    "ignore OPS303 -": "the comment 'opsloop: ignore OPS303 -'",
    "ignore OPS101, OPS303": "a silencing of OPS101, OPS303 without a reason",
    "ignore OPS303 because I say so": "the comment 'opsloop: ignore OPS303 because I say so'",
    "ignore": "the comment 'opsloop: ignore'",
    "ignore - why": "the comment 'opsloop: ignore - why'",
    "disable OPS303 - why": "the comment 'opsloop: disable OPS303 - why'",
    "": "the comment 'opsloop: '",
    "ignore OPS999 - why": "a silencing of OPS999, which is no lint's code",
    "ignore ops303 - why": "a silencing of ops303, which is no lint's code",
    **{
        f"ignore {code} - why": f"a silencing of {code}, which nothing silences"
        for code in sorted(LINTS.keys() - SILENCED)
    },
}


@pytest.mark.parametrize(("said", "found"), WRONG.items())
def test_what_is_no_silencing(said: str, found: str) -> None:
    silences = Silences([source(f"a: 1  # opsloop: {said}")], SILENCED)
    assert [one.found for one in silences.problems] == [found]
    assert [(one.code, one.warning) for one in silences.problems] == [("OPS001", False)]
    assert silences.heard([problem(1)]) == [problem(1)]


SPOKEN_OF = [
    (["a: 1  # opsloop: x", "b: 2"], [(1, [1])]),
    (["# opsloop: x", "a: 1"], [(1, [2])]),
    (["a: 1", "  # opsloop: x", "", "# another", "b: 2"], [(2, [5])]),
    (["# opsloop: x", "# opsloop: y", "a: 1"], [(1, [3]), (2, [3])]),
    (["a: 1", "# opsloop: x"], [(2, [3])]),
    (["#opsloop:x", "a: 1"], [(1, [2])]),
    (["a: |  # opsloop: x", "  one", "  two", "b: 2"], [(1, [1, 2, 3])]),
    (["# opsloop: x", "a: >-", "  one", "", "  two", "b: 2"], [(1, [2, 3, 4, 5])]),
    (["# opsloop: x", 'a: "one', '  two"', "b: 2"], [(1, [2, 3])]),
    (["a: {b: 1,  # opsloop: x", "  c: 2}"], [(1, [1])]),
    (["a:  # opsloop: x", "  - b"], [(1, [1])]),
]


@pytest.mark.parametrize(("lines", "spoken"), SPOKEN_OF)
def test_the_lines_that_it_speaks_of(lines: list[str], spoken: list[tuple[int, list[int]]]) -> None:
    found = comments(source(*lines))
    assert [(place.line, list(about)) for place, _, about in found] == spoken


TEXTS = [
    ["a: |", "  # opsloop: x"],
    ["a: 'it says # opsloop: x'"],
    ['a: "# opsloop: x"'],
    ["a: 1  # about opsloop: x"],
]


@pytest.mark.parametrize("lines", TEXTS)
def test_a_text_is_no_comment(lines: list[str]) -> None:
    assert list(comments(source(*lines))) == []


def test_other_lines_other_codes_and_what_has_no_code_are_heard() -> None:
    silences = Silences([source("a: 1", "b: 2  # opsloop: ignore OPS303 - why")], SILENCED)
    others = [problem(1), problem(2, "OPS101"), Problem(Place("a.yaml", 2), "x", "y")]
    elsewhere = Problem(Place("b.yaml", 2), "x", "y", code="OPS303")
    assert silences.heard([*others, elsewhere, problem(2)]) == [*others, elsewhere]
    assert list(silences.idle((), ())) == []


def test_each_code_of_a_comment_has_to_silence_something() -> None:
    silences = Silences([source("a: 1  # opsloop: ignore OPS101, OPS303 - why")], SILENCED)
    assert silences.heard([problem(1)]) == []
    assert [(one.place, one.found) for one in silences.idle((), ())] == [
        (Place("a.yaml", 1, 7), "a silencing of OPS101, which is not told of this line")
    ]


def test_what_waits_for_a_mode_is_not_idle() -> None:
    silences = Silences([source("a: 1  # opsloop: ignore OPS303, OPS101 - why")], SILENCED)
    idle = silences.idle({"a.yaml"}, OF_MODE)
    assert [one.found.split(",")[0] for one in idle] == ["a silencing of OPS101"]
    assert len(list(silences.idle({"b.yaml"}, OF_MODE))) == len(["OPS303", "OPS101"])
