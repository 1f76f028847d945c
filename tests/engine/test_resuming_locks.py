"""A lock and an execution that is taken up again: still never two inside."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, plan, step
from tests.guards.making import guard

LEASE = 900


class Killed(BaseException):
    """The function was cut off inside its action."""


class Inside:
    """An action that counts who is in it; each entrance does what comes next in `meanwhile`."""

    def __init__(self) -> None:
        self.most = 0
        self.now = 0
        self.meanwhile: list[Any] = []

    def __call__(self, _tools: Any) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if self.meanwhile:
                self.meanwhile.pop(0)()
        finally:
            self.now -= 1


@pytest.fixture
def world() -> World:
    made = World()
    made.clock.at = 1794432599.0
    return made


def send(world: World, payload: Any, request: str) -> Outcome:
    """To a sandbox of its own."""
    made = plan(then=[step("act", "act")], guard=guard(lock={"per": "key", "lease": f"{LEASE}s"}))
    invocation = Invocation(request, world.clock.now() + 60)
    (outcome,) = Engine(made, STAGE, world.ports()).handle(payload, invocation)
    return outcome


def killed_at_first(world: World) -> tuple[Inside, str]:
    """An execution whose function was killed inside."""
    inside = Inside()
    world.actions.behaviours["act"] = inside

    def die() -> None:
        raise Killed

    inside.meanwhile = [die]
    with pytest.raises(Killed):
        send(world, EVENT | {"id": "first"}, "r-1")
    return inside, world.journal.only().id


def test_an_execution_that_goes_on_holds_its_lock_as_long_as_it_runs(world: World) -> None:
    inside, first = killed_at_first(world)
    world.clock.at += LEASE - 10

    def another() -> None:
        world.clock.at += 20
        send(world, EVENT | {"id": "second"}, "r-2")

    inside.meanwhile = [another]
    assert send(world, {"opsloop": {"resume": first}}, "r-3").outcome == "succeeded"
    assert inside.most == 1


def test_an_execution_does_not_go_on_while_another_has_its_lock(world: World) -> None:
    inside, first = killed_at_first(world)
    world.clock.at += LEASE
    inside.meanwhile = [lambda: send(world, {"opsloop": {"resume": first}}, "r-3")]
    assert send(world, EVENT | {"id": "second"}, "r-2").outcome == "succeeded"
    assert inside.most == 1
