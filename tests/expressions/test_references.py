"""Which names an expression reads, and where its members stand."""

from __future__ import annotations

import pytest

from opsloop.expressions import (
    compile_condition,
    compile_value,
    expressions,
    member_references,
    parse,
    references,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", {"a"}),
        ("a.b.c", {"a"}),
        ("$a.b", {"a"}),
        ("a || b && !c", {"a", "b", "c"}),
        ("a == b.c", {"a", "b"}),
        ("f(a, g(b), &c)", {"a", "b"}),
        ("f(a, &(c == $d))", {"a", "d"}),
        ("a[?b == $c && d == 'e'].f", {"a", "c"}),
        ("a[*].b[0].c", {"a"}),
        ("a[].b | c", {"a"}),
        ("a[1:2].b", {"a"}),
        ("a.*.b", {"a"}),
        ("{x: a, y: b.c}", {"a", "b"}),
        ("[a, b]", {"a", "b"}),
        ("a.[b, $c]", {"a", "c"}),
        ("a | [b, $c]", {"a", "c"}),
        ("'a'", set()),
        ("now()", set()),
    ],
)
def test_the_names_that_are_read(text: str, names: set[str]) -> None:
    assert references(parse(text)) == names


def test_the_names_that_reach_a_shell_unquoted() -> None:
    tree = parse("join(' ', ['rm', shell_quote(path), host, shell_quote(lower(user))])")

    assert references(tree, outside="shell_quote") == {"host"}
    assert references(tree) == {"path", "host", "user"}


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("steps.grow.result", {("grow", 6)}),
        ("$steps.grow.status == 'ok'", {("grow", 7)}),
        ("a && steps.b.x || steps.c", {("b", 11), ("c", 24)}),
        ("steps.b.x || steps.b.y", {("b", 6), ("b", 19)}),
        ("list[?x == $steps.b.y]", {("b", 18)}),
        ("steps.b[0].x", {("b", 6)}),
        ("steps.b[*].x", {("b", 6)}),
        ("steps.b[].x", {("b", 6)}),
        ("steps.b[?x].y", {("b", 6)}),
        ('steps."b-c".x', {("b-c", 6)}),
        ("f(&steps.b)", set()),
        ("x | steps.b", set()),
        ("x.steps.b", set()),
        ("steps", set()),
        ("steps.*", set()),
        ("stepson.b", set()),
    ],
)
def test_the_members_that_are_read(text: str, members: set[tuple[str, int]]) -> None:
    assert member_references(parse(text), "steps") == members


def test_every_expression_of_a_value_or_condition() -> None:
    value = compile_value({"a": ["${b} and ${c}", "d"], "e": {"f": "${g}"}, "h": 1})
    condition = compile_condition(["a", {"any": ["b", {"not": ["c"]}]}])

    assert [each["text"] for each in expressions(value)] == ["b", "c", "g"]
    assert [each["text"] for each in expressions(condition)] == ["a", "b", "c"]
