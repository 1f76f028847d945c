"""Each function, in tables; the catalogue against what runs."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import ExpressionError
from chalicelib.expressions.aws import ARN_PARTS
from chalicelib.expressions.functions import Functions, arity
from opsloop.expressions.catalogue import (
    EXAMPLE_NOW,
    EXAMPLE_SCOPE,
    FUNCTIONS,
    SECTIONS,
    Function,
)
from opsloop.expressions.docs import MERCIES
from opsloop.expressions.types import Type, of_value
from tests.expressions.evaluating import NOW, evaluator, expr, hidden, value

ARN = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
SCOPE = {
    "tags": [
        {"Key": "Name", "Value": "web"},
        {"key": "env", "value": "dev"},
        {"TagKey": "team", "TagValue": "ops"},
        {"tagKey": "cost", "tagValue": "42"},
        {"Key": "bare"},
        "noise",
    ],
    "map": {"Name": "web", "none": None},
    "list": [1, 2, 3],
    "arn": ARN,
    "text": "Ünïcode",
    "word": "it's a $(trap) `x`",
    "nul": "a\0b",
    "huge": "x" * 65_537,
    "many": [""] * 16,
    "time": "2026-03-01T11:00:00Z",
    "cidrs": ["10.0.0.0/8", "192.168.0.0/16"],
}

RESULTS: list[tuple[str, Any]] = [
    ("now()", NOW),
    ("age(time)", 3600),
    ("age(1772366390)", 10),
    ("age('2026-03-01T12:00:10.5Z')", -10.5),
    ("duration('90s')", 90),
    ("duration('5m')", 300),
    ("duration('1h30m')", 5400),
    ("duration('1.5h')", 5400),
    ("duration('2d')", 172_800),
    ("duration('1w')", 604_800),
    ("duration('0s')", 0),
    ("parse_time('2026-03-01T12:00:00Z')", 1_772_366_400),
    ("parse_time('2026-03-01T12:00:00.250Z')", 1_772_366_400.25),
    ("parse_time('2026-03-01T13:00:00+01:00')", 1_772_366_400),
    ("parse_time('2026-03-01T12:00:00.000+0000')", 1_772_366_400),
    ("parse_time('2026-03-01T12:00:00')", 1_772_366_400),
    ("parse_time('2026-03-01')", 1_772_323_200),
    ("parse_time('Sun, 01 Mar 2026 12:00:00 GMT')", 1_772_366_400),
    ("parse_time(5)", 5),
    ("format_time(1772366400)", "2026-03-01T12:00:00Z"),
    ("format_time(1772366400.25)", "2026-03-01T12:00:00.250Z"),
    ("format_time(1772366400, '%d.%m.%Y')", "01.03.2026"),
    ("format_time(0)", "1970-01-01T00:00:00Z"),
    ("regex('web-12', '^web-[0-9]+$')", True),
    ("regex('my-web-12', 'web')", True),
    ("regex('web', '^eb')", False),
    ("glob('web-12', 'web-*')", True),
    ("glob('web-12', 'web-??')", True),
    ("glob('web-12', 'web')", False),
    ("lower(text)", "ünïcode"),
    ("upper('ab')", "AB"),
    ("split('a,b,,c', ',')", ["a", "b", "", "c"]),
    ("split('', ',')", [""]),
    ("replace('a-b-c', '-', '')", "abc"),
    ("replace('aaa', 'a', 'aa')", "aaaaaa"),
    ("""json('{"a": [1, 2.5, null]}')""", {"a": [1, 2.5, None]}),
    ("json('5')", 5),
    ("urlencode('a b/c&d=é')", "a%20b%2Fc%26d%3D%C3%A9"),
    ("shell_quote(word)", "'it'\"'\"'s a $(trap) `x`'"),
    ("shell_quote('')", "''"),
    ("in_cidr('10.1.2.3', '10.0.0.0/8')", True),
    ("in_cidr('11.1.2.3', '10.0.0.0/8')", False),
    ("in_cidr('192.168.5.5', cidrs)", True),
    ("in_cidr('172.16.0.1', cidrs)", False),
    ("in_cidr('fd00::1', ['10.0.0.0/8', 'fd00::/8'])", True),
    ("in_cidr('10.1.2.3', '10.1.2.4/24')", True),
    ("in_cidr('10.1.2.3', '10.1.2.3')", True),
    ("get(map, 'Name')", "web"),
    ("get(map, 'nothing')", None),
    ("get(map, 'nothing', 'd')", "d"),
    ("get(map, 'none', 'd')", "d"),
    ("get(list, 0)", 1),
    ("get(list, -1)", 3),
    ("get(list, 9, 'd')", "d"),
    ("get(null, 'a', 'd')", "d"),
    ("get(map, 3, 'd')", "d"),
    ("get(list, 'a', 'd')", "d"),
    ("get(list, 0.5, 'd')", "d"),
    ("tag(tags, 'Name')", "web"),
    ("tag(tags, 'env')", "dev"),
    ("tag(tags, 'team')", "ops"),
    ("tag(tags, 'cost')", "42"),
    ("tag(tags, 'bare')", None),
    ("tag(tags, 'missing')", None),
    ("tag(map, 'Name')", "web"),
    ("tag(null, 'Name')", None),
    ("arn(arn, 'partition')", "aws"),
    ("arn(arn, 'service')", "ec2"),
    ("arn(arn, 'region')", "eu-west-1"),
    ("arn(arn, 'account')", "123456789012"),
    ("arn(arn, 'resource')", "instance/i-1"),
    ("arn(arn, 'type')", "instance"),
    ("arn(arn, 'id')", "i-1"),
    ("arn('arn:aws:s3:::bucket', 'region')", None),
    ("arn('arn:aws:s3:::bucket', 'account')", None),
    ("arn('arn:aws:s3:::bucket/a/b', 'id')", "bucket/a/b"),
    ("arn('arn:aws:s3:::bucket/a/b', 'type')", None),
    ("arn('arn:aws:sns:eu-west-1:1:topic', 'id')", "topic"),
    ("arn('arn:aws:lambda:r:1:function:f:3', 'type')", "function"),
    ("arn('arn:aws:lambda:r:1:function:f:3', 'id')", "f:3"),
    ("arn('arn:aws:logs:r:1:log-group:/aws/x:*', 'id')", "/aws/x:*"),
    ("arn('arn:aws:apigateway:r::/restapis/a/stages/b', 'type')", "restapis"),
    ("arn('arn:aws:apigateway:r::/restapis/a/stages/b', 'id')", "a/stages/b"),
    ("arn('arn:aws-cn:iam::1:root', 'id')", "root"),
    ("arn('arn:aws-cn:iam::1:root', 'type')", None),
    ("add(1, 2)", 3),
    ("add(0.1, 0.2)", 0.3),
    ("add(1, 2, 3, 4)", 10),
    ("sub(1, 2.5)", -1.5),
    ("mul(10, 1.1)", 11),
    ("mul(3, 1.2)", 3.6),
    ("mul(2, 3, 4)", 24),
    ("mul(9007199254740993, 1)", 9007199254740993),
    ("div(6, 3)", 2),
    ("div(1, 3)", 0.333333333333333),
    ("div(-7, 2)", -3.5),
    ("round(2.5)", 3),
    ("round(-2.5)", -3),
    ("round(3.5)", 4),
    ("round(2.4999)", 2),
    ("round(1.255, 2)", 1.26),
    ("round(1.2, 0)", 1),
    ("round(7, 2)", 7),
    ("ceil(1.2)", 2),
    ("floor(-1.2)", -2),
    ("take(list, 2)", [1, 2]),
    ("take(list, 0)", []),
    ("take(list, 9)", [1, 2, 3]),
    ("to_number('1e3')", 1000),
    ("to_number('-4')", -4),
    ("to_number('1_000')", None),
    ("to_number('inf')", None),
    ("to_number('nan')", None),
    ("to_number('1e999')", None),
    ("secret('ssm:/a')", "hidden-ssm:/a"),
]


@pytest.mark.parametrize(("text", "expected"), RESULTS)
def test_a_call_gives(text: str, expected: Any) -> None:
    result = value(text, SCOPE)

    assert (result, type(result)) == (expected, type(expected)) or result == pytest.approx(expected)


ERRORS = [
    ("age('yesterday')", "parse_time(): no ISO 8601 time such as 2026-03-01T12:00:00Z"),
    ("age(null)", "age() got absent; it takes string or number"),
    ("parse_time(huge)", "parse_time(): no ISO 8601 time such as 2026-03-01T12:00:00Z"),
    ("parse_time('Xxx, 1 Mar')", "parse_time(): no ISO 8601 time such as 2026-03-01T12:00:00Z"),
    ("duration('5')", '"5" is no duration; write it like 90s, 5m, 1h30m or 2d'),
    ("duration('')", '"" is no duration; write it like 90s, 5m, 1h30m or 2d'),
    ("duration('m')", '"m" is no duration; write it like 90s, 5m, 1h30m or 2d'),
    ("duration('1.2.3s')", '"1.2.3s" is no duration; write it like 90s, 5m, 1h30m or 2d'),
    ("duration('5x')", '"5x" is no duration; write it like 90s, 5m, 1h30m or 2d'),
    (
        "format_time(1772366400000000)",
        "format_time(): no time in seconds since the epoch; milliseconds need div(ms, 1000)",
    ),
    ("regex(null, 'a')", "regex() got absent; it takes string"),
    ("regex('a', text)", 'regex() got "Ünïcode"; it takes object'),
    ("regex(huge, 'a$')", "a text of 65537 characters is longer than 65536"),
    ("glob(huge, 'a')", "a text of 65537 characters is longer than 65536"),
    ("glob(5, 'a')", "glob() got 5; it takes string"),
    ("lower(null)", "lower() got absent; it takes string"),
    ("lower(list)", "lower() got [1,2,3]; it takes string"),
    ("join(huge, many)", "join(): the result would be longer than 1048576 characters"),
    ("split('a', '')", "split(): the separator is empty"),
    ("replace('a', '', 'b')", "replace(): the text to be replaced is empty"),
    (
        "replace(huge, 'x', 'xxxxxxxxxxxxxxxxx')",
        "replace(): the result would be longer than 1048576 characters",
    ),
    ("json('[')", "json(): Expecting value: line 1 column 2 (char 1)"),
    ("json('NaN')", "json(): NaN is no JSON"),
    ("urlencode(huge)", "a text of 65537 characters is longer than 65536"),
    ("shell_quote(nul)", "shell_quote(): a NUL character cannot be quoted"),
    ("in_cidr('x', '10.0.0.0/8')", "in_cidr(): the first text is no IP address"),
    ("in_cidr('10.0.0.1', 'x')", "in_cidr(): the second text is no network such as 10.0.0.0/8"),
    ("in_cidr('10.0.0.1', [5, 6])", "in_cidr() got 5; it takes string or array-string"),
    ("get('text', 'a')", 'get() got "text"; it takes object or array or null'),
    ("tag('text', 'a')", 'tag() got "text"; it takes array or object or null'),
    (
        "arn('i-1', 'id')",
        "arn(): the text is no ARN (arn:partition:service:region:account:resource)",
    ),
    (
        "arn(arn, 'name')",
        f"arn(): no such part; there are {', '.join(ARN_PARTS)}",
    ),
    ("add(1)", "add() takes at least 2 arguments, not 1"),
    ("add(1, 'x')", 'add() got "x"; it takes number'),
    ("add(1, 2, true)", "add() got true; it takes number"),
    ("sub(1, 2, 3)", "sub() takes 2 arguments, not 3"),
    ("round(1, 2, 3)", "round() takes 1 or 2 arguments, not 3"),
    ("now(1)", "now() takes no argument, not 1"),
    ("div(1, 0)", "div(): division by zero"),
    ("mul(1e308, 10)", "the result is too large for a number"),
    ("round(1, 20)", "round(): digits must be a whole number from 0 to 15"),
    ("round(1, 0.5)", "round(): digits must be a whole number from 0 to 15"),
    ("take(list, -1)", "take(): the count must be a whole number, not below 0"),
    ("take(list, 0.5)", "take(): the count must be a whole number, not below 0"),
    ("abs('x')", 'abs() got "x"; it takes number'),
    ("sort_by(list, &@.x)", "sort_by() got 1; it takes string or number"),
    ("contains('abc', 1)", "cannot be evaluated (TypeError)"),
    ("list[::0]", "cannot be evaluated (ValueError)"),
    ("nothing_like_it(1)", "cannot be evaluated (UnknownFunctionError)"),
    ("keys(now)", "keys() got absent; it takes object"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), ERRORS)
def test_a_call_fails(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text, SCOPE)

    assert (caught.value.text, caught.value.reason) == (text, reason)


def test_json_nested_too_deep_is_an_error() -> None:
    with pytest.raises(ExpressionError) as caught:
        value("json(deep)", {"deep": "[" * 200_000})

    assert caught.value.reason == "json(): the text is nested too deep"
    with pytest.raises(ExpressionError, match=r"json\(\): the text is nested too deep"):
        value("json(deep)", {"deep": "[" * 101 + "]" * 101})
    assert value("json(deep) | [0][0]", {"deep": "[" * 99 + "]" * 99}) is not None


def test_a_long_value_is_cut_in_an_error() -> None:
    with pytest.raises(ExpressionError) as caught:
        value("abs(text)", {"text": "x" * 500_000})

    assert caught.value.reason == f'abs() got "{"x" * 79}…; it takes number'


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_catalogues_example_gives_what_it_says(function: Function) -> None:
    evaluated = evaluator(EXAMPLE_SCOPE, lambda _: "(the secret)").value(expr(function.example))

    assert evaluated == json.loads(function.result)


def test_the_catalogue_has_every_function_once() -> None:
    assert sorted(FUNCTIONS) == sorted(Functions.FUNCTION_TABLE)
    assert sum(map(len, SECTIONS.values())) == len(FUNCTIONS)
    assert EXAMPLE_NOW == NOW


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_catalogues_signature_is_the_one_that_is_checked(function: Function) -> None:
    parameters = [each for each in function.signature.partition("(")[2][:-1].split(", ") if each]
    optional = sum(1 for each in parameters if each.endswith("?"))
    endless = parameters[-1:] == ["…"]
    least = len(parameters) - optional - endless
    expected = (least, None if endless else len(parameters))

    assert expected == arity(Functions.FUNCTION_TABLE[function.name]["signature"])


@pytest.mark.parametrize(
    "function", [each for each in FUNCTIONS.values() if each.returns], ids=lambda each: each.name
)
def test_the_catalogues_result_is_of_its_type(function: Function) -> None:
    """Of the examples that are the call alone."""
    returns = function.returns
    if function.example.startswith(f"{function.name}(") and function.example.endswith(")"):
        assert isinstance(returns, Type)
        assert of_value(json.loads(function.result)).kind == returns.kind


@pytest.mark.parametrize(("ours", "plain", "result"), MERCIES)
def test_the_pages_examples_of_the_dialect_are_true(ours: str, plain: str, result: str) -> None:
    assert value(ours, EXAMPLE_SCOPE) == json.loads(result)
    assert plain == "(there is none)" or value(plain, EXAMPLE_SCOPE) == json.loads(result)


@given(st.text())
def test_a_shell_reads_a_quoted_text_as_one_word(text: str) -> None:
    if "\0" in text:
        return
    assert shlex.split(value("shell_quote(t)", {"t": text})) == [text]


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_addition_and_subtraction_undo_each_other(a: float, b: float) -> None:
    assert value("sub(add(a, b), b)", {"a": a, "b": b}) == pytest.approx(a, abs=1e-4)


@given(st.integers(0, 4_000_000_000))
def test_formatting_and_parsing_undo_each_other(seconds: int) -> None:
    assert value("parse_time(format_time(s))", {"s": seconds}) == seconds


def test_a_secret_is_asked_for_by_its_reference() -> None:
    asked: list[str] = []

    def secret(ref: str) -> str:
        asked.append(ref)
        return hidden(ref)

    result = evaluator({}, secret).value(expr("secret('sm:pager/key')"))

    assert (result, asked) == ("hidden-sm:pager/key", ["sm:pager/key"])
