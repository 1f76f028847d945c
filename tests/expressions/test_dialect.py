"""The three mercies against plain JMESPath, and what is said of a text that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.expressions import BadExpression, parse
from opsloop.expressions.dialect import MAX_DEPTH, MAX_LENGTH
from opsloop.problems import Fault
from tests.expressions.evaluating import value

SAME_TREES = [
    ("a == 5", "a == `5`"),
    ("a == -5", "a == `-5`"),
    ("a > 1.5", "a > `1.5`"),
    ("a > -1.5e-3", "a > `-0.0015`"),
    ("a == 1E3", "a == `1000.0`"),
    ("f(1, 2.5)", "f(`1`, `2.5`)"),
    ("[1, 2]", "[`1`, `2`]"),
    ("[1.5]", "[`1.5`]"),
    ("[a, 1]", "[a, `1`]"),
    ("{a: 1}", "{a: `1`}"),
    ("a || 0", "a || `0`"),
    ("a[0]", "a[0]"),
    ("[0]", "[0]"),
    ("[-1]", "[-1]"),
    ("a[1:2].b", "a[1:2].b"),
    ("a == true", "a == `true`"),
    ("false", "`false`"),
    ("a || null", "a || `null`"),
    ("f(true, null)", "f(`true`, `null`)"),
    ("a[?b == false]", "a[?b == `false`]"),
    ("a.true", "a.true"),
    ("a[*].null.b", "a[*].null.b"),
    ("{true: false}", "{true: `false`}"),
    ('"true"', '"true"'),
    ("a.[true, b]", "a.[`true`, b]"),
    ("True", "True"),
    ("nullable", "nullable"),
    ("!a.b", "!(a.b)"),
    ("!a.b.c == d", "(!(a.b.c)) == d"),
    ("!a[0].b", "!(a[0].b)"),
    ("!a[?b]", "!(a[?b])"),
    ("!a[].b", "!(a[].b)"),
    ("!a[*].b", "!(a[*].b)"),
    ("!a.*", "!(a.*)"),
    ("!a && b", "(!a) && b"),
    ("!a || b", "(!a) || b"),
    ("!!a.b", "!(!(a.b))"),
    ("!f(x).y", "!(f(x).y)"),
    ("!a | b", "(!a) | b"),
    ("!a == !b", "(!a) == (!b)"),
    ("x && !a.b", "x && !(a.b)"),
]


@pytest.mark.parametrize(("ours", "plain"), SAME_TREES)
def test_the_tree_is_that_of_plain_jmespath(ours: str, plain: str) -> None:
    assert parse(ours) == jmespath.compile(plain).parsed


def _variable(name: str) -> dict[str, Any]:
    return {"type": "variable", "value": name, "children": []}


def _field(name: str) -> dict[str, Any]:
    return {"type": "field", "value": name, "children": []}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("$a", _variable("a")),
        ("$true", _variable("true")),
        ("$a.b", {"type": "subexpression", "children": [_variable("a"), _field("b")]}),
        ("!$a", {"type": "not_expression", "children": [_variable("a")]}),
        (
            "x[?y == $a]",
            {
                "type": "filter_projection",
                "children": [
                    _field("x"),
                    {"type": "identity", "children": []},
                    {
                        "type": "comparator",
                        "value": "eq",
                        "children": [_field("y"), _variable("a")],
                    },
                ],
            },
        ),
    ],
)
def test_a_dollar_reads_a_name_in_scope(text: str, tree: dict[str, Any]) -> None:
    assert parse(text) == tree


MISTAKES = [
    # text, offset, found, expected, correction
    ("", 0, "nothing", "an expression", None),
    ("  ", 0, "nothing", "an expression", None),
    ("a.foo-bar", 2, "`foo-bar`", "a name with a hyphen in double quotes", 'a."foo-bar"'),
    ("a.b-c.d-e", 2, "`b-c`", "a name with a hyphen in double quotes", 'a."b-c"."d-e"'),
    ("a.b-1 == c", 2, "`b-1`", "a name with a hyphen in double quotes", 'a."b-1" == c'),
    ("detail-type", 0, "`detail-type`", "a name with a hyphen in double quotes", '"detail-type"'),
    ("x == us-east-1", 5, "`us-east-1`", "a text in single quotes", "x == 'us-east-1'"),
    (
        "x == arn:aws:s3:::b && y",
        5,
        "`arn:aws:s3:::b`",
        "a text in single quotes",
        "x == 'arn:aws:s3:::b' && y",
    ),
    ("a = b", 2, "`=`", "`==`", "a == b"),
    ("a = 'x' and b = 'y'", 2, "`=`", "`==`", "a == 'x' && b == 'y'"),
    ("a === b", 4, "`=`", "`==` alone", "a == b"),
    ("a !== b", 4, "`=`", "`!=` alone", "a != b"),
    ("a <> b", 2, "`<`", "`!=`", "a != b"),
    ("a =~ 'x'", 2, "`=`", "`regex(text, 'pattern')`", None),
    ("a & b", 2, "`&`", "`&&`", "a && b"),
    ("a and b", 2, "`and`", "`&&`", "a && b"),
    ("a OR b", 2, "`OR`", "`||`", "a || b"),
    ("not a.b", 0, "`not`", "`!`", "!a.b"),
    ("not a.b == 'x'", 0, "`not`", "`!=`", "a.b != 'x'"),
    ("a && not b == c || d", 5, "`not`", "`!=`", "a && b != c || d"),
    ("not a < 5 and b", 0, "`not`", "`!`", "!(a < 5) && b"),
    ("not a.b != 5", 0, "`not`", "`!`", "!(a.b != 5)"),
    ("not a.or == 5", 0, "`not`", "`!=`", "a.or != 5"),
    ("not a is null", 0, "`not`", "`!`", "!(a == null)"),
    ("not a in b", 0, "`not`", "`!`", "!(contains(b, a))"),
    ("a[?not b == 'c'].d", 3, "`not`", "`!=`", "a[?b != 'c'].d"),
    ("not contains(a, 'b == c')", 0, "`not`", "`!`", "!contains(a, 'b == c')"),
    ("a and not b", 2, "`and`", "`&&`", "a && !b"),
    ("a is null", 2, "`is`", "`==`", "a == null"),
    ("a is not null", 2, "`is`", "`!=`", "a != null"),
    ("x in ['a', 'b']", 2, "`in`", "`contains(list, value)`", "contains(['a', 'b'], x)"),
    ("a + 1", 2, "`+`", "`add(a, b)`", "add(a, 1)"),
    ("a.b[0] - f(x, 1)", 7, "`-`", "`sub(a, b)`", "sub(a.b[0], f(x, 1))"),
    ("a * 1.2", 2, "`*`", "`mul(a, b)`", "mul(a, 1.2)"),
    ("x > a / 2", 6, "`/`", "`div(a, b)`", "x > div(a, 2)"),
    ("a -1", 2, "`-1`", "`sub(a, b)`", "sub(a, 1)"),
    ("a ? b : c", 2, "`?`", "`condition && value || other`; there is no `?:`", None),
    ("x == “a”", 5, "`“`", "a straight quote", "x == 'a'"),
    ("age(x) > 5m", 9, "`5m`", "`duration()`", "age(x) > duration('5m')"),
    (
        "tags['Name']",
        5,
        "`'Name'`",
        "a number in brackets; a name after a dot",
        "tags.Name",
    ),
    ("tags[a]", 5, "`a`", "a number in brackets; a name after a dot", "tags.a"),
    ('t["a b"]', 2, '`"a b"`', "a number in brackets; a name after a dot", 't."a b"'),
    ("a.tags[$k]", 7, "`$k`", "`get(object, key)`", "get(a.tags, $k)"),
    ("a.$k", 2, "`$k`", "a name; for a key that varies, `get(object, $k)`", None),
    ("a.1", 2, "`1`", "a name, or an index in brackets", "a[1]"),
    ("a.[0]", 2, "`[`", "an index without a dot before it", "a[0]"),
    ("a.'b-c'", 2, "`'b-c'`", "a name", 'a."b-c"'),
    ("a..b", 2, "`.`", "a name after the dot", None),
    ("a.", 2, "the end", "a name after the dot", None),
    ("a[?b == 'c'", 11, "the end", "`]`", "a[?b == 'c']"),
    ("f(a, (b", 7, "the end", "`)`", "f(a, (b))"),
    ("a &&", 4, "the end", "a value", None),
    ("f(a b)", 4, "`b`", "`)` or `,`", None),
    ("f(a,)", 4, "`)`", "a value", None),
    ("a]", 1, "`]`", "an operator, or the end", None),
    ("@(x)", 1, "`(`", "a function's name before the parenthesis", None),
    ('"f"(x)', 0, '`"f"`', "a function's name without quotes", "f(x)"),
    ("a[1.5]", 2, "`1.5`", "a whole number as index", None),
    ("a[0:1.5]", 4, "`1.5`", "a whole number as index", None),
    (
        "account == 012345670123",
        11,
        "`012345670123`",
        "a number without leading zeros, or a text in quotes",
        "account == '012345670123'",
    ),
    ("'abc", 0, "`'`", "a closing '", "'abc'"),
    ('a."b', 2, '`"`', 'a closing "', 'a."b"'),
    ("`foo`", 0, "`foo`", "JSON between backticks (Expecting value)", "'foo'"),
    ("`NaN`", 0, "`NaN`", "JSON between backticks (NaN is no JSON)", "'NaN'"),
    ("1e999", 0, "`1e999`", "a number (too large)", None),
    ("${a.b} == 1", 0, "`$`", "an expression; `${}` belongs into texts", "a.b == 1"),
    ("a # b", 2, "`#`", "an operator, or the end", None),
    (
        "regex(a, '(x')",
        10,
        "the pattern `(x`",
        "a regular expression (missing ), unterminated subpattern)",
        None,
    ),
]


@pytest.mark.parametrize(
    ("text", "offset", "found", "expected", "correction"),
    MISTAKES,
    ids=[mistake[0] for mistake in MISTAKES],
)
def test_a_mistake_is_explained(
    text: str, offset: int, found: str, expected: str, correction: str | None
) -> None:
    with pytest.raises(BadExpression) as caught:
        parse(text)

    assert caught.value.faults == (Fault(found, expected, correction, offset=offset),)


@pytest.mark.parametrize("text", [mistake[4] for mistake in MISTAKES if mistake[4]])
def test_a_correction_can_be_read(text: str) -> None:
    assert parse(text)["type"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(" * 5_000, "an expression nested too deep"),
        (" || ".join(["a"] * 300), "an expression nested too deep"),
        ("!" * 300 + "a", "an expression nested too deep"),
        ("a[*]." * 400 + "a", "an expression nested too deep"),
        ("`" + "[" * 9_000 + "`", "`" + "[" * 9_000 + "`"),
        ("a" * (MAX_LENGTH + 1), f"{MAX_LENGTH + 1} characters"),
        ("9" * 5_000, "`" + "9" * 5_000 + "`"),
    ],
    ids=["parentheses", "chain", "nots", "projections", "json", "length", "digits"],
)
def test_a_monster_is_refused(text: str, found: str) -> None:
    with pytest.raises(BadExpression) as caught:
        parse(text)

    assert caught.value.fault.found == found


def test_the_deepest_tree_that_is_read_can_be_evaluated() -> None:
    text = " || ".join(["a"] * (MAX_DEPTH - 1) + ["1"])

    assert value(text) == 1


_TOKENS = st.sampled_from(
    [
        *"abc.,:@*()[]{}!&|<>=?-+'\"`$ \n\\0123456789",
        *("[?", "[]", "||", "&&", "==", "true", "null", "$x", "'t'", '"q"', "`1`", "`x`", "1.5"),
        *("regex(", "'(a|b)*'", "'('", "not ", " in ", "${", "}"),
    ]
)


@given(st.lists(_TOKENS, max_size=30).map("".join) | st.text(max_size=60))
def test_a_text_is_read_or_refused_in_our_own_words(text: str) -> None:
    try:
        tree = parse(text)
    except BadExpression as bad:
        [fault] = bad.faults
        assert 0 <= fault.offset <= len(text)
        assert fault.correction is None or parse(fault.correction)
    else:
        assert json.loads(json.dumps(tree)) == tree
