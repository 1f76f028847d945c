"""Steps: conditions, loops, retries, and the ends of an execution."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.errors import StepError
from chalicelib.journal.record import Execution
from chalicelib.plan import Step
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, met, plan, step, value

TELL = step("tell", "tell", with_=value(text="hello"))
BREAK = step("break", "break")


@pytest.fixture
def world() -> World:
    made = World()
    made.actions.behaviours["tell"] = lambda _tools, **said: said

    def fail(_tools: Any) -> Any:
        raise StepError("IncorrectInstanceState", "The instance is not stopped")

    made.actions.behaviours["break"] = fail
    return made


def run(world: World, *then: Step, **more: Any) -> tuple[Outcome, Execution]:
    engine = Engine(plan(then=list(then), **more), STAGE, world.ports())
    (outcome,) = engine.handle(EVENT, Invocation("r-1", world.clock.now() + 60))
    return outcome, world.journal.only()


def statuses(execution: Execution) -> list[tuple[str, str]]:
    return [(one.id, one.status) for one in execution.steps]


def test_a_step_whose_condition_does_not_hold_is_skipped_with_the_reason(world: World) -> None:
    skipped = TELL | {"if": met("event.detail.state == 'running'")}
    _, execution = run(world, skipped)
    assert statuses(execution) == [("tell", "skipped")]
    assert execution.steps[0].note is not None
    assert "event.detail.state" in execution.steps[0].note
    assert world.actions.calls == []


def test_a_failed_step_ends_the_list_and_runs_on_failure_and_finally(world: World) -> None:
    after = step("after", "tell", with_=value(text="=error.code"))
    last = step("last", "tell", with_=value(text="=steps.break.status"))
    outcome, execution = run(world, BREAK, TELL, on_failure=[after], always=[last])
    assert statuses(execution) == [
        ("break", "failed"),
        ("after", "succeeded"),
        ("last", "succeeded"),
    ]
    assert [given for _, given in world.actions.calls[1:]] == [
        {"text": "IncorrectInstanceState"},
        {"text": "failed"},
    ]
    assert outcome.outcome == "failed"
    assert outcome.reason == "The instance is not stopped"
    assert world.telemetry.counts == {"Failed": 1}


def test_on_error_continue_goes_on_and_says_so(world: World) -> None:
    go_on = BREAK | {"on_error": "continue"}
    use = step("use", "tell", with_=value(text="=steps.break.error.code"))
    outcome, execution = run(world, go_on, use)
    assert statuses(execution) == [("break", "failed"), ("use", "succeeded")]
    assert execution.steps[1].result == {"text": "IncorrectInstanceState"}
    assert outcome.outcome == "succeeded"


def test_stop_ends_well_and_finally_still_runs(world: World) -> None:
    stop = step("enough", kind="stop", message={"lit": "nothing to do"})
    outcome, execution = run(world, stop, TELL, always=[TELL | {"id": "last"}])
    assert (outcome.outcome, outcome.reason) == ("stopped", "nothing to do")
    assert ("last", "succeeded") in statuses(execution)
    assert ("tell", "succeeded") not in statuses(execution)


def test_fail_fails_with_its_own_words(world: World) -> None:
    message = {"join": [expr("resource.id"), " is full"]}
    outcome, execution = run(world, step("full", kind="fail", message=message))
    assert execution.error is not None
    assert execution.error.as_dict() == {
        "kind": "fail",
        "step": "full",
        "code": "Fail",
        "message": "i-abcd1111 is full",
    }
    assert outcome.outcome == "failed"


def test_a_failing_finally_fails_what_went_well(world: World) -> None:
    outcome, execution = run(world, TELL, always=[BREAK])
    assert outcome.outcome == "failed"
    assert execution.error is not None
    assert execution.error.step == "break"


def test_a_failing_on_failure_is_noted_and_does_not_hide_the_cause(world: World) -> None:
    other = step("other", kind="fail", message={"lit": "nobody to tell"})
    _, execution = run(world, BREAK, on_failure=[other])
    assert execution.error is not None
    assert execution.error.code == "IncorrectInstanceState"
    assert execution.note == "on_failure: nobody to tell"


def test_null_in_with_names_the_parameter(world: World) -> None:
    _, execution = run(world, step("tell", "tell", with_=value(text="=event.detail.nothing")))
    assert execution.error is not None
    assert execution.error.kind == "expression"
    assert "with.text" in execution.error.message
    assert world.actions.calls == []


def test_an_action_that_raises_fails_by_name(world: World) -> None:
    def defect(_tools: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    world.actions.behaviours["defect"] = defect
    _, execution = run(world, step("defect", "defect"))
    assert execution.status == "failed"
    assert execution.error is not None
    assert execution.error.code == "ZeroDivisionError"
    assert ("defect", "defect", {"error": repr(ZeroDivisionError("division by zero"))}) in (
        world.telemetry.lines
    )


class Flaky:
    """Fails some times, then works."""

    def __init__(self, failures: int, code: str = "Throttling", *, retryable: bool = True) -> None:
        self.left, self.code, self.retryable = failures, code, retryable

    def __call__(self, _tools: Any) -> str:
        if self.left:
            self.left -= 1
            raise StepError(self.code, "later", retryable=self.retryable)
        return "done"


RETRY = {"attempts": 3, "backoff": 2.0, "on": []}


@pytest.mark.parametrize(
    ("flaky", "retry", "status", "attempts"),
    [
        (Flaky(2), RETRY, "succeeded", 3),
        (Flaky(3), RETRY, "failed", 3),
        (Flaky(1, retryable=False), RETRY, "failed", 1),
        (Flaky(1, "Busy", retryable=False), RETRY | {"on": ["Busy"]}, "succeeded", 2),
        (Flaky(1, "Throttling"), RETRY | {"on": ["Busy"]}, "failed", 1),
        (Flaky(1), None, "failed", 1),
    ],
)
def test_retry(world: World, flaky: Flaky, retry: Any, status: str, attempts: int) -> None:
    world.actions.behaviours["flaky"] = flaky
    _, execution = run(world, step("flaky", "flaky", retry=retry))
    assert execution.status == status
    assert len(world.actions.calls) == attempts
    # full pauses double: the first is within 1 and 2 seconds, the second within 2 and 4
    for number, pause in enumerate(world.clock.slept):
        assert 2**number <= pause <= 2 ** (number + 1)


def test_a_retry_that_would_outlive_the_step_ends_it(world: World) -> None:
    world.actions.behaviours["flaky"] = Flaky(9)
    retry = {"attempts": 9, "backoff": 8.0, "on": []}
    _, execution = run(world, step("flaky", "flaky", retry=retry, timeout=10.0))
    assert execution.error is not None
    assert execution.error.code == "Timeout"


def test_the_same_token_for_every_attempt_and_another_for_every_element(world: World) -> None:
    tokens: list[str] = []
    failures = iter([True, False, False, False])

    def act(tools: Any, **_: Any) -> None:
        tokens.append(tools.token)
        if next(failures):
            raise StepError("Throttling", "later", retryable=True)

    world.actions.behaviours["act"] = act
    loop = {"of": expr("event.detail.tries"), "as_name": "item"}
    run(world, step("act", "act", for_each=loop, retry=RETRY, token="ClientToken"))
    assert len(tokens) == 4
    assert len(set(tokens)) == 3
    assert tokens[0] == tokens[1]
    assert [given["ClientToken"] for _, given in world.actions.calls] == tokens


def test_for_each_calls_once_per_element(world: World) -> None:
    loop = {"of": expr("event.detail.tries"), "as_name": "item"}
    condition = met("item > `1`")
    one = step("tell", "tell", with_=value(number="=item"), for_each=loop, if_=condition)
    _, execution = run(world, one)
    assert [given for _, given in world.actions.calls] == [{"number": 2}, {"number": 3}]
    assert execution.steps[0].items == 3
    assert execution.steps[0].result == [None, {"number": 2}, {"number": 3}]


def test_for_each_continue_tries_all_and_fails_as_a_step(world: World) -> None:
    def pick(_tools: Any, number: int) -> int:
        if number == 2:
            raise StepError("NotFound", "no 2")
        return number

    world.actions.behaviours["pick"] = pick
    loop = {"of": expr("event.detail.tries"), "as_name": "item"}
    _, execution = run(
        world,
        step("pick", "pick", with_=value(number="=item"), for_each=loop, on_error="continue"),
    )
    (record,) = execution.steps
    assert (record.status, record.note, record.result) == ("failed", "1 of 3 failed", [1, None, 3])
    assert execution.status == "succeeded"


def test_for_each_fail_stops_at_the_first_and_says_which(world: World) -> None:
    loop = {"of": expr("event.detail.tries"), "as_name": "item"}
    _, execution = run(world, BREAK | {"for_each": loop})  # type: ignore[arg-type]
    assert execution.error is not None
    assert execution.error.message == "element 0 of 3: The instance is not stopped"
    assert len(world.actions.calls) == 1


def test_for_each_over_no_list_is_said(world: World) -> None:
    loop = {"of": expr("event.detail.state"), "as_name": "item"}
    _, execution = run(world, TELL | {"for_each": loop})  # type: ignore[arg-type]
    assert execution.error is not None
    assert execution.error.message == "for_each: event.detail.state gave str, not a list"


def test_no_secret_is_written_down(world: World) -> None:
    world.secrets.known["ssm:/pager"] = "hunter2"

    def leak(_tools: Any, key: str) -> Any:
        raise StepError("Denied", f"{key} is not valid")

    world.actions.behaviours["leak"] = leak
    world.actions.behaviours["echo"] = lambda _tools, key: {"you sent": key}
    secret = value(key="=secret('ssm:/pager')")
    outcome, _ = run(world, step("echo", "echo", with_=secret), step("leak", "leak", with_=secret))
    assert world.actions.calls[0][1] == {"key": "hunter2"}
    for written in (world.journal.writes, world.telemetry.lines, outcome):
        assert "hunter2" not in repr(written)
    assert outcome.reason == "*** is not valid"


def test_lets_are_lazy_and_see_what_has_become_known(world: World) -> None:
    let = {"late": expr("steps.tell.result.text"), "never": expr("length(`1`)")}
    second = step("second", "tell", with_=value(text="=late"))
    _, execution = run(world, TELL, second, let=let)
    assert execution.steps[1].result == {"text": "hello"}


@pytest.mark.parametrize(
    ("escalate", "handled", "told"),
    [("platform", False, True), ("platform", True, False), (None, False, False)],
)
def test_an_unhandled_failure_is_told_to_the_stages_people(
    world: World, escalate: str | None, handled: bool, told: bool
) -> None:
    world.actions.behaviours["notify"] = lambda _tools, **said: said
    on_failure = [TELL] if handled else []
    engine = Engine(
        plan(then=[BREAK], on_failure=on_failure), {**STAGE, "escalate": escalate}, world.ports()
    )
    engine.handle(EVENT, Invocation("r-1", world.clock.now() + 60))
    message = {
        "to": "platform",
        "title": "restart failed",
        "body": "The instance is not stopped",
    }
    assert (("notify", message) in world.actions.calls) is told
