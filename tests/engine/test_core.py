"""The order of a run and how each kind of end is written down."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.errors import EventError, JournalError, StepError
from chalicelib.plan import Plan
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, met, plan, step, value
from tests.guards.making import guard

START = step("start", "start", with_=value(instance="=resource.id"))


def handle(
    world: World, rule: Plan, payload: Any = EVENT, request: str = "r-1", **stage: Any
) -> list[Outcome]:
    engine = Engine(rule, {**STAGE, **stage}, world.ports())  # type: ignore[typeddict-item]
    return engine.handle(payload, Invocation(request, world.clock.now() + 60))


@pytest.fixture
def world() -> World:
    made = World()
    made.actions.behaviours["start"] = lambda _tools, instance: {"started": instance}
    made.actions.behaviours["tell"] = lambda _tools, **said: said
    return made


def test_one_step_acts_and_takes_two_writes(world: World) -> None:
    (outcome,) = handle(world, plan(then=[START]))
    done = world.journal.only()
    assert outcome == Outcome("restart", "succeeded", done.id)
    assert [what for what, _ in world.journal.writes] == ["admit", "close"]
    assert world.actions.calls == [("start", {"instance": "i-abcd1111"})]
    assert done.resource == "i-abcd1111"
    assert done.steps[0].result == {"started": "i-abcd1111"}
    assert world.telemetry.counts == {"Succeeded": 1}


def test_a_second_effect_waits_for_the_first_to_be_on_record(world: World) -> None:
    handle(world, plan(then=[START, step("tell", "tell")]))
    assert [what for what, _ in world.journal.writes] == ["admit", "record", "close"]
    recorded = world.journal.writes[1][1]
    assert [one.id for one in recorded.steps] == ["start"]


def test_reads_are_not_recorded_one_by_one(world: World) -> None:
    look = step("look", "tell", effect="read")
    handle(world, plan(then=[look, look | {"id": "look2"}, START]))
    assert [what for what, _ in world.journal.writes] == ["admit", "close"]


def test_an_unmet_criterion_costs_nothing_and_says_why(world: World) -> None:
    criteria = {"event": met("event.detail.state == 'running'"), "facts": None}
    (outcome,) = handle(world, plan(criteria=criteria, then=[START]))
    assert (outcome.outcome, outcome.execution) == ("not met", None)
    assert outcome.reason is not None
    assert "event.detail.state == 'running'" in outcome.reason
    assert "stopped" in outcome.reason
    assert world.journal.writes == []
    assert world.actions.calls == []


def test_a_let_that_orders_what_is_absent_is_not_met_whatever_stands_around_it(
    world: World,
) -> None:
    let = {"young": expr("event.detail.age < `5`")}
    criteria = {"event": {"not": met("young")}, "facts": None}
    (outcome,) = handle(world, plan(let=let, criteria=criteria, then=[START]))
    assert outcome.outcome == "not met"


def test_facts_come_after_criteria_on_the_event_and_before_those_on_facts(world: World) -> None:
    facts = [{"name": "look", "do": "tell", "with": value(x=1), "pick": expr("x"), "or": None}]
    criteria = {"event": met("event.detail.state == 'stopped'"), "facts": met("facts.look == `2`")}
    (outcome,) = handle(world, plan(facts=facts, criteria=criteria, then=[START]))
    assert outcome.outcome == "not met"
    assert world.actions.calls == [("tell", {"x": 1})]


def test_a_later_fact_reads_an_earlier_one(world: World) -> None:
    facts = [
        {"name": "a", "do": "tell", "with": value(x=3), "pick": expr("x"), "or": None},
        {"name": "b", "do": "tell", "with": value(y="=facts.a"), "pick": None, "or": None},
    ]
    handle(world, plan(facts=facts, then=[START]))
    assert world.journal.only().facts == {"a": 3, "b": {"y": 3}}


@pytest.mark.parametrize(
    ("code", "outcome", "calls"),
    [("NoSuchBucketPolicy", "succeeded", 2), ("AccessDenied", "failed", 1)],
)
def test_a_fact_is_worth_its_or_only_where_aws_says_not_found(
    world: World, code: str, outcome: str, calls: int
) -> None:
    def look(_tools: Any) -> Any:
        raise StepError(code, "says AWS")

    world.actions.behaviours["look"] = look
    facts = [{"name": "open", "do": "look", "with": value(), "pick": None, "or": {"value": False}}]
    criteria = {"event": None, "facts": met("!facts.open")}
    (found,) = handle(world, plan(facts=facts, criteria=criteria, then=[START]))
    assert (found.outcome, len(world.actions.calls)) == (outcome, calls)


def test_a_denied_fact_fails_the_execution_and_never_passes_as_unmet(world: World) -> None:
    def denied(_tools: Any) -> Any:
        raise StepError("AccessDenied", "not authorized to perform s3:GetBucketAcl")

    world.actions.behaviours["look"] = denied
    facts = [{"name": "acl", "do": "look", "with": value(), "pick": None, "or": None}]
    tell = step("tell", "tell", with_=value(text="=error.message"))
    criteria = {"event": None, "facts": met("facts.acl")}
    handle(world, plan(facts=facts, criteria=criteria, then=[START], on_failure=[tell]))
    failed = world.journal.only()
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error.as_dict() == {
        "kind": "fact",
        "step": "acl",
        "code": "AccessDenied",
        "message": "not authorized to perform s3:GetBucketAcl",
    }
    assert [name for name, _ in world.actions.calls] == ["look", "tell"]


def test_the_same_event_again_is_a_duplicate(world: World) -> None:
    rule = plan(then=[START])
    (first,) = handle(world, rule)
    (second,) = handle(world, rule, request="r-2")
    assert second.outcome == "duplicate"
    assert second.execution == first.execution
    assert len(world.actions.calls) == 1


def test_a_replayed_event_is_another_execution(world: World) -> None:
    rule = plan(then=[START])
    handle(world, rule)
    (again,) = handle(world, rule, EVENT | {"replay-name": "monday"})
    assert again.outcome == "succeeded"
    assert len(world.journal.executions) == 2


@pytest.mark.parametrize("request_id", ["r-1", "r-2"])
def test_what_never_closed_is_taken_up_again(world: World, request_id: str) -> None:
    """By Lambda's own retry at once, by any other delivery when the lease is over."""
    rule = plan(then=[START])
    world.journal.denied = {"close"}
    with pytest.raises(JournalError):
        handle(world, rule)
    world.journal.denied = set()
    world.clock.at += 61 if request_id == "r-2" else 1
    (outcome,) = handle(world, rule, request=request_id)
    assert outcome.outcome == "succeeded"
    assert [name for name, _ in world.actions.calls] == ["start", "start"]


def test_another_delivery_of_what_still_runs_is_a_duplicate(world: World) -> None:
    rule = plan(then=[START])
    world.journal.denied = {"close"}
    with pytest.raises(JournalError):
        handle(world, rule)
    (outcome,) = handle(world, rule, request="r-2")
    assert outcome.outcome == "duplicate"
    assert outcome.reason is not None
    assert "already running" in outcome.reason


def test_no_journal_no_action(world: World) -> None:
    world.journal.denied = {"admit"}
    with pytest.raises(JournalError, match="AccessDenied"):
        handle(world, plan(then=[START]))
    assert world.actions.calls == []


def test_each_makes_one_execution_per_element(world: World) -> None:
    each = {"of": expr("event.detail.tries"), "as_name": "try"}
    start = step("start", "start", with_=value(instance="=$try"))
    outcomes = handle(world, plan(each=each, then=[start]))
    assert [one.outcome for one in outcomes] == ["succeeded"] * 3
    assert [given["instance"] for _, given in world.actions.calls] == [1, 2, 3]
    assert len({one.execution for one in outcomes}) == 3


@pytest.mark.parametrize("of", ["event.detail.state", "event.detail.none"])
def test_each_of_no_list_is_said(world: World, of: str) -> None:
    each = {"of": expr(of), "as_name": "one"}
    with pytest.raises(EventError, match=r"each\.of: .* expected a list of at most 100"):
        handle(world, plan(each=each, then=[START]))


def test_one_failing_element_does_not_keep_the_others(world: World) -> None:
    each = {"of": expr("event.detail.tries"), "as_name": "try"}
    rule = plan(each=each, then=[START])
    handle(world, rule)
    world.journal.executions.popitem()
    outcomes = handle(world, rule, request="r-2")
    assert [one.outcome for one in outcomes] == ["duplicate", "duplicate", "succeeded"]


@pytest.mark.parametrize(
    ("mode", "max_mode", "expected"),
    [
        ("active", "active", "succeeded"),
        ("active", "observe", "observed"),
        ("observe", "active", "observed"),
    ],
)
def test_the_stage_caps_the_mode(world: World, mode: str, max_mode: str, expected: str) -> None:
    def act(tools: Any) -> None:
        tools.announce("ec2", "start_instances", {"InstanceIds": ["i-1"]})

    world.actions.behaviours["act"] = act
    rule = plan(mode=mode, then=[step("act", "act")])
    (outcome,) = handle(world, rule, max_mode=max_mode)
    assert outcome.outcome == expected
    result = world.journal.only().steps[0].result
    would = {"would_call": "ec2.start_instances", "parameters": {"InstanceIds": ["i-1"]}}
    assert result == (would if expected == "observed" else None)


SCHEDULED = EVENT | {
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "resources": ["arn:aws:events:eu-west-1:123456789012:rule/opsloop-dev-restart"],
}
ABOUT: list[tuple[Any, str | None, str | None]] = [
    (EVENT, None, "i-abcd1111"),
    (EVENT, "event.detail.state", "i-abcd1111"),
    (SCHEDULED, None, None),
    (SCHEDULED, "event.detail.state", "stopped"),
    (EVENT | {"resources": [], "source": "shop"}, "event.detail.state", "stopped"),
    (EVENT | {"resources": [], "source": "shop"}, None, None),
]


@pytest.mark.parametrize(("payload", "key", "resource"), ABOUT)
def test_the_history_lists_it_under_the_events_resource_else_the_rules_key(
    world: World, payload: Any, key: str | None, resource: str | None
) -> None:
    guarded = guard(cooldown="1h") | {"key": None if key is None else expr(key)}
    handle(world, plan(guard=guarded), payload)
    assert world.journal.only().resource == resource


@pytest.mark.parametrize("payload", [{}, [], None, "text", 7, {"detail": {}}, {"Records": []}])
def test_what_is_no_event_is_refused_by_name(world: World, payload: Any) -> None:
    with pytest.raises(EventError):
        handle(world, plan(then=[START]), payload)
    assert world.journal.writes == []


def test_an_event_of_a_megabyte_is_handled_like_any_other(world: World) -> None:
    large = copy.deepcopy(EVENT)
    large["detail"]["blob"] = "x" * 1_000_000  # type: ignore[index]
    (outcome,) = handle(world, plan(then=[START]), large)
    assert outcome.outcome == "succeeded"
