"""Suspending and going on: waits, questions, looks, crashes, lack of time, changed rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.engine.times import iso
from chalicelib.errors import EventError, StepError
from chalicelib.journal.record import Decision, Execution
from chalicelib.plan import Plan, Step
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, met, plan, step, value
from tests.guards.making import guard

ACT = step("act", "act")
TELL = step("tell", "tell", with_=value(text="=error.code"))
WAIT = step("rest", kind="wait", wait=600.0)
ASK = step(
    "ask",
    kind="approve",
    approve={
        "by": ["*:role/oncall"],
        "within": 1800.0,
        "prompt": {"join": ["Act on ", expr("resource.id"), "?"]},
        "on_timeout": "fail",
    },
)


class Rule:
    """A rule whose function can be cut off anywhere: each invocation has an engine of its own."""

    def __init__(self, world: World, **more: Any) -> None:
        self.world = world
        self.plan: Plan = plan(**more)
        self.requests = 0

    def invoke(self, payload: Any, time: float = 60) -> Outcome:
        self.requests += 1
        engine = Engine(self.plan, STAGE, self.world.ports())
        invocation = Invocation(f"r-{self.requests}", self.world.clock.now() + time)
        (outcome,) = engine.handle(payload, invocation)
        return outcome

    def event(self, time: float = 60) -> Outcome:
        return self.invoke(EVENT, time)

    def wake(self, after: float = 0, time: float = 60) -> Outcome:
        self.world.clock.at += after
        return self.invoke({"opsloop": {"resume": self.execution.id}}, time)

    @property
    def execution(self) -> Execution:
        return self.world.journal.only()


@pytest.fixture
def world() -> World:
    made = World()
    made.actions.behaviours["act"] = lambda _tools, **_: "done"
    made.actions.behaviours["tell"] = lambda _tools, **said: said
    return made


def test_a_wait_holds_no_function_and_goes_on_behind_itself(world: World) -> None:
    rule = Rule(world, then=[ACT, WAIT, ACT | {"id": "again"}])
    waiting = rule.event()
    assert (waiting.outcome, waiting.reason) == ("waiting", f"wait until {iso(1700000600)}")
    assert rule.execution.status == "waiting"
    assert rule.wake(after=600).outcome == "succeeded"
    assert [one.id for one in rule.execution.steps] == ["act", "rest", "again"]
    assert len(world.actions.calls) == 2


def test_a_short_wait_is_slept_through(world: World) -> None:
    rule = Rule(world, then=[WAIT | {"wait": 20.0}, ACT])
    assert rule.event().outcome == "succeeded"
    assert world.clock.slept == [20.0]


def test_early_late_and_doubled_wake_ups_are_all_the_same(world: World) -> None:
    rule = Rule(world, then=[WAIT, ACT])
    rule.event()
    assert rule.wake(after=300).outcome == "waiting"
    assert rule.wake(after=90_000).outcome == "succeeded"
    assert rule.wake().outcome == "duplicate"
    assert len(world.actions.calls) == 1


def test_a_redelivered_event_wakes_nobody(world: World) -> None:
    rule = Rule(world, then=[WAIT, ACT])
    rule.event()
    again = rule.event()
    assert again.outcome == "waiting"
    assert world.actions.calls == []


@pytest.mark.parametrize(
    ("approved", "on_timeout", "after", "outcome", "code"),
    [
        (True, "fail", 60, "succeeded", None),
        (False, "fail", 60, "failed", "Denied"),
        (None, "fail", 1800, "failed", "Expired"),
        (None, "proceed", 1800, "succeeded", None),
    ],
)
def test_a_question(
    world: World, approved: bool | None, on_timeout: str, after: float, outcome: str, code: str
) -> None:
    ask = ASK | {"approve": ASK["approve"] | {"on_timeout": on_timeout}}
    rule = Rule(world, then=[ask, ACT], on_failure=[TELL])
    assert rule.event().outcome == "waiting"
    asked = rule.execution.waiting
    assert asked is not None
    assert asked.data == {"by": ["*:role/oncall"], "prompt": "Act on i-abcd1111?"}
    if approved is not None:
        decided = replace(rule.execution, decision=Decision(approved, "maria", iso(1700000060)))
        world.journal.executions[("restart", decided.id)] = decided
    found = rule.wake(after=after)
    assert found.outcome == outcome
    assert [name for name, _ in world.actions.calls] == (["act"] if code is None else ["tell"])
    if code is not None:
        assert rule.execution.error is not None
        assert rule.execution.error.code == code


def test_a_question_in_observe_mode_is_not_asked(world: World) -> None:
    rule = Rule(world, mode="observe", then=[ASK, WAIT])
    assert rule.event().outcome == "observed"
    assert [one.note for one in rule.execution.steps] == [
        "would ask *:role/oncall",
        "would wait 10m",
    ]


VERIFY: dict[str, Any] = {
    "do": "look",
    "with": value(),
    "pick": None,
    "until": expr("result == 'well'"),
    "hold": 0.0,
    "within": 600.0,
    "every": 60.0,
}


class Patient:
    """Answers one after the other; the last again and again."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def __call__(self, _tools: Any) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


DENIED = StepError("AccessDenied", "no")


@pytest.mark.parametrize(
    ("answers", "hold", "loop", "status", "wakes"),
    [
        (("well",), 0, "closed", "succeeded", 0),
        (("ill", "ill", "well"), 0, "closed", "succeeded", 2),
        (("ill",), 0, "open", "failed", 10),
        (("well", "well", "well"), 120, "closed", "succeeded", 2),
        (("well", "ill", "well"), 120, "closed", "succeeded", 4),
        ((DENIED, "well"), 0, "closed", "succeeded", 1),
        ((DENIED,), 0, "unverified", "succeeded", 10),
    ],
)
def test_a_loop(
    world: World, answers: Any, hold: float, loop: str, status: str, wakes: int
) -> None:
    world.actions.behaviours["look"] = Patient(*answers)
    rule = Rule(world, then=[ACT], verify=VERIFY | {"hold": hold}, on_failure=[TELL])
    outcome = rule.event()
    woken = 0
    while outcome.outcome == "waiting":
        outcome = rule.wake(after=60)
        woken += 1
    assert (rule.execution.loop, outcome.outcome, woken) == (loop, status, wakes)
    told = [said["text"] for name, said in world.actions.calls if name == "tell"]
    assert told == (["LoopOpen"] if loop == "open" else [])
    assert [name for name, _ in world.actions.calls].count("act") == 1


def test_a_recurrence_within_the_cooldown_marks_the_closed_loop(world: World) -> None:
    world.actions.behaviours["look"] = Patient("well")
    rule = Rule(world, then=[ACT], verify=VERIFY, guard=guard(cooldown="1h"))
    first = rule.event()
    assert rule.invoke(EVENT | {"id": "another"}).outcome == "refused"
    assert first.execution is not None
    assert world.journal.executions[("restart", first.execution)].loop == "recurred"


class CutOffError(BaseException):
    """The sandbox is gone: nothing of ours runs any more."""


def cut_off_at(world: World, action: str, call: int) -> None:
    """Let the sandbox vanish right behind an effect."""
    behaviour, calls = world.actions.behaviours[action], iter(range(100))

    def act(tools: Any, **given: Any) -> Any:
        result = behaviour(tools, **given)
        if next(calls) == call:
            raise CutOffError
        return result

    world.actions.behaviours[action] = act


def test_a_crash_resumes_behind_the_last_step_on_record(world: World) -> None:
    rule = Rule(world, then=[ACT, ACT | {"id": "two"}, ACT | {"id": "three"}])
    cut_off_at(world, "act", 1)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "succeeded"
    # the second effect was not on record: it is repeated, the first is not
    assert len(world.actions.calls) == 4


@pytest.mark.parametrize("first", [True, False])
def test_a_once_effect_is_never_repeated_and_that_is_said(world: World, first: bool) -> None:
    once = step("boot", "boot", effect="once")
    world.actions.behaviours["boot"] = lambda _tools: "booted"
    rule = Rule(world, then=[once] if first else [ACT, once], on_failure=[TELL])
    cut_off_at(world, "boot", 0)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "failed"
    assert [name for name, _ in world.actions.calls].count("boot") == 1
    assert rule.execution.error is not None
    assert rule.execution.error.code == "OutcomeUnknown"


def test_a_once_step_costs_no_write_where_admission_can_say_it(world: World) -> None:
    world.actions.behaviours["boot"] = lambda _tools: "booted"
    Rule(world, then=[step("boot", "boot", effect="once")]).event()
    assert [what for what, _ in world.journal.writes] == ["admit", "close"]


def test_a_list_goes_on_behind_the_last_element_on_record(world: World) -> None:
    loop = {"of": expr("event.detail.tries"), "as_name": "item"}
    rule = Rule(world, then=[step("act", "act", for_each=loop, with_=value(n="=item"))])
    cut_off_at(world, "act", 1)
    with pytest.raises(CutOffError):
        rule.event()
    assert rule.wake(after=61).outcome == "succeeded"
    assert [given["n"] for _, given in world.actions.calls] == [1, 2, 2, 3]
    assert rule.execution.steps[0].result == ["done"] * 3


def test_some_elements_at_a_time(world: World) -> None:
    loop = {"of": expr("event.detail.tries"), "as_name": "item"}
    many = step("act", "act", for_each=loop, with_=value(n="=item"), at_once=2)
    rule = Rule(world, then=[many])
    assert rule.event().outcome == "succeeded"
    assert sorted(given["n"] for _, given in world.actions.calls) == [1, 2, 3]
    assert [what for what, _ in world.journal.writes] == ["admit", "record", "close"]


def test_a_long_rule_goes_on_in_the_next_invocation(world: World) -> None:
    def slow(_tools: Any) -> str:
        world.clock.at += 30
        return "done"

    world.actions.behaviours["act"] = slow
    rule = Rule(world, then=[ACT | {"id": f"s{n}"} for n in range(4)])
    outcome, invocations = rule.event(), 1
    while outcome.outcome == "waiting":
        outcome = rule.wake()
        invocations += 1
    assert (outcome.outcome, invocations) == ("succeeded", 2)
    assert len(world.actions.calls) == 4


def test_a_lock_is_held_while_the_execution_waits(world: World) -> None:
    rule = Rule(world, then=[WAIT], guard=guard(lock={"per": "key", "lease": "1m"}))
    rule.event()
    world.clock.at += 300
    assert rule.invoke(EVENT | {"id": "another"}).outcome == "refused"


def changed(rest: list[Step]) -> list[Step]:
    return [*rest[:-1], rest[-1] | {"do": "other"}]


def test_a_rule_changed_in_what_is_done_goes_on(world: World) -> None:
    rule = Rule(world, then=[ACT, WAIT, ACT | {"id": "again"}])
    rule.event()
    rule.plan = rule.plan | {
        "digest": "d2",
        "then": [ACT | {"do": "other"}, *rule.plan["then"][1:]],
    }
    assert rule.wake(after=600).outcome == "succeeded"


def test_a_rule_changed_in_what_is_to_come_is_superseded(world: World) -> None:
    rule = Rule(world, then=[ACT, WAIT, ACT | {"id": "again"}])
    rule.event()
    rule.plan = rule.plan | {"digest": "d2", "then": changed(rule.plan["then"])}
    assert rule.wake(after=600).outcome == "superseded"
    assert len(world.actions.calls) == 1


def test_an_execution_that_is_not_there_cannot_go_on(world: World) -> None:
    rule = Rule(world, then=[ACT])
    with pytest.raises(EventError, match="no execution 01M7688W2GEB9785RY7N7FWG5C to go on with"):
        rule.invoke({"opsloop": {"resume": "01M7688W2GEB9785RY7N7FWG5C"}})


@pytest.mark.parametrize("name", [None, 5, "", "01M7", {}, ["0"] * 26])
def test_what_is_no_id_is_told(world: World, name: Any) -> None:
    with pytest.raises(EventError, match=r"found .*, expected"):
        Rule(world, then=[ACT]).invoke({"opsloop": {"resume": name}})


def test_facts_and_targets_are_there_again(world: World) -> None:
    world.actions.behaviours["look"] = lambda _tools: [1, 2, 3]
    facts = [{"name": "all", "do": "look", "with": value(), "pick": None, "or": None}]
    rule = Rule(
        world,
        facts=facts,
        guard=guard(blast={"targets": "facts.all", "max": 2, "over": "trim"}),
        then=[WAIT, step("act", "act", with_=value(ids="=targets", all="=facts.all"))],
    )
    rule.event()
    rule.wake(after=600)
    assert world.actions.calls == [("look", {}), ("act", {"ids": [1, 2], "all": [1, 2, 3]})]


def test_a_failure_before_a_wait_in_on_failure_is_remembered(world: World) -> None:
    fail = step("full", kind="fail", message={"lit": "it is full"}, if_=met("`true`"))
    rule = Rule(world, then=[fail], on_failure=[WAIT, TELL], always=[ACT])
    assert rule.event().outcome == "waiting"
    assert rule.wake(after=600).outcome == "failed"
    assert world.actions.calls == [("tell", {"text": "Fail"}), ("act", {})]
    assert rule.execution.error is not None
    assert rule.execution.error.message == "it is full"


@pytest.mark.parametrize(("approved", "outcome"), [(True, "succeeded"), (False, "failed")])
def test_mode_approve_asks_once_before_the_first_effect(
    world: World, approved: bool, outcome: str
) -> None:
    look = step("look", "act", effect="read")
    rule = Rule(world, mode="approve", then=[look, ACT, ACT | {"id": "two"}], on_failure=[TELL])
    assert rule.event().outcome == "waiting"
    assert [name for name, _ in world.actions.calls] == ["act"]
    asked = rule.execution.waiting
    assert asked is not None
    assert asked.data["prompt"] == "restart would do act on i-abcd1111"
    decided = replace(rule.execution, decision=Decision(approved, "maria", iso(1700000060)))
    world.journal.executions[("restart", decided.id)] = decided
    assert rule.wake(after=60).outcome == outcome
    done = [name for name, _ in world.actions.calls]
    assert done == (["act", "act", "act"] if approved else ["act", "tell"])


def test_mode_approve_without_approvers_acts_on_nothing(world: World) -> None:
    engine = Engine(plan(mode="approve", then=[ACT]), {**STAGE, "approvers": None}, world.ports())
    (outcome,) = engine.handle(EVENT, Invocation("r-1", world.clock.now() + 60))
    assert (outcome.outcome, world.actions.calls) == ("failed", [])
