"""Which names there are at each place of a rule, and what is said of those of other places."""

from __future__ import annotations

import re
from typing import Any

import pytest

from opsloop.compiler.lets import Lets
from opsloop.compiler.names import ALWAYS, Scope, names_in_lets
from opsloop.expressions.templates import compile_expr
from opsloop.expressions.types import Names, Type, there
from opsloop.rules.model import Rule
from opsloop.rules.triggers import KINDS
from tests.compiler.projects import ROOT

RULE: dict[str, Any] = {
    "description": "A rule.",
    "owner": "team",
    "severity": "low",
    "when": {"alarm": {"names": "a-*"}},
    "each": {"of": "event.detail.list", "as": "part"},
    "let": {"early": "event.id", "late": "steps.one.result", "loop": "item.x"},
    "facts": {"first": {"do": "aws.ec2.describe_instances"}, "second": {"do": "http.get"}},
    "then": [
        {"id": "one", "do": "notify"},
        {"id": "two", "do": "notify", "for_each": "facts.first"},
        {"do": "notify", "for_each": "facts.second", "as": "each_volume"},
    ],
    "on_failure": [{"id": "three", "do": "notify"}],
    "finally": [{"id": "four", "do": "notify"}],
}


def rule(**changed: Any) -> Rule:
    return Rule.model_validate({**RULE, **changed})


def scope(made: Rule) -> Scope:
    lets = Lets({name: compile_expr(text) for name, text in made.let.items()})
    return Scope(made, {"limit": None}, lets)


BASE = {*ALWAYS, "params", "alarm", "part", "early"}


def members(names: Names, name: str) -> list[str]:
    known = names[name]
    assert known is not None
    assert known.fields is not None
    return there(known.fields)


def step(name: str, place: int) -> Names:
    made = rule()
    steps = {"then": made.then, "on_failure": made.on_failure, "finally": made.finally_}
    return scope(made).in_step((name, place), steps[name][place])


def test_in_each() -> None:
    assert set(there(scope(rule()).in_each())) == BASE - {"part"}


def test_in_criteria() -> None:
    names = scope(rule()).in_criteria()
    assert set(there(names)) == BASE | {"facts"}
    assert members(names, "facts") == ["first", "second"]


@pytest.mark.parametrize(("fact", "earlier"), [("first", []), ("second", ["first"])])
def test_in_facts(fact: str, earlier: list[str]) -> None:
    names = scope(rule()).in_fact(fact)
    assert set(there(names)) == BASE | {"facts", "execution"}
    assert members(names, "facts") == earlier


IN_STEPS = BASE | {"facts", "execution", "steps"}


@pytest.mark.parametrize(
    ("place", "more", "earlier"),
    [
        (("then", 0), set(), []),
        (("then", 1), {"item", "loop", "late"}, ["one"]),
        (("then", 2), {"each_volume", "late"}, ["one", "two"]),
        (("on_failure", 0), {"error", "late"}, ["one", "two"]),
        (("finally", 0), {"error", "late"}, ["one", "three", "two"]),
    ],
)
def test_in_steps(place: tuple[str, int], more: set[str], earlier: list[str]) -> None:
    names = step(*place)
    assert set(there(names)) == IN_STEPS | more
    assert members(names, "facts") == ["first", "second"]
    assert members(names, "steps") == earlier


def test_in_a_list_the_elements_are_not_there_yet() -> None:
    made = rule()
    names = scope(made).in_loop(("then", 1), made.then[1])
    assert set(there(names)) == IN_STEPS | {"late"}


def test_a_let_may_read_all_there_is_anywhere() -> None:
    names = names_in_lets(rule(), {"limit": None})
    assert set(there(names)) == IN_STEPS | {"error", "item", "each_volume", "late", "loop"}
    assert members(names, "steps") == ["four", "one", "three", "two"]


WHY = {
    ("in_criteria", "steps"): "which run after this",
    ("in_criteria", "execution"): "which begins after this",
    ("in_criteria", "error"): "which there is after a failure",
    ("in_criteria", "item"): "which only a step with `for_each` has",
    ("in_criteria", "each_volume"): "an element of another step's list",
    ("in_criteria", "late"): "which reads `steps`, which run after this",
    ("in_criteria", "loop"): "which reads `item`, which only a step with `for_each` has",
    ("in_criteria", "targets"): "which only the steps of a rule with `guard.blast` have",
    ("in_criteria", "result"): "which only `verify.until` has",
    ("in_each", "facts"): "which are read after this",
    ("in_each", "part"): "which is an element of this very list",
}


@pytest.mark.parametrize(("place", "name"), WHY)
def test_why_a_name_is_not_there(place: str, name: str) -> None:
    known: Type = getattr(scope(rule()), place)()[name]
    assert known.elsewhere is not None
    assert known.elsewhere.why == WHY[place, name]


TRIGGERS: dict[str, Any] = {
    "event": {"source": ["a"]},
    "api": "ec2:RunInstances",
    "alarm": {"names": "a"},
    "schedule": "rate(1 hour)",
    "topic": "news",
    "manual": {},
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_alarm_is_there_where_one_may_come(kind: str) -> None:
    if kind not in TRIGGERS:
        assert kind in ("queue", "webhook")  # these are refused
        return
    names = scope(rule(when={kind: TRIGGERS[kind]})).in_each()
    assert ("alarm" in there(names)) == (kind in ("alarm", "event", "topic"))


def test_the_docs_have_the_same_names() -> None:
    table = (ROOT / "docs" / "rules.md").read_text().partition("## Names in scope")[2]
    rows = [row.split("|")[1] for row in table.partition("No `let`")[0].splitlines() if "|" in row]
    words = {"each", "as", "let"}
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)} - words
    own = {"part", "each_volume", "early", "late", "loop"}
    known = set(names_in_lets(rule(), {})) - own
    assert documented | {"targets", "result"} == known
