"""Nothing that is written down holds a secret, at whatever moment it is written."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation
from chalicelib.errors import StepError
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, plan, step, value
from tests.guards.making import guard

SECRET = "hunter2-hunter2"
TOKEN = value(token="=secret('ssm:/token')")


@pytest.fixture
def world() -> World:
    def echo(_tools: Any, token: str) -> dict[str, Any]:
        return {"said": f"token {token}", "list": [token]}

    def refuse(_tools: Any, token: str) -> None:
        raise StepError("Denied", f"{token} is not welcome")

    made = World()
    made.clock.at = 1794432599.0
    made.secrets.known = {"ssm:/token": SECRET}
    made.actions.behaviours |= {"echo": echo, "refuse": refuse}
    return made


def written(world: World, **more: Any) -> list[str]:
    """Everything that was written to the journal, said and returned, in order."""
    engine = Engine(plan(**more), STAGE, world.ports())
    outcomes = engine.handle(EVENT, Invocation("r-1", world.clock.now() + 60))
    wrote = [f"{what}: {execution}" for what, execution in world.journal.writes]
    return [*wrote, str(outcomes)]


FACT = {"name": "said", "do": "echo", "with": TOKEN, "pick": None, "or": None}


def test_facts_hold_none_when_the_execution_is_admitted(world: World) -> None:
    said = written(world, facts=[FACT])
    assert [line.partition(":")[0] for line in said[:-1]] == ["admit", "close"]
    assert not any(SECRET in line for line in said)


def test_targets_hold_none(world: World) -> None:
    radius = guard(blast={"targets": "facts.all", "max": 5})
    assert radius["blast"] is not None
    radius["blast"]["targets"] = expr("facts.said.list")
    said = written(world, facts=[FACT], guard=radius)
    assert "'***'" in said[0]
    assert not any(SECRET in line for line in said)


def test_the_error_that_waits_for_the_end_holds_none(world: World) -> None:
    """Between two steps of `on_failure` the journal knows already what failed."""
    again = [step("one", "echo", with_=TOKEN), step("two", "echo", with_=TOKEN)]
    said = written(world, then=[step("act", "refuse", with_=TOKEN)], on_failure=again)
    assert [line.partition(":")[0] for line in said[:-1]] == ["admit", "record", "record", "close"]
    assert not any(SECRET in line for line in said)


def test_a_question_holds_none(world: World) -> None:
    prompt = {"join": ["may I use ", expr("secret('ssm:/token')"), "?"]}
    asked = {"by": ["*"], "within": 3600.0, "prompt": prompt, "on_timeout": "fail"}
    said = written(world, then=[step("ask", kind="approve", approve=asked)])
    assert "may I use ***?" in said[1]
    assert not any(SECRET in line for line in said)
