"""The door turns away exactly what the engine would have, with the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.criteria import Criteria
from chalicelib.engine.door import Door
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.errors import OpsloopError
from chalicelib.plan import Plan, Stage
from chalicelib.plans import INDEX, load_plan, load_stage
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, met, plan

ROOT = Path(__file__).parents[2]
COMPILED = ROOT / "chalicelib" / "compiled"
RULES = sorted(path.stem for path in COMPILED.glob("*.json") if path.name != INDEX)
EVENTS = sorted((ROOT / "tests" / "events").glob("*.json"))

NEVER = {"event": met("event.detail.state == 'running'"), "facts": None}
ALWAYS = {"event": met("event.detail.state == 'stopped'"), "facts": None}
TRIES = {"of": expr("event.detail.tries"), "as_name": "try"}
SECOND = {"event": met("try == `2`"), "facts": None}
FOURTH = {"event": met("try == `4`"), "facts": None}
UNMET = Outcome(
    "restart",
    "not met",
    reason="event.detail.state == 'running': event.detail.state is \"stopped\"",
)


def door(rule: Plan, world: World, stage: Stage = STAGE) -> Door:
    criteria = Criteria(rule, stage, world.clock, world.secrets.resolve)
    return Door(rule, criteria, world.telemetry)


def test_what_fails_its_criteria_is_turned_away_and_told() -> None:
    world = World()
    assert door(plan(criteria=NEVER), world).turned_away(EVENT) == [UNMET]
    assert [said for _, said, _ in world.telemetry.lines] == ["not met"]


LET_IN: list[tuple[str, Any, Any]] = [
    ("no criteria on the event", {}, EVENT),
    ("criteria that hold", {"criteria": ALWAYS}, EVENT),
    ("one element of three", {"criteria": SECOND, "each": TRIES}, EVENT),
    ("no event at all", {"criteria": NEVER}, {}),
    ("a list that is none", {"criteria": FOURTH, "each": {**TRIES, "of": expr("region")}}, EVENT),
    ("an execution to go on with", {"criteria": NEVER}, {"opsloop": {"resume": "0" * 26}}),
]


@pytest.mark.parametrize(
    ("more", "payload"), [row[1:] for row in LET_IN], ids=[row[0] for row in LET_IN]
)
def test_what_the_engine_has_to_see_is_let_in_in_silence(more: Any, payload: Any) -> None:
    world = World()
    assert door(plan(**more), world).turned_away(payload) is None
    assert world.telemetry.lines == []


def test_each_element_is_told() -> None:
    turned = door(plan(criteria=FOURTH, each=TRIES), World()).turned_away(EVENT)
    assert [one.outcome for one in turned or ()] == ["not met"] * 3


def test_of_no_elements_nothing_is_left() -> None:
    empty = {**EVENT, "detail": {"tries": []}}
    assert door(plan(criteria=FOURTH, each=TRIES), World()).turned_away(empty) == []


@pytest.mark.parametrize("rule", RULES)
def test_the_door_says_what_the_engine_would_have_said(rule: str) -> None:
    """On every real event; and it lets in all that the engine raises on."""
    made, stage = load_plan(rule, COMPILED), load_stage("dev", COMPILED)
    turned_away = 0
    for path in EVENTS:
        payload, world = json.loads(path.read_text()), World()
        turned = door(made, world, stage).turned_away(payload)
        if turned is None:
            continue
        turned_away += 1
        there = World()
        engine = Engine(made, stage, there.ports())
        assert turned == engine.handle(payload, Invocation("r-1", there.clock.now() + 60)), path
        assert world.telemetry.lines == there.telemetry.lines
        assert there.journal.writes == []
    assert (turned_away == 0) is (made["criteria"]["event"] is None)


def test_what_the_engine_raises_on_is_never_turned_away() -> None:
    broken: list[Any] = [[], {}, {"detail-type": "x"}, {"Records": []}, {"opsloop": {}}, None]
    world = World()
    for payload in broken:
        engine = Engine(plan(criteria=NEVER), STAGE, world.ports())
        with pytest.raises(OpsloopError):
            engine.handle(payload, Invocation("r-1", world.clock.now() + 60))
        assert door(plan(criteria=NEVER), world).turned_away(payload) is None
