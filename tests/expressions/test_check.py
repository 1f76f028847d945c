"""Names and types that can never be right are found; what may be right is let alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.expressions import BadExpression, check, compile_expr, parse
from opsloop.problems import Fault
from tests.expressions.knowing import NAMES

_ALL = "one of account, alarm, count, db, event, facts, ids, list, ok, time"
_TEXT = "a text in single quotes"

RIGHT = [
    "event.detail.anything.at[0].all == 'x'",
    "alarm.dimensions.DBInstanceIdentifier == 5",
    "account == '123456789012'",
    "account == null && count != null",
    "count > 5 && 5 < count",
    "event.x < 5",
    "event.x < event.y",
    "age(time) > duration('5m')",
    "parse_time(time) < now()",
    "ids[0] == 'a' && contains(ids, 'b')",
    "event.list[?State == 'x' && Name == $db].Id",
    "event.list[?\"tag-key\" == 'x']",
    'event.list[?Name == @."other-name"]',
    "event.\"detail-type\" == 'x'",
    "sort_by(list, &name)[-1].id",
    "map(&lower(@), ids)",
    "list[*].x | [0].y",
    "list | @[0]",
    "max([count, 5]) > 3",
    "get(facts, 'rds').Engine",
    "secret('ssm:/pager/key')",
    "secret('sm:pager/key')",
    "regex(event.x, '^a')",
    "in_cidr(event.ip, ['10.0.0.0/8'])",
    "{a: count}.a > 5",
    "(db || 'x') == 'y'",
    "!ok == true",
    "to_number(account) > 5",
    "event.*.x | [0]",
    "list[1:2].x",
    "$event.detail.x",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_may_be_right_is_let_alone(text: str) -> None:
    assert check(parse(text), text, NAMES) == []


WRONG = [
    # text, offset, found, expected, correction
    (
        "alarm.state == ALARM",
        15,
        "`ALARM`, which names nothing in scope",
        f"`'ALARM'`, {_TEXT} (or a name in scope)",
        "alarm.state == 'ALARM'",
    ),
    (
        "firing == event.state",
        0,
        "`firing`, which names nothing in scope",
        f"`'firing'`, {_TEXT} (or a name in scope)",
        "'firing' == event.state",
    ),
    (
        'event.state == "firing"',
        15,
        '`"firing"`, which names nothing in scope',
        f"`'firing'`, {_TEXT} (double quotes name a field)",
        "event.state == 'firing'",
    ),
    (
        "contains(event.list, open)",
        21,
        "`open`, which names nothing in scope",
        f"`'open'`, {_TEXT} (or a name in scope)",
        "contains(event.list, 'open')",
    ),
    (
        "alrm.state == 'x'",
        0,
        "`alrm`, which names nothing in scope",
        "`alarm`",
        "alarm.state == 'x'",
    ),
    ("event.x == tiem", 11, "`tiem`, which names nothing in scope", "`time`", "event.x == time"),
    ("state == 'x'", 0, "`state`, which names nothing in scope", _ALL, None),
    ("state", 0, "`state`, which names nothing in scope", _ALL, None),
    (
        "detail.x == 1",
        0,
        "`detail`, which names nothing in scope",
        "`event.detail`",
        "event.detail.x == 1",
    ),
    ("ok == True", 6, "`True`, which names nothing in scope", "`true`", "ok == true"),
    ("db == None", 6, "`None`, which names nothing in scope", "`null`", "db == null"),
    ("$evnt.x", 0, "`$evnt`, which names nothing in scope", "`$event`", "$event.x"),
    ("list[?x == $what]", 11, "`$what`, which names nothing in scope", _ALL, None),
    ("alarm.nmae", 6, "`nmae`, which is never there", "`name`", "alarm.name"),
    (
        "alarm.threshold",
        6,
        "`threshold`, which is never there",
        "one of dimensions, name, state",
        None,
    ),
    ("facts.rdss.x", 6, "`rdss`, which is never there", "`rds`", "facts.rds.x"),
    ("account.id", 8, "`.id` of a string", "a map before the dot", None),
    ("alarm[0]", 0, "an index of an object", "a list before the bracket", None),
    ("count[*]", 0, "`[*]`, `[]` or a slice of a number", "a list before the bracket", None),
    ("alarm[?x]", 0, "a filter of an object", "a list before the bracket", None),
    ("account[]", 0, "`[]` of a string", "a list before the bracket", None),
    ("@.event", 0, "`@`, which is all names at once here", "a name", None),
    ("*.x", 0, "`*.x` with nothing before it", "a name before it", None),
    ("[?x]", 0, "`[?x]` with nothing before it", "a name before it", None),
    (
        "contains([22], event.port)",
        9,
        "`[22]`, an index of nothing",
        "a list in backticks (`[22]`), or a name before the index",
        "contains(`[22]`, event.port)",
    ),
    (
        'list[?State == "running"]',
        15,
        '`"running"`: double quotes name a field',
        f"`'running'`, {_TEXT} (for the field: `@.\"running\"`)",
        "list[?State == 'running']",
    ),
    (
        'list[?starts_with(Name, "web")]',
        24,
        '`"web"`: double quotes name a field',
        f"`'web'`, {_TEXT} (for the field: `@.\"web\"`)",
        "list[?starts_with(Name, 'web')]",
    ),
    (
        "account == 123456789012",
        11,
        "`==` between a string and a number, which are never equal",
        "a string: '123456789012'",
        "account == '123456789012'",
    ),
    (
        "'5' != count",
        0,
        "`!=` between a string and a number, which are never equal",
        "a number: 5",
        "5 != count",
    ),
    (
        "!db == 'x'",
        0,
        "`==` between a boolean and a string, which are never equal",
        "`db != 'x'`: `!` takes in no comparison",
        "db != 'x'",
    ),
    (
        "ok == 'True'",
        6,
        "`==` between a boolean and a string, which are never equal",
        "a boolean: true",
        "ok == true",
    ),
    (
        "alarm.state == `true`",
        15,
        "`==` between a string and a boolean, which are never equal",
        "a string: 'true'",
        "alarm.state == 'true'",
    ),
    (
        "ids == 'a'",
        0,
        "`==` between an array and a string, which are never equal",
        "two values of one type",
        None,
    ),
    (
        "length(ids) == count && length(ids) == 'x'",
        24,
        "`==` between a number and a string, which are never equal",
        "two values of one type",
        None,
    ),
    (
        "time > '2026-01-01'",
        0,
        "`>` on a string, which has no order",
        "numbers: `parse_time()` gives seconds",
        "parse_time(time) > parse_time('2026-01-01')",
    ),
    (
        "event.at <= '2026-01-01T00:00:00Z'",
        0,
        "`<=` on a string, which has no order",
        "numbers: `parse_time()` gives seconds",
        "parse_time(event.at) <= parse_time('2026-01-01T00:00:00Z')",
    ),
    (
        "now() > time",
        0,
        "`>` on a string, which has no order",
        "numbers: `parse_time()` gives seconds",
        "now() > parse_time(time)",
    ),
    (
        "age(time) > '1h30m'",
        12,
        "`>` on a string, which has no order",
        "a number: duration('1h30m')",
        "age(time) > duration('1h30m')",
    ),
    (
        "event.x > '5'",
        10,
        "`>` on a string, which has no order",
        "a number: 5",
        "event.x > 5",
    ),
    (
        "account < 5",
        0,
        "`<` on a string, which has no order",
        "a number",
        "to_number(account) < 5",
    ),
    ("ids > 5", 0, "`>` on an array, which has no order", "a number", "length(ids) > 5"),
    ("count > null", 8, "`>` on null, which has no order", "a number", None),
    ("ok > 1", 0, "`>` on a boolean, which has no order", "a number", None),
]


@pytest.mark.parametrize(
    ("text", "offset", "found", "expected", "correction"), WRONG, ids=[each[0] for each in WRONG]
)
def test_what_can_never_be_right_is_found(
    text: str, offset: int, found: str, expected: str, correction: str | None
) -> None:
    assert check(parse(text), text, NAMES) == [Fault(found, expected, correction, offset=offset)]


@pytest.mark.parametrize("text", [each[4] for each in WRONG if each[4]])
def test_a_correction_is_right(text: str) -> None:
    assert check(parse(text), text, NAMES) == []


def test_all_faults_are_found_in_the_order_of_the_text() -> None:
    text = "evnt.x == ALARM && len(ids) > 'x'"

    assert [fault.offset for fault in check(parse(text), text, NAMES)] == [0, 10, 19, 30]


def test_a_tree_from_json_is_checked_by_its_text() -> None:
    tree = json.loads(json.dumps(parse("ok && evnt")))

    assert [fault.offset for fault in check(tree, "ok && evnt", NAMES)] == [6]


def test_in_a_pick_bare_words_are_fields_of_the_response() -> None:
    text = "DBInstances[?Id == $db] | [0].{size: Allocated, x: @} || *"

    assert check(parse(text), text, NAMES, rooted=False) == []
    assert [
        fault.found for fault in check(parse("[?a == $b]"), "[?a == $b]", NAMES, rooted=False)
    ] == ["`$b`, which names nothing in scope"]


def test_compiling_with_names_checks() -> None:
    with pytest.raises(BadExpression) as caught:
        compile_expr("evnt.x", NAMES)

    assert caught.value.fault.expected == "`event`"


_WORDS = st.sampled_from(
    [
        *("event", "time", "ids", "count", "nope", "'x'", '"q"', "5", "true", "@", "*", "$db"),
        *("[0]", "[?x]", ".", ".name", "[*]", "[]", " == ", " < ", " && ", " | ", "!", "&"),
        *("(", ")", ", ", "[", "]", "{a: ", "}"),
        *("length(", "lower(", "sort_by(", "regex(", "secret(", "len("),
    ]
)


@given(st.lists(_WORDS, max_size=12).map("".join))
def test_any_expression_that_can_be_read_can_be_checked(text: str) -> None:
    try:
        tree = parse(text)
    except BadExpression:
        return
    for fault in check(tree, text, NAMES):
        assert 0 <= fault.offset <= len(text)
