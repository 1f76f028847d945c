"""`let`s: what each reads in the end, where it is there, and circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.compiler.lets import Lets
from opsloop.expressions.templates import compile_expr
from opsloop.expressions.types import STRING, Names, Type, elsewhere
from opsloop.problems import Fault

LATER = elsewhere("a step that runs later", "an earlier one")


def lets(**texts: str) -> Lets:
    return Lets({name: compile_expr(text) for name, text in texts.items()})


CHAIN = lets(a="b.x", b="not_null(c, event.detail)", c="facts.db", alone="`1`")


@pytest.mark.parametrize(
    ("names", "reached"),
    [
        ([], set()),
        (["alone"], {"alone"}),
        (["account"], {"account"}),
        (["c"], {"c", "facts"}),
        (["a"], {"a", "b", "c", "facts", "event"}),
    ],
)
def test_what_is_reached(names: list[str], reached: set[str]) -> None:
    assert CHAIN.reach(names) == reached


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a", {"event", "facts"}),
        ("a || params.x", {"event", "facts", "params"}),
        ("$a", {"event", "facts"}),
        ("params.list[?x == $a]", {"params", "event", "facts"}),
        ("params.list[?a == `1`]", {"params"}),
        ("shell_quote(a)", {"event", "facts"}),
    ],
)
def test_what_an_expression_reads_in_the_end(text: str, read: set[str]) -> None:
    assert CHAIN.reads(compile_expr(text)) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("shell_quote(a)", set()),
        ("join(' ', [shell_quote(a), params.x])", {"params"}),
        ("quoted", set()),
        ("join(' ', [quoted, c])", {"facts"}),
    ],
)
def test_what_is_read_outside_of_a_function(text: str, read: set[str]) -> None:
    known = CHAIN.beside({"quoted": compile_expr("shell_quote(event.id)")})
    assert known.reads(compile_expr(text), outside="shell_quote") == read


def test_what_is_beside_is_followed_too() -> None:
    inner = CHAIN.beside({"item": compile_expr("params.urls")})
    assert inner.reads(compile_expr("item")) == {"params"}
    assert CHAIN.reads(compile_expr("item")) == {"item"}


@pytest.mark.parametrize(
    ("names", "at"),
    [
        ({"event": None, "facts": Type("object", {"db": None})}, {}),
        ({"event": None, "facts": LATER}, {"a": "facts", "b": "facts", "c": "facts"}),
        (
            {"event": None, "facts": Type("object", {"db": LATER})},
            {"a": "facts.db", "b": "facts.db", "c": "facts.db"},
        ),
        ({"event": LATER, "facts": None}, {"a": "event", "b": "event"}),
        ({"event": Type("object", {"x": LATER}), "facts": STRING}, {}),
    ],
)
def test_a_let_is_where_all_it_reads_is(names: Names, at: dict[str, str]) -> None:
    told = {
        name: elsewhere(f"which reads `{read}`, a step that runs later", "an earlier one")
        for name, read in at.items()
    }
    assert CHAIN.at(names) == {**dict.fromkeys(CHAIN.exprs), **told}


@pytest.mark.parametrize(
    ("texts", "circles"),
    [
        ({"a": "b", "b": "c.d", "c": "event"}, {}),
        ({"a": "a"}, {"a": "a → a"}),
        ({"b": "a", "a": "b || event"}, {"a": "a → b → a"}),
        ({"a": "b", "b": "c", "c": "a"}, {"a": "a → b → c → a"}),
        ({"a": "b", "b": "a", "c": "d", "d": "c"}, {"a": "a → b → a", "c": "c → d → c"}),
        ({"a": "event[?x == $b]", "b": "a"}, {"a": "a → b → a"}),
        ({"a": "event.a"}, {}),
        ({"outside": "a", "a": "b", "b": "a"}, {"a": "a → b → a"}),
    ],
)
def test_circles_are_told_once(texts: dict[str, str], circles: dict[str, str]) -> None:
    assert list(lets(**texts).circles()) == [
        Fault(f"a circle: {way}", "a value that does not need itself", path=(name,))
        for name, way in circles.items()
    ]


NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, NAMES, min_size=1))
def test_there_is_a_circle_just_where_a_let_reaches_itself(reads: dict[str, str]) -> None:
    made = lets(**reads)
    reaching = {name for name, read in reads.items() if name in made.reach([read])}
    told = {name for fault in made.circles() for name in fault.found[10:].split(" → ")}
    assert told == reaching
