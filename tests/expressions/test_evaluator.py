"""Values and templates, as the engine sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import ExpressionError, NullValue, SecretError
from chalicelib.expressions import Evaluator
from opsloop.expressions import compile_condition, compile_value
from tests.expressions.evaluating import FixedClock, evaluator, expr, hidden, value

SCOPE: dict[str, Any] = {
    "event": {
        "detail": {
            "state": "stopped",
            "count": 3,
            "zero": 0,
            "empty": "",
            "nothing": None,
            "list": [{"n": 1}, {"n": "x"}, {"n": 9}],
            "a-b": True,
        }
    },
    "db": "orders",
    "limit": 5,
}


class Names:
    """A scope that computes and remembers what was read."""

    def __init__(self, **sources: Callable[[], Any]) -> None:
        self.sources = sources
        self.read: list[str] = []

    def get(self, name: str) -> Any:
        self.read.append(name)
        return self.sources[name]() if name in self.sources else None


def test_a_name_is_read_when_it_is_needed_and_not_before() -> None:
    names = Names(a=lambda: 1, b=lambda: 2)

    result = Evaluator(names, FixedClock(), hidden).value(expr("a || b"))

    assert (result, names.read) == (1, ["a"])


def test_a_name_may_be_an_expression_over_the_same_scope() -> None:
    names = Names(a=lambda: 2)
    over = Evaluator(names, FixedClock(), hidden)
    names.sources["double"] = lambda: over.value(expr("mul(a, 2)"))

    assert over.value(expr("[?@] || [double, $double]")) == [4, 4]


def test_what_fails_inside_a_name_is_told_with_that_names_text() -> None:
    names = Names()
    over = Evaluator(names, FixedClock(), hidden)
    names.sources["size"] = lambda: over.value(expr("mul(a, 2)"))

    with pytest.raises(ExpressionError) as caught:
        over.value(expr("size > 1"))

    assert str(caught.value) == "mul(a, 2): mul() got absent; it takes number"


def test_a_criterion_on_a_name_keeps_its_strictness_around_it() -> None:
    names = Names()
    over = Evaluator(names, FixedClock(), hidden)
    names.sources["lenient"] = lambda: over.value(expr("a < 1"))

    assert over.value(expr("lenient")) is None
    assert over.holds(compile_condition("lenient == null && a < 1")).failed


def test_a_strict_value_orders_numbers_only() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluator(SCOPE).value(expr("event.detail.size < 5"), strict=True)

    assert caught.value.reason == "event.detail.size is absent, which has no order"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 < 2", True),
        ("2 <= 2", True),
        ("1 > 2", False),
        ("1.5 >= 1", True),
        ("'a' < 'b'", None),
        ("event.detail.size < 5", None),
        ("true < 2", None),
        ("1 == true", False),
        ("0 == false", False),
        ("1 != true", True),
        ("1 == 1.0", True),
        ("null == event.detail.size", True),
        ("[1, 2] == `[1, 2]`", True),
        ("!event.detail.zero", False),
        ("!event.detail.empty", True),
        ("event.detail.list[?n > 5].n", [9]),
        ("event.detail.list[?n < $limit].n", [1]),
        ("$event.detail.count", 3),
        ('event.detail."a-b"', True),
        ("event.detail.state.deeper.still", None),
        ("missing", None),
    ],
)
def test_a_value(text: str, expected: Any) -> None:
    assert value(text, SCOPE) is expected or value(text, SCOPE) == expected


def test_a_pick_reads_the_response_and_its_dollars_the_scope() -> None:
    response = {"DBInstances": [{"Id": "other"}, {"Id": "orders"}]}

    picked = evaluator(SCOPE).pick(expr("DBInstances[?Id == $db] | [0]"), response)

    assert picked == {"Id": "orders"}


def test_an_error_that_is_not_the_expressions_passes_through() -> None:
    def refused(ref: str) -> str:
        raise SecretError(f"{ref}: denied")

    with pytest.raises(SecretError):
        evaluator({}, refused).value(expr("secret('ssm:/a')"))


def test_a_tree_of_another_schema_is_no_criterion_that_failed() -> None:
    with pytest.raises(KeyError):
        evaluator().value({"text": "x", "tree": {"type": "of the future", "children": []}})
    with pytest.raises(TypeError, match="another schema"):
        evaluator().holds({"some": []})  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match="another schema"):
        evaluator().render({"text": ""}, "with")  # type: ignore[arg-type]  # as above


# Templates.


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("plain", "plain"),
        ("${limit}", 5),
        ("${event.detail.list[0]}", {"n": 1}),
        ("${db}: ${limit} of ${mul(limit, 2.0)}", "orders: 5 of 10"),
        ("${div(1, 4)} ${limit == 5} ${!db}", "0.25 true false"),
        ("${event.detail.list} and ${ {a: db} }", '[{"n":1},{"n":"x"},{"n":9}] and {"a":"orders"}'),
        ("$${db} ${db}", "${db} orders"),
        ("${event.detail.empty}", ""),
        (
            {"a": ["${db}", {"b": "x-${limit}"}], "c": 1, "d": None, "e": True},
            {"a": ["orders", {"b": "x-5"}], "c": 1, "d": None, "e": True},
        ),
        ([], []),
        (None, None),
        ("${`1e21`} ${`5.0`} ${'é'}", "1e+21 5 é"),
    ],
)
def test_a_value_is_rendered(data: Any, expected: Any) -> None:
    rendered = evaluator(SCOPE).render(compile_value(data), "with")

    assert (rendered, type(rendered)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"Ids": ["${missing}"]}, "missing: null, where with.Ids[0] needs a value"),
        ({"a": {"b": "x ${missing}"}}, "missing: null, where with.a.b needs a value"),
        ("${event.detail.nothing}", "event.detail.nothing: null, where with needs a value"),
    ],
)
def test_null_in_a_template_names_the_parameter(data: Any, message: str) -> None:
    with pytest.raises(NullValue) as caught:
        evaluator(SCOPE).render(compile_value(data), "with")

    assert str(caught.value) == message


def test_a_rendered_constant_is_a_copy() -> None:
    compiled = compile_value({"a": [1, {"b": 2}]})
    first = evaluator().render(compiled, "with")
    first["a"][1]["b"] = "changed"

    assert evaluator().render(compiled, "with") == {"a": [1, {"b": 2}]}


@given(st.text() | st.sampled_from(["${db}", "$${db}", "${secret('ssm:/x')}", "db", "`1`", "$db"]))
def test_what_an_event_brings_is_data(text: str) -> None:
    over = evaluator({"event": {"text": text}, "db": "orders"})

    assert over.render(compile_value("${event.text}"), "with") == text
    assert over.render(compile_value("<${event.text}>"), "with") == f"<{text}>"
    assert over.value(expr("split(event.text, '\\n') | join('\\n', @)")) == text


# Secrets.


@pytest.mark.parametrize(
    "text",
    [
        "abs(secret('ssm:/a'))",
        "max([secret('ssm:/a'), event])",
        "sort_by([secret('ssm:/a')], &abs(@))",
    ],
)
def test_an_error_never_shows_a_secret(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text, {"event": 1})

    assert "hidden" not in str(caught.value)
