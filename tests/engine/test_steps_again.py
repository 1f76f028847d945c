"""Steps that go on after their function was cut off, or its time was up: each fault that was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.times import iso
from chalicelib.errors import StepError
from chalicelib.guards.gate import Pause
from chalicelib.journal.record import Decision
from tests.engine.fakes import World
from tests.engine.plans import expr, met, step, value
from tests.engine.test_resuming import ACT, TELL, CutOffError, Rule, cut_off_at

LOOP: dict[str, Any] = {"of": expr("event.detail.tries"), "as_name": "item"}


@pytest.fixture
def world() -> World:
    made = World()
    made.actions.behaviours["act"] = lambda _tools, **_: "done"
    made.actions.behaviours["tell"] = lambda _tools, **said: said
    made.actions.behaviours["boot"] = lambda _tools, **_: "booted"
    return made


def slow(world: World, seconds: float = 30) -> None:
    """Let each act take its time."""

    def act(_tools: Any, **_: Any) -> str:
        world.clock.at += seconds
        return "done"

    world.actions.behaviours["act"] = act


def calls(world: World, name: str) -> list[Any]:
    return [given.get("n") for called, given in world.actions.calls if called == name]


@pytest.mark.parametrize("at_once", [1, 2])
@pytest.mark.parametrize("call", [0, 1, 2])
def test_no_element_of_a_once_step_is_repeated(world: World, at_once: int, call: int) -> None:
    boot = step(
        "boot", "boot", effect="once", for_each=LOOP, at_once=at_once, with_=value(n="=item")
    )
    rule = Rule(world, then=[boot], on_failure=[TELL])
    cut_off_at(world, "boot", call)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "failed"
    assert rule.execution.error is not None
    assert rule.execution.error.code == "OutcomeUnknown"
    made = calls(world, "boot")
    assert len(made) == len(set(made))
    assert len(made) <= call + at_once


def test_the_condition_of_a_step_that_had_no_time_is_asked_then(world: World) -> None:
    slow(world)
    never = step("never", "boot", if_=met("steps.s1.status == 'failed'"))
    rule = Rule(world, then=[ACT | {"id": "s0"}, ACT | {"id": "s1"}, never])
    assert rule.event().outcome == "waiting"
    assert rule.wake().outcome == "succeeded"
    assert calls(world, "boot") == []
    assert [one.status for one in rule.execution.steps] == ["succeeded", "succeeded", "skipped"]


def test_each_invocation_does_something_however_short_it_is(world: World) -> None:
    rule = Rule(world, then=[step("act", "act", for_each=LOOP, with_=value(n="=item"))])
    outcome, invocations = rule.event(time=10), 1
    while outcome.outcome == "waiting":
        assert invocations < 5
        outcome, invocations = rule.wake(time=10), invocations + 1
    assert (outcome.outcome, invocations) == ("succeeded", 3)
    assert calls(world, "act") == [1, 2, 3]


def test_a_once_step_that_had_begun_is_told_whatever_its_condition_says_now(world: World) -> None:
    boot = step("boot", "boot", effect="once", if_=met("age(time) < 1000000000"))
    world.clock.at = 1_794_432_600.0
    rule = Rule(world, then=[boot], on_failure=[TELL])
    cut_off_at(world, "boot", 0)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=1_000_000_000).outcome == "failed"
    assert rule.execution.error is not None
    assert rule.execution.error.code == "OutcomeUnknown"


def test_what_was_done_of_a_list_that_fails_is_on_record(world: World) -> None:
    def act(_tools: Any, n: int) -> str:
        if n == 2:
            raise ValueError("two")
        return f"done {n}"

    world.actions.behaviours["act"] = act
    rule = Rule(world, then=[step("act", "act", for_each=LOOP, with_=value(n="=item"))])
    assert rule.event().outcome == "failed"
    (record,) = rule.execution.steps
    assert (record.status, record.items, record.result) == ("failed", 2, ["done 1", None])
    assert record.error is not None
    assert record.error.message == "element 1 of 3: two"
    assert calls(world, "act") == [1, 2]


@pytest.mark.parametrize("on_error", ["fail", "continue"])
def test_who_is_denied_is_not_asked_again_for_the_next_step(world: World, on_error: str) -> None:
    acts = [ACT | {"id": f"s{n}", "on_error": on_error} for n in range(3)]
    rule = Rule(world, mode="approve", then=acts, on_failure=[TELL])
    assert rule.event().outcome == "waiting"
    said = Decision(approved=False, by="maria", at=iso(world.clock.at))
    denied = replace(rule.execution, decision=said)
    world.journal.executions[("restart", denied.id)] = denied
    assert rule.wake(after=60).outcome == "failed"
    assert calls(world, "act") == []
    assert rule.execution.error is not None
    assert rule.execution.error.code == "Denied"


@pytest.mark.parametrize("cut", ["tell", "again"])
def test_an_unread_fact_is_still_unread_after_a_crash(world: World, cut: str) -> None:
    def denied(_tools: Any) -> Any:
        raise StepError("AccessDenied", "no")

    world.actions.behaviours |= {"look": denied, "again": lambda _tools: "told"}
    facts = [{"name": "all", "do": "look", "with": value(), "pick": None, "or": None}]
    rule = Rule(world, facts=facts, then=[ACT], on_failure=[TELL, step("again", "again")])
    cut_off_at(world, cut, 0)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "failed"
    assert calls(world, "act") == []
    assert rule.execution.error is not None
    assert (rule.execution.error.kind, rule.execution.error.code) == ("fact", "AccessDenied")


def test_what_a_fact_echoes_of_a_secret_is_not_written_down(world: World) -> None:
    world.secrets.known = {"ssm:/key": "hunter2"}
    world.actions.behaviours["look"] = lambda _tools: {"key": "hunter2"}
    facts = [{"name": "all", "do": "look", "with": value(), "pick": None, "or": None}]
    Rule(world, facts=facts, then=[ACT]).event()
    assert [what for what, _ in world.journal.writes] == ["admit", "close"]
    assert "hunter2" not in repr(world.journal.writes)


def test_what_people_are_asked_holds_no_secret(world: World) -> None:
    world.secrets.known = {"ssm:/key": "hunter2"}
    prompt = {"lit": "Send hunter2?"}
    asked = {"by": ["*"], "within": 60.0, "prompt": prompt, "on_timeout": "fail"}
    fail = step("fails", kind="fail", message={"lit": "no hunter2"}, if_=met("`true`"))
    ask = step("ask", kind="approve", approve=asked)
    rule = Rule(world, then=[fail], on_failure=[ask])
    assert rule.event().outcome == "waiting"
    assert "hunter2" not in repr(world.journal.writes)


LOST = StepError("ReadTimeoutError", "no answer", retryable=True, lost=True)
RETRY: dict[str, Any] = {"attempts": 3, "backoff": 1.0, "on": []}


@pytest.mark.parametrize(
    ("effect", "error", "on", "tried"),
    [
        ("once", LOST, [], 1),
        ("once", LOST, ["ReadTimeoutError"], 3),
        ("once", StepError("Throttling", "no", retryable=True), [], 3),
        ("idempotent", LOST, [], 3),
        ("token", LOST, [], 3),
        ("read", LOST, [], 3),
    ],
)
def test_a_lost_answer_repeats_no_once_effect_unless_the_rule_names_it(
    world: World, effect: str, error: StepError, on: list[str], tried: int
) -> None:
    def lost(_tools: Any) -> None:
        raise error

    world.actions.behaviours["boot"] = lost
    rule = Rule(world, then=[step("boot", "boot", effect=effect, retry=RETRY | {"on": on})])
    assert rule.event().outcome == "failed"
    assert len(world.actions.calls) == tried


def test_what_is_paused_waits_until_the_pause_is_over(world: World) -> None:
    rule = Rule(world, then=[step("rest", kind="wait", wait=600.0), ACT])
    assert rule.event().outcome == "waiting"
    before = rule.execution
    world.journal.paused = [Pause("all", world.clock.at + 3_600, "maria", "we are moving")]
    held = rule.wake(after=600)
    assert (held.outcome, held.reason) == (
        "waiting",
        "pause: all paused by maria until 2023-11-14T23:13:20Z: we are moving",
    )
    assert rule.execution == before
    assert rule.wake(after=3_000).outcome == "succeeded"
    assert calls(world, "act") == [None]


def test_what_crashed_waits_for_the_end_of_a_pause(world: World) -> None:
    rule = Rule(world, then=[ACT, ACT | {"id": "two"}])
    cut_off_at(world, "act", 0)
    with pytest.raises(CutOffError):
        rule.event()
    world.journal.paused = [Pause("rule:restart", world.clock.at + 120, "maria")]
    assert rule.wake(after=61).outcome == "waiting"
    assert rule.wake(after=60).outcome == "succeeded"
