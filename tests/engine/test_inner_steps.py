"""A turn of inner steps for each element: order, ends, what is seen, crashes, waits, time."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from chalicelib.actions.base import WouldCall
from chalicelib.engine.times import iso
from chalicelib.errors import StepError
from chalicelib.journal.record import Decision, StepRecord
from chalicelib.plan import Step
from tests.engine.fakes import World
from tests.engine.plans import expr, met, step, value
from tests.engine.test_resuming import CutOffError, Rule, cut_off_at

ELEMENTS: dict[str, Any] = {"of": expr("event.detail.tries"), "as_name": "item"}
DRAIN = step("drain", "drain", with_=value(n="=item"))
STOP = step("stop", "stop", with_=value(n="=item", drained="=steps.drain.result.drained"))
AFTER = step("after", "tell", with_=value(text="=steps.roll.result[].item"))


@pytest.fixture
def world() -> World:
    made = World()
    made.actions.behaviours["drain"] = lambda _tools, n: {"drained": n * 10}
    made.actions.behaviours["stop"] = lambda _tools, **said: said
    made.actions.behaviours["tell"] = lambda _tools, **said: said
    return made


def roll(*inner: Step, **more: Any) -> Step:
    """A step with these inside, for 1, 2 and 3."""
    made = step("roll", kind="steps", steps=list(inner), for_each=ELEMENTS, effect="read", **more)
    del made["with"]
    return made


def made(world: World) -> list[tuple[str, int]]:
    return [(name, given["n"]) for name, given in world.actions.calls if "n" in given]


def rolled(rule: Rule) -> StepRecord:
    return next(one for one in rule.execution.steps if one.id == "roll")


def broken(world: World, name: str, *elements: int) -> None:
    """Let an action fail for these."""
    behaviour = world.actions.behaviours[name]

    def act(tools: Any, **given: Any) -> Any:
        if given["n"] in elements:
            raise StepError("NotFound", f"no {given['n']}")
        return behaviour(tools, **given)

    world.actions.behaviours[name] = act


def test_each_element_goes_through_the_steps_and_sees_its_own(world: World) -> None:
    rule = Rule(world, then=[roll(DRAIN, STOP), AFTER])
    assert rule.event().outcome == "succeeded"
    assert world.actions.calls == [
        ("drain", {"n": 1}), ("stop", {"n": 1, "drained": 10}),
        ("drain", {"n": 2}), ("stop", {"n": 2, "drained": 20}),
        ("drain", {"n": 3}), ("stop", {"n": 3, "drained": 30}),
        ("tell", {"text": [1, 2, 3]}),
    ]  # fmt: skip
    record = rolled(rule)
    assert (record.status, record.items, record.attempts, record.error) == ("succeeded", 3, 6, None)
    assert record.result[1] == {
        "item": 2,
        "status": "succeeded",
        "steps": {
            "drain": {"do": "drain", "status": "succeeded", "result": {"drained": 20}},
            "stop": {"do": "stop", "status": "succeeded", "result": {"n": 2, "drained": 20}},
        },
    }


def test_at_once_elements_go_side_by_side(world: World) -> None:
    rule = Rule(world, then=[roll(DRAIN, STOP, at_once=2)])
    assert rule.event().outcome == "succeeded"
    assert sorted(made(world)[:2]) == [("drain", 1), ("drain", 2)]
    assert sorted(made(world)[2:4]) == [("stop", 1), ("stop", 2)]
    assert made(world)[4:] == [("drain", 3), ("stop", 3)]


def test_conditions_of_the_whole_and_of_a_step(world: World) -> None:
    rule = Rule(
        world,
        then=[roll(DRAIN, STOP | {"if": met("item != `3`")}, if_=met("item != `1`"), at_once=3)],
    )
    assert rule.event().outcome == "succeeded"
    assert sorted(made(world)) == [("drain", 2), ("drain", 3), ("stop", 2)]
    first, second, third = rolled(rule).result
    assert first == {
        "item": 1, "status": "skipped", "note": "item != `1`: item is 1", "steps": {},
    }  # fmt: skip
    assert [one["status"] for one in second["steps"].values()] == ["succeeded", "succeeded"]
    assert third["steps"]["stop"] == {
        "do": "stop", "status": "skipped", "note": "item != `3`: item is 3",
    }  # fmt: skip
    assert third["status"] == "succeeded"


def test_stop_ends_an_elements_turn_well(world: World) -> None:
    enough = step("enough", kind="stop", message={"join": ["no ", expr("item")]})
    rule = Rule(world, then=[roll(DRAIN, enough | {"if": met("item == `2`")}, STOP)])
    assert rule.event().outcome == "succeeded"
    assert [n for name, n in made(world) if name == "stop"] == [1, 3]
    assert rolled(rule).result[1] == {
        "item": 2,
        "status": "succeeded",
        "note": "no 2",
        "steps": {
            "drain": {"do": "drain", "status": "succeeded", "result": {"drained": 20}},
            "enough": {"status": "succeeded", "note": "no 2"},
        },
    }


@pytest.mark.parametrize(
    ("outer", "inner", "calls", "statuses", "message"),
    [
        ("fail", "fail", [("drain", 1), ("stop", 1), ("drain", 2)],
         ["succeeded", "failed"], "element 1 of 3: no 2"),
        ("continue", "fail", [("drain", 1), ("stop", 1), ("drain", 2), ("drain", 3), ("stop", 3)],
         ["succeeded", "failed", "succeeded"], "no 2"),
        ("fail", "continue", [*product(("drain", "stop"), (1,)), *product(("drain", "stop"), (2,)),
                              *product(("drain", "stop"), (3,))],
         ["succeeded", "succeeded", "succeeded"], None),
    ],
)  # fmt: skip
def test_a_failed_step_ends_its_turn_and_a_failed_turn_the_list(
    world: World, outer: str, inner: str, calls: Any, statuses: list[str], message: str | None
) -> None:
    broken(world, "drain", 2)
    drain = step("drain", "drain", with_=value(n="=item"), on_error=inner)
    stop = step("stop", "stop", with_=value(n="=item"))
    rule = Rule(world, then=[roll(drain, stop, on_error=outer)])
    outcome = rule.event()
    assert outcome.outcome == ("failed" if (outer, inner) == ("fail", "fail") else "succeeded")
    assert made(world) == calls
    record = rolled(rule)
    assert [turn["status"] for turn in record.result] == statuses
    assert (record.error.message if record.error else None) == message
    assert record.error is None or (record.error.step, record.error.code) == ("drain", "NotFound")


def test_fail_fails_the_turn_in_its_own_words(world: World) -> None:
    full = step("full", kind="fail", message={"join": [expr("to_string(item)"), " is full"]})
    rule = Rule(world, then=[roll(DRAIN, full | {"if": met("item == `2`")}), AFTER])
    assert rule.event().outcome == "failed"
    assert rule.execution.error is not None
    assert rule.execution.error.as_dict() == {
        "kind": "fail", "step": "full", "code": "Fail", "message": "element 1 of 3: 2 is full",
    }  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 2, 3])
@pytest.mark.parametrize("cut", range(6))
def test_a_crash_goes_on_behind_the_last_inner_step_on_record(
    world: World, at_once: int, cut: int
) -> None:
    rule = Rule(world, then=[roll(DRAIN, STOP, at_once=at_once)])
    name, call = ("drain", cut // 2) if cut % 2 == 0 else ("stop", cut // 2)
    cut_off_at(world, name, call)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "succeeded"
    calls = made(world)
    assert set(calls) == set(product(("drain", "stop"), (1, 2, 3)))
    # what was not on record is repeated: one step of those that went side by side
    assert len(calls) <= 6 + at_once
    assert [turn["status"] for turn in rolled(rule).result] == ["succeeded"] * 3


@pytest.mark.parametrize("at_once", [1, 2])
@pytest.mark.parametrize("cut", range(3))
def test_a_once_step_is_not_repeated_and_the_others_go_on(
    world: World, at_once: int, cut: int
) -> None:
    once = step("boot", "stop", with_=value(n="=item"), effect="once")
    last = step("last", "tell", with_=value(n="=item"))
    rule = Rule(world, then=[roll(DRAIN, once, last, on_error="continue", at_once=at_once)])
    cut_off_at(world, "stop", cut)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "succeeded"
    booted = [n for name, n in made(world) if name == "stop"]
    assert len(booted) == len(set(booted))
    record, lost = rolled(rule), set(range(3)[cut // at_once * at_once :][:at_once])
    assert [turn["status"] for turn in record.result] == [
        "failed" if place in lost else "succeeded" for place in range(3)
    ]
    assert {turn["error"]["code"] for turn in record.result if "error" in turn} == {
        "OutcomeUnknown"
    }
    assert [n for name, n in made(world) if name == "tell"] == [
        place + 1 for place in range(3) if place not in lost
    ]


def test_each_inner_step_of_each_element_has_a_token_of_its_own(world: World) -> None:
    tokens: list[str] = []

    def act(tools: Any, **_: Any) -> None:
        tokens.append(tools.token)
        if len(tokens) == 3:
            raise CutOffError

    world.actions.behaviours |= {"drain": act, "stop": act}
    stop = step("stop", "stop", with_=value(n="=item"))
    rule = Rule(world, then=[roll(DRAIN, stop)])
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "succeeded"
    assert tokens[2] == tokens[3]
    assert len(set(tokens)) == 6


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_wait_inside_holds_no_function(world: World, at_once: int) -> None:
    rest = step("rest", kind="wait", wait=600.0, if_=met("item != `3`"))
    rule = Rule(world, then=[roll(DRAIN, rest, STOP, at_once=at_once)])
    outcome, waits = rule.event(), 0
    while outcome.outcome == "waiting":
        assert rule.execution.waiting is not None
        assert (rule.execution.waiting.reason, rule.execution.waiting.step) == ("wait", "rest")
        assert rule.wake(after=300).outcome == "waiting"
        outcome, waits = rule.wake(after=300), waits + 1
    assert (outcome.outcome, waits) == ("succeeded", 2 // at_once)
    assert sorted(made(world)) == sorted(product(("drain", "stop"), (1, 2, 3)))
    assert [turn["steps"]["rest"]["status"] for turn in rolled(rule).result] == [
        "succeeded", "succeeded", "skipped",
    ]  # fmt: skip


def test_a_wait_that_comes_first_keeps_what_was_decided(world: World) -> None:
    """The condition of the whole is asked once: the clock has moved behind the wait."""
    rest = step("rest", kind="wait", wait=600.0)
    young = met(f"now() < `{world.clock.at + 60}`")
    rule = Rule(world, then=[roll(rest, DRAIN, if_=young, at_once=3)])
    assert rule.event().outcome == "waiting"
    assert rule.wake(after=600).outcome == "succeeded"
    assert sorted(made(world)) == [("drain", 1), ("drain", 2), ("drain", 3)]


def test_a_short_invocation_does_one_inner_step_at_least(world: World) -> None:
    rule = Rule(world, then=[roll(DRAIN, STOP)])
    outcome, invocations = rule.event(time=10), 1
    while outcome.outcome == "waiting":
        assert invocations < 9
        outcome, invocations = rule.wake(time=10), invocations + 1
    assert (outcome.outcome, invocations) == ("succeeded", 6)
    assert made(world) == [(name, n) for n in (1, 2, 3) for name in ("drain", "stop")]


def test_retries_and_timeouts_are_an_inner_steps_own(world: World) -> None:
    limits: list[float] = []

    def flaky(tools: Any, n: int) -> int:
        limits.append(tools.deadline - world.clock.at)
        if len(limits) == 1:
            raise StepError("Throttling", "slow down", retryable=True)
        return n

    world.actions.behaviours["drain"] = flaky
    retry = {"attempts": 2, "backoff": 1.0, "on": []}
    drain = step("drain", "drain", with_=value(n="=item"), retry=retry, timeout=20.0)
    rule = Rule(world, then=[roll(drain)])
    assert rule.event().outcome == "succeeded"
    assert rolled(rule).result[0]["steps"]["drain"]["attempts"] == 2
    assert rolled(rule).attempts == 4
    assert limits[0] == 20.0


def test_observe_says_what_each_element_would_have_met(world: World) -> None:
    def act(_tools: Any, n: int) -> None:
        raise WouldCall("ec2", "stop_instances", {"n": n})

    world.actions.behaviours["drain"] = act
    look = step("look", "tell", with_=value(n="=item"), effect="read")
    rest = step("rest", kind="wait", wait=600.0)
    rule = Rule(world, mode="observe", then=[roll(look, DRAIN, rest, STOP)])
    assert rule.event().outcome == "observed"
    record = rolled(rule)
    assert record.status == "observed"
    assert record.result[0]["steps"] == {
        "look": {"do": "tell", "status": "succeeded", "result": {"n": 1}},
        "drain": {
            "do": "drain", "status": "observed",
            "result": {"would_call": "ec2.stop_instances", "parameters": {"n": 1}},
        },
        "rest": {"status": "observed", "note": "would wait 10m"},
        "stop": {
            "do": "stop", "status": "observed",
            "note": "would call stop; not known: depends on drain",
        },
    }  # fmt: skip
    assert [name for name, _ in world.actions.calls] == ["tell", "drain"] * 3


@pytest.mark.parametrize("approved", [True, False])
def test_mode_approve_asks_once_for_all_elements(world: World, approved: bool) -> None:
    rule = Rule(world, mode="approve", then=[roll(DRAIN, STOP, on_error="continue")])
    assert rule.event().outcome == "waiting"
    assert world.actions.calls == []
    decided = replace(rule.execution, decision=Decision(approved, "maria", iso(1700000060)))
    world.journal.executions[("restart", decided.id)] = decided
    assert rule.wake(after=60).outcome == ("succeeded" if approved else "failed")
    assert len(made(world)) == (6 if approved else 0)
    if not approved:
        assert [turn["status"] for turn in rolled(rule).result] == ["failed"]
        assert rule.execution.error is not None
        assert rule.execution.error.code == "Denied"


def test_no_secret_stands_in_a_turn(world: World) -> None:
    world.secrets.known["ssm:/pager"] = "hunter2"
    world.actions.behaviours["stop"] = lambda _tools, key: {"you sent": key}
    stop = step("stop", "stop", with_=value(key="=secret('ssm:/pager')"))
    rule = Rule(world, then=[roll(DRAIN, stop)])
    rule.event()
    assert world.actions.calls[1] == ("stop", {"key": "hunter2"})
    assert "hunter2" not in repr(world.journal.writes)


def test_a_plan_changed_inside_of_what_is_left_is_superseded(world: World) -> None:
    rest = step("rest", kind="wait", wait=600.0)
    rule = Rule(world, then=[roll(DRAIN, rest, STOP)])
    assert rule.event().outcome == "waiting"
    rule.plan = {**rule.plan, "then": [roll(DRAIN, rest, DRAIN)], "digest": "d2"}
    assert rule.wake(after=600).outcome == "superseded"
    assert made(world) == [("drain", 1)]
