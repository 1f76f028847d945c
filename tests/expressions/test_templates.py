"""YAML's values become the Plan's, or all that is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.plan import Expr
from opsloop.expressions import (
    BadExpression,
    compile_condition,
    compile_expr,
    compile_value,
    parse,
)
from opsloop.expressions.types import Names
from opsloop.problems import Fault
from tests.expressions.evaluating import evaluator

NAMES: Names = {"event": None, "db": None}


def _expr(text: str) -> Expr:
    return {"text": text, "tree": parse(text)}


@pytest.mark.parametrize(
    ("data", "compiled"),
    [
        ("", {"lit": ""}),
        ("plain $ {x} $x", {"lit": "plain $ {x} $x"}),
        (5, {"lit": 5}),
        (None, {"lit": None}),
        (True, {"lit": True}),
        ("a == 'b'", {"lit": "a == 'b'"}),
        ("$${db}", {"lit": "${db}"}),
        ("$$${db}", {"lit": "$${db}"}),
        ("${db}", {"expr": _expr("db")}),
        ("${ db }", {"expr": _expr(" db ")}),
        (" ${db}", {"join": [" ", _expr("db")]}),
        ("${db}${event.x}", {"join": [_expr("db"), _expr("event.x")]}),
        ("a ${db} $${b} c", {"join": ["a ", _expr("db"), " ${b} c"]}),
        ("${ {a: {b: db}} }", {"expr": _expr(" {a: {b: db}} ")}),
        ("${join('}', db)} x", {"join": [_expr("join('}', db)"), " x"]}),
        ("""${db."a}b"}""", {"expr": _expr('db."a}b"')}),
        ('${`"}"`}', {"expr": _expr('`"}"`')}),
        (r"${'it\'s }'}", {"expr": _expr(r"'it\'s }'")}),
        ("}${db}{", {"join": ["}", _expr("db"), "{"]}),
        ({"a": [1, {"b": "c"}], "d": {}}, {"lit": {"a": [1, {"b": "c"}], "d": {}}}),
        (
            {"a": "${db}", "b": {"c": 1}, "d": ["x", "${db}"]},
            {
                "map": {
                    "a": {"expr": _expr("db")},
                    "b": {"lit": {"c": 1}},
                    "d": {"list": [{"lit": "x"}, {"expr": _expr("db")}]},
                }
            },
        ),
    ],
)
def test_a_value(data: Any, compiled: Any) -> None:
    assert compile_value(data) == compiled


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ("${}", [Fault("nothing", "an expression", offset=2)]),
        (
            "x ${db",
            [Fault("`${` without its `}`", "`}` after the expression", "x ${db}", offset=2)],
        ),
        (
            "${join('}, db)}",
            [Fault("`'`", "a closing '", None, offset=7)],
        ),
        (
            "id ${db.a-b}!",
            [
                Fault(
                    "`a-b`",
                    "a name with a hyphen in double quotes",
                    'id ${db."a-b"}!',
                    offset=8,
                )
            ],
        ),
        (
            {"a": {"b": ["ok", "${evnt.x} ${dbs}"]}},
            [
                Fault(
                    "`evnt`, which names nothing in scope",
                    "`event`",
                    "${event.x} ${dbs}",
                    ("a", "b", 1),
                    2,
                ),
                Fault(
                    "`dbs`, which names nothing in scope",
                    "`db`",
                    "${evnt.x} ${db}",
                    ("a", "b", 1),
                    12,
                ),
            ],
        ),
        (
            {"${db}": 1, "ok": {5: 2}},
            [
                Fault(
                    "`${db}`",
                    "a key without `${}`: keys are plain text",
                    None,
                    ("${db}",),
                    key=True,
                ),
                Fault("`5`", "a key that is text", '"5"', ("ok", 5), key=True),
            ],
        ),
    ],
)
def test_the_faults_of_a_value(data: Any, faults: list[Fault]) -> None:
    with pytest.raises(BadExpression) as caught:
        compile_value(data, NAMES)

    assert list(caught.value.faults) == faults


@pytest.mark.parametrize(
    ("data", "text"),
    [("db.x == 1", "db.x == 1"), (True, "true"), (5, "5"), (1.5, "1.5"), (False, "false")],
)
def test_an_expression(data: Any, text: str) -> None:
    assert compile_expr(data, NAMES) == _expr(text)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (None, Fault("nothing", "an expression")),
        ("", Fault("nothing", "an expression")),
        (["db"], Fault("a list", "an expression")),
        ({"a": 1}, Fault("a map with `a:`", "an expression")),
        ({}, Fault("an empty map", "an expression")),
        ("${db}", Fault("`${}`", "an expression without `${}`", "db")),
        ("${db} == 'x'", Fault("`${}`", "an expression without `${}`", "db == 'x'")),
        ("'${db}' == 'x'", Fault("`${}`", "an expression without `${}`", "db == 'x'", offset=1)),
        (
            "host-${db}",
            Fault("`${}`", "an expression without `${}`", "join('', ['host-', db])", offset=5),
        ),
        (
            "web ${db}x",
            Fault("`${}`", "an expression without `${}`", "join('', ['web ', db, 'x'])", offset=4),
        ),
        ("it's ${db", Fault("`${}`", "an expression without `${}`", None, offset=5)),
        ("db = 1", Fault("`=`", "`==`", "db == 1", offset=3)),
    ],
)
def test_the_fault_of_an_expression(data: Any, fault: Fault) -> None:
    with pytest.raises(BadExpression) as caught:
        compile_expr(data)

    assert caught.value.faults == (fault,)


def test_a_pick_is_not_rooted_in_the_scope() -> None:
    text = "DBInstances[?Id == $db] | [0]"

    assert compile_expr(text, NAMES, rooted=False) == _expr(text)


@pytest.mark.parametrize(
    ("data", "compiled"),
    [
        ("db", {"test": _expr("db")}),
        (True, {"test": _expr("true")}),
        (["db", "event.x"], {"all": [{"test": _expr("db")}, {"test": _expr("event.x")}]}),
        ({"not": "db"}, {"not": {"test": _expr("db")}}),
        ({"not": ["db"]}, {"not": {"all": [{"test": _expr("db")}]}}),
        (
            ["db", {"any": ["event.x", {"not": "event.y"}, ["event.z"]]}],
            {
                "all": [
                    {"test": _expr("db")},
                    {
                        "any": [
                            {"test": _expr("event.x")},
                            {"not": {"test": _expr("event.y")}},
                            {"all": [{"test": _expr("event.z")}]},
                        ]
                    },
                ]
            },
        ),
    ],
)
def test_a_condition(data: Any, compiled: Any) -> None:
    assert compile_condition(data, NAMES) == compiled


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (None, [Fault("nothing", "an expression")]),
        ([], [Fault("an empty list", "a list of conditions")]),
        ({"any": "db"}, [Fault("`db`", "a list of conditions", None, ("any",))]),
        ({"any": []}, [Fault("an empty list", "a list of conditions", None, ("any",))]),
        (
            {"some": ["db"]},
            [Fault("a map with `some:`", "an expression, or one of `any:`, `all:`, `not:`")],
        ),
        (
            {"any": ["db"], "all": ["db"]},
            [Fault("a map with `any:`, `all:`", "an expression, or one of `any:`, `all:`, `not:`")],
        ),
        (
            ["evnt.x", {"any": ["db", {"not": "${db}"}]}],
            [
                Fault("`evnt`, which names nothing in scope", "`event`", "event.x", (0,)),
                Fault("`${}`", "an expression without `${}`", "db", (1, "any", 1, "not")),
            ],
        ),
    ],
)
def test_the_faults_of_a_condition(data: Any, faults: list[Fault]) -> None:
    with pytest.raises(BadExpression) as caught:
        compile_condition(data, NAMES)

    assert list(caught.value.faults) == faults


_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text().filter(lambda text: "${" not in text)
)
_DATA = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text().filter(lambda k: "${" not in k), inner)
    ),
    max_leaves=10,
)


@given(_DATA)
def test_a_value_without_templates_is_rendered_as_it_is(data: Any) -> None:
    compiled = compile_value(data)

    assert compiled == {"lit": data}
    assert evaluator().render(compiled, "with") == data


@given(st.text())
def test_an_escaped_text_is_rendered_as_it_was(text: str) -> None:
    escaped = text.replace("${", "$${")

    assert evaluator({"db": "x"}).render(compile_value(f"{escaped}|${{db}}"), "with") == f"{text}|x"


@given(st.text(alphabet="${}'\"`\\ab.[] ", max_size=20))
def test_any_text_is_compiled_or_refused(text: str) -> None:
    try:
        compile_value({"a": [text]})
    except BadExpression as bad:
        for fault in bad.faults:
            assert fault.path == ("a", 0)
            assert 0 <= fault.offset <= len(text)
            assert fault.correction is None or compile_value(fault.correction)
