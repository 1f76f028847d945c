"""Calls that can never be right: names, numbers and types of arguments, senseless literals."""

from __future__ import annotations

import pytest

from opsloop.expressions import check, parse
from opsloop.problems import Fault
from tests.expressions.knowing import NAMES

WRONG = [
    # text, offset, found, expected, correction
    ("lenght(ids)", 0, "`lenght()`, which is no function", "`length`", "length(ids)"),
    ("len(ids)", 0, "`len()`, which is no function", "`length`", "length(ids)"),
    ("not(ok)", 0, "`not()`, which is no function", "`!`", "!(ok)"),
    (
        "frobnicate(ids)",
        0,
        "`frobnicate()`, which is no function",
        "a function of docs/expressions.md",
        None,
    ),
    (
        "starts_with(db)",
        0,
        "starts_with() with 1 argument",
        "2 arguments: starts_with(text, prefix)",
        None,
    ),
    ("now(1)", 0, "now() with 1 argument", "no argument: now()", None),
    ("add(1)", 0, "add() with 1 argument", "at least 2 arguments: add(a, b, …)", None),
    (
        "get(db)",
        0,
        "get() with 1 argument",
        "2 or 3 arguments: get(object, key, default?)",
        None,
    ),
    (
        "starts_with(db, 5)",
        16,
        "a number as argument 2 of starts_with()",
        "a string",
        "starts_with(db, '5')",
    ),
    (
        "lower(length(ids))",
        6,
        "a number as argument 1 of lower()",
        "a string",
        "lower(to_string(length(ids)))",
    ),
    (
        "add(account, 1)",
        4,
        "a string as argument 1 of add()",
        "a number",
        "add(to_number(account), 1)",
    ),
    ("lower(null)", 6, "null as argument 1 of lower()", "a string", None),
    (
        "tag(count, 'x')",
        4,
        "a number as argument 1 of tag()",
        "an array or an object or null",
        None,
    ),
    (
        "sort_by(list, name)",
        14,
        "`name` as argument 2 of sort_by()",
        "`&name`, an expression",
        "sort_by(list, &name)",
    ),
    (
        "lower(&db)",
        6,
        "an expression as argument 1 of lower()",
        "a string",
        None,
    ),
    (
        "regex(db, event.pattern)",
        10,
        "`event.pattern` as regex()'s pattern",
        "the pattern itself, in single quotes; for a pattern that varies, `glob()`",
        None,
    ),
    (
        "duration('5 minutes')",
        9,
        "`'5 minutes'` in duration()",
        "a duration such as 90s, 5m, 1h30m, 2d or 1w",
        "duration('5m')",
    ),
    (
        "duration('soon')",
        9,
        "`'soon'` in duration()",
        "a duration such as 90s, 5m, 1h30m, 2d or 1w",
        None,
    ),
    (
        "age('noon')",
        4,
        "`'noon'` in age()",
        "an ISO 8601 time such as 2026-03-01T12:00:00Z",
        None,
    ),
    (
        "arn(db, 'acount')",
        8,
        "`'acount'` in arn()",
        "one of partition, service, region, account, resource, type, id",
        "arn(db, 'account')",
    ),
    (
        "in_cidr(db, '10.0.0.0/99')",
        12,
        "`'10.0.0.0/99'` in in_cidr()",
        "a network such as 10.0.0.0/8",
        None,
    ),
    ("secret(db)", 7, "`db` in secret()", "a literal 'ssm:/parameter' or 'sm:secret'", None),
    (
        "secret('pager')",
        7,
        "`'pager'` in secret()",
        "a literal 'ssm:/parameter' or 'sm:secret'",
        None,
    ),
]


@pytest.mark.parametrize(
    ("text", "offset", "found", "expected", "correction"), WRONG, ids=[each[0] for each in WRONG]
)
def test_a_call_that_can_never_be_right_is_found(
    text: str, offset: int, found: str, expected: str, correction: str | None
) -> None:
    assert check(parse(text), text, NAMES) == [Fault(found, expected, correction, offset=offset)]


@pytest.mark.parametrize("text", [each[4] for each in WRONG if each[4]])
def test_a_correction_is_right(text: str) -> None:
    assert check(parse(text), text, NAMES) == []
