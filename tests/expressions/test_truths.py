"""Numbers and texts that decide by themselves are found; what may be false is let alone."""

from __future__ import annotations

import pytest

from opsloop.expressions import BadExpression, check, compile_condition, compile_expr, parse
from opsloop.problems import Fault
from tests.expressions.knowing import NAMES

MAY_BE_FALSE = [
    "event.detail.anything",
    "ok",
    "list",
    "ids[?@ == 'a']",
    "length(list) > 0",
    "!list",
    "event.x == 'a' || event.x == 'b'",
    "contains(list, 'a') && !ok",
    "false",
    "''",
    "event.list[?length(tags) > 0]",
    "max_by(list, &n)",
    "get(event, 'x', 5)",
]


@pytest.mark.parametrize("text", MAY_BE_FALSE)
def test_what_may_be_false_is_let_alone(text: str) -> None:
    assert check(parse(text), text, NAMES, decides=True) == []


THERE = "where it is enough that it is there"
A_NAME = "a comparison, or a name in scope"
ALWAYS_TRUE = [
    # text, what decides, offset, expected, correction
    ("length(event.x)", "length(event.x)", 0, "`length(event.x) > 0`", "length(event.x) > 0"),
    ("!length(ids)", "length(ids)", 0, "`length(ids) == 0`", "length(ids) == 0"),
    ("ok && length(ids)", "length(ids)", 6, "`length(ids) > 0`", "ok && length(ids) > 0"),
    ("ids[?length(@)]", "length(@)", 5, "`length(@) > 0`", "ids[?length(@) > 0]"),
    ("sum(event.x)", "sum(event.x)", 0, "a comparison, such as `sum(event.x) > 0`", None),
    (
        "age(time)",
        "age(time)",
        0,
        "a comparison, such as `age(time) > duration('5m')`",
        None,
    ),
    ("count", "count", 0, f"a comparison, such as `count > 0`, or `count != null` {THERE}", None),
    ("5", "5", 0, A_NAME, None),
    ("ok || 'b'", "'b'", 6, A_NAME, None),
    ("db == 'a' || 'b'", "'b'", 13, "`db == 'b'`", "db == 'a' || db == 'b'"),
    ("db == 'a' || ok || 'b'", "'b'", 19, "`db == 'b'`", "db == 'a' || ok || db == 'b'"),
    ("'event.x'", "'event.x'", 0, "`event.x`, without quotes around the path", "event.x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "decides", "offset", "expected", "correction"), ALWAYS_TRUE)
def test_what_is_always_true_is_found(
    text: str, decides: str, offset: int, expected: str, correction: str | None
) -> None:
    is_text = decides.startswith("'")
    kind = (
        "a text, which is always true" if is_text else "a number, which is always true, 0 as well"
    )
    found = f"`{decides}` as a condition: {kind}"
    fault = Fault(found, expected, correction, offset=offset, doubt=True, lint="OPS202")
    assert check(parse(text), text, NAMES, decides=True) == [fault]


@pytest.mark.parametrize("text", [each[4] for each in ALWAYS_TRUE if each[4]])
def test_a_correction_is_right(text: str) -> None:
    assert check(parse(text), text, NAMES, decides=True) == []


@pytest.mark.parametrize("text", ["length(ids)", "count || 5", "db || 'b'", "!count"])
def test_a_value_that_decides_nothing_may_be_a_number(text: str) -> None:
    assert check(parse(text), text, NAMES) == []
    doubts: list[Fault] = []
    compile_expr(text, NAMES, doubts=doubts)
    assert doubts == []


@pytest.mark.parametrize(
    "data",
    ["length(ids)", ["length(ids)"], {"any": ["ok", "length(ids)"]}, {"not": "length(ids)"}],
)
def test_every_test_of_a_condition_decides(data: object) -> None:
    doubts: list[Fault] = []
    compile_condition(data, NAMES, doubts=doubts)
    assert [doubt.code for doubt in doubts] == ["OPS202"]


def test_what_is_wrong_is_told_beside_it() -> None:
    with pytest.raises(BadExpression) as bad:
        compile_condition(["length(ids)", "upper(count)"], NAMES)
    assert [fault.code for fault in bad.value.faults] == ["OPS202", None]
