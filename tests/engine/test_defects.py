"""A read that breaks down, with an error that nobody foresaw, is told and leaves nothing open."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, plan, step, value


def break_down(_tools: Any) -> None:
    """As botocore does with half a character."""
    "\ud800".encode()


@pytest.fixture
def world() -> World:
    made = World()
    made.clock.at = 1794432599.0
    made.actions.behaviours |= {"look": break_down, "act": lambda _tools: "done"}
    return made


def send(world: World, payload: Any, **more: Any) -> Outcome:
    invocation = Invocation("r-1", world.clock.now() + 60)
    (outcome,) = Engine(plan(**more), STAGE, world.ports()).handle(payload, invocation)
    return outcome


def test_a_fact_that_breaks_down_fails_the_execution(world: World) -> None:
    fact = {"name": "state", "do": "look", "with": value(), "pick": None, "or": None}
    outcome = send(world, EVENT, facts=[fact], then=[step("act", "act")])
    assert outcome.outcome == "failed"
    error = world.journal.only().error
    assert error is not None
    assert (error.kind, error.step, error.code) == ("fact", "state", "UnicodeEncodeError")
    assert ("defect", "look") in [line[:2] for line in world.telemetry.lines]


def test_a_look_that_breaks_down_leaves_the_loop_unverified(world: World) -> None:
    verify = {
        "do": "look",
        "with": value(),
        "pick": None,
        "until": expr("result"),
        "hold": 0.0,
        "within": 60.0,
        "every": 60.0,
    }
    assert send(world, EVENT, then=[step("act", "act")], verify=verify).outcome == "waiting"
    world.clock.at += 61
    one = world.journal.only().id
    woken = send(world, {"opsloop": {"resume": one}}, then=[step("act", "act")], verify=verify)
    assert woken.outcome == "succeeded"
    assert world.journal.only().loop == "unverified"
    assert ("defect", "look") in [line[:2] for line in world.telemetry.lines]
