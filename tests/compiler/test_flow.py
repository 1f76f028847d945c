"""What is known at each place of a rule of the values that come into it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.plan import Wire
from opsloop.aws.answers import answer
from opsloop.catalogue.events import envelope, event_of, event_of_alarm
from opsloop.compiler.flow import Flow, answer_of, element, value
from opsloop.compiler.lets import Lets
from opsloop.compiler.names import Scope, names_in_lets
from opsloop.compiler.triggers import wiring
from opsloop.expressions.templates import compile_expr
from opsloop.expressions.types import NUMBER, STRING, STRINGS, Names, Type
from opsloop.rules.model import Rule

RULE: dict[str, Any] = {
    "description": "A rule.",
    "owner": "team",
    "severity": "low",
    "when": {"api": "ec2:StopInstances"},
    "each": {"of": "stopped", "as": "one"},
    "let": {
        "id": "one.instanceId",
        "stopped": "event.detail.requestParameters.instancesSet.items",
        "size": "largest.Size",
        "largest": "max_by(facts.volumes, &Size)",
        "broken": "facts.[",
        "looked": "steps.look.result.Volumes[0].VolumeId",
    },
    "facts": {
        "volumes": {"do": "aws.ec2.describe_volumes", "pick": "Volumes"},
        "ids": {"do": "aws.ec2.describe_volumes", "pick": "Volumes[].VolumeId", "or": []},
        "named": {"do": "aws.ec2.describe_volumes", "pick": "Volumes[0].VolumeId", "or": 0},
        "page": {"do": "http.get", "with": {"url": "https://example.com"}},
        "nothing": {"do": "aws.ec2.describe_nothing"},
    },
    "guard": {"blast": {"targets": "facts.ids", "max": 5}},
    "then": [
        {"id": "look", "do": "aws.ec2.describe_volumes"},
        {
            "id": "each",
            "do": "aws.ec2.delete_volume",
            "for_each": "facts.volumes",
            "as": "volume",
            "with": {"VolumeId": "${volume.VolumeId}"},
        },
        {"id": "say", "do": "notify", "with": {"to": "pager", "title": "x"}},
    ],
}


def rule(**changed: Any) -> Rule:
    return Rule.model_validate({**RULE, **changed})


def flow(made: Rule) -> Flow:
    return Flow.of(made, wiring(made.trigger).wire)


def scope(made: Rule) -> Scope:
    readable = {name: text for name, text in made.let.items() if name != "broken"}
    lets = Lets({name: compile_expr(text) for name, text in readable.items()})
    return Scope(made, {}, lets, flow(made))


def at(names: Names, text: str) -> Type | None:
    return value(text, names)


VOLUME = answer("ec2", "describe_volumes")
VOLUMES = (VOLUME.fields or {})["Volumes"] if VOLUME else None


def test_facts_are_what_is_picked_of_the_answer() -> None:
    known = flow(rule()).facts
    assert known["volumes"] is VOLUMES
    assert known["ids"] == STRINGS
    assert known["named"] is None
    assert known["page"] is None
    assert known["nothing"] is None


def test_results_are_what_is_answered_a_list_for_a_list() -> None:
    known = flow(rule()).results
    assert known["look"] == VOLUME
    assert known["each"] == Type("array", items=Type("object", {}))
    assert known["say"] is None


READ = [
    ("in_each", "stopped[0].instanceId", STRING),
    ("in_criteria", "one.instanceId", STRING),
    ("in_criteria", "id", STRING),
    ("in_criteria", "size", NUMBER),
    ("in_criteria", "facts.ids", STRINGS),
    ("in_verify", "targets", STRINGS),
    ("in_verify", "looked", STRING),
    ("in_verify", "steps.each.result", Type("array", items=Type("object", {}))),
]


@pytest.mark.parametrize(("place", "text", "known"), READ)
def test_what_is_known_at_a_place(place: str, text: str, known: Type | None) -> None:
    assert at(getattr(scope(rule()), place)(), text) == known


def test_what_is_known_in_steps() -> None:
    made = rule()
    known = scope(made)
    second = known.in_step(("then", 1), made.then[1])
    assert at(second, "volume.Size") == NUMBER
    assert at(second, "steps.look.result.Volumes[0].Size") == NUMBER
    assert at(known.in_fact("ids"), "facts.volumes[0].Size") == NUMBER


def test_what_is_known_in_lets() -> None:
    names = names_in_lets(rule(), {}, flow(rule()))
    assert at(names, "largest.Size") == NUMBER
    assert at(names, "one.instanceId") == STRING
    assert at(names, "broken") is None
    # an element of a step's list is another one in each step
    assert at(names, "volume") is None


def test_lets_that_read_each_other_in_a_circle_are_unknown() -> None:
    made = rule(let={"a": "b", "b": "a", "stopped": "a"})
    assert at(scope(made).in_criteria(), "a") is None


def woken(when: dict[str, Any]) -> Rule:
    """A rule of which only the trigger matters."""
    kept = {name: RULE[name] for name in ("description", "owner", "severity", "then")}
    return Rule.model_validate({**kept, "when": when})


TRIGGERS: list[tuple[dict[str, Any], Type]] = [
    ({"alarm": {"names": "x"}}, event_of_alarm()),
    ({"alarm": {"names": "x", "via": "topic", "topic": "alarms"}}, event_of_alarm()),
    ({"topic": "news"}, envelope(None)),
    ({"schedule": "rate(1 day)"}, event_of({"schedule": ""})),
    ({"manual": {"parameters": {"limit": "number"}}}, event_of({"manual": {"limit": "number"}})),
]


@pytest.mark.parametrize(("when", "event"), TRIGGERS)
def test_the_event_is_known_by_the_trigger(when: dict[str, Any], event: Type) -> None:
    made = woken(when)
    assert flow(made).event == event


def test_a_trigger_that_is_still_to_come_says_nothing() -> None:
    stands_for_nothing: Wire = {"manual": {}}
    made = woken({"queue": "jobs"})
    assert Flow.of(made, stands_for_nothing).event == envelope(None)


@pytest.mark.parametrize("do", [None, "notify", "aws.ec2", "aws.ec2.nothing", "aws.x.y", "a.b.c"])
def test_of_other_calls_no_answer_is_known(do: str | None) -> None:
    assert answer_of(do) is None


def test_what_cannot_be_read_is_unknown() -> None:
    assert value("a.[", {"a": STRING}) is None
    assert element("a.[", {"a": STRING}) is None
    assert element("a", {"a": STRING}) is None
    assert element("a", {"a": STRINGS}) == STRING
