"""Guards in the engine: what is refused, what it costs, what is written of it."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.errors import JournalError, StepError
from chalicelib.guards.gate import Pause
from chalicelib.plan import Plan
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, plan, step, value
from tests.guards.making import at, guard

EVENTS = Path(__file__).parents[1] / "events"
ACT = step("act", "act")
#: the event's own time, and the clock's, some seconds later
THEN = 1794432594.0


class Rule:
    """One sandbox that gets one event after the other."""

    def __init__(self, world: World, **more: Any) -> None:
        made: Plan = plan(then=[ACT], **more)
        self.world = world
        self.engine = Engine(made, STAGE, world.ports())
        self.number = 0

    def event(self, instance: str = "i-1", **more: Any) -> Outcome:
        self.number += 1
        arn = f"arn:aws:ec2:eu-west-1:123456789012:instance/{instance}"
        detail = EVENT["detail"] | {"instance-id": instance}  # type: ignore[operator]
        payload = EVENT | {"id": str(self.number), "resources": [arn], "detail": detail} | more
        invocation = Invocation(f"r-{self.number}", self.world.clock.now() + 60)
        (outcome,) = self.engine.handle(payload, invocation)
        return outcome


@pytest.fixture
def world() -> World:
    made = World()
    made.clock.at = THEN + 5
    made.actions.behaviours["act"] = lambda _tools: "done"
    return made


def test_a_rate_admits_so_many_and_writes_the_refusal_down(world: World) -> None:
    rule = Rule(world, guard=guard(rate="2/1h"))
    assert [rule.event().outcome for _ in range(3)] == ["succeeded", "succeeded", "refused"]
    refused = list(world.journal.executions.values())[-1]
    assert refused.status == "refused"
    assert refused.note == "rate: 2 of 2 used since 2026-11-11T21:29:59Z"
    assert world.telemetry.counts == {"Succeeded": 2, "Refused": 1}


def test_a_storm_is_refused_from_memory_and_counted(world: World) -> None:
    rule = Rule(world, guard=guard(rate="1/1h"))
    outcomes = [rule.event().outcome for _ in range(1000)]
    assert outcomes.count("succeeded") == 1
    assert world.telemetry.counts["Refused"] == 999
    assert [what for what, _ in world.journal.writes] == ["admit", "close", "refuse"]
    assert world.journal.reads == 2
    counted = sum(counts["rate"] for counts in world.journal.counted)
    assert 998 - 200 < counted <= 998


def test_memory_forgets_when_the_guard_opens(world: World) -> None:
    rule = Rule(world, guard=guard(rate="1/1h"))
    assert [rule.event().outcome for _ in range(2)] == ["succeeded", "refused"]
    world.clock.at += 3600
    assert rule.event().outcome == "succeeded"


def test_keys_rest_each_for_itself(world: World) -> None:
    rule = Rule(world, guard=guard(cooldown="1h"))
    assert [rule.event(key).outcome for key in ("a", "b", "a", "b")] == [
        "succeeded",
        "succeeded",
        "refused",
        "refused",
    ]


def test_a_closed_guard_keeps_facts_unread(world: World) -> None:
    world.actions.behaviours["look"] = lambda _tools: 1
    facts = [{"name": "look", "do": "look", "with": value(), "pick": None, "or": None}]
    rule = Rule(world, guard=guard(rate="1/1h"), facts=facts)
    rule.event()
    rule.event()
    assert [name for name, _ in world.actions.calls] == ["look", "act"]


def test_a_failure_gives_a_cooldown_back_only_where_the_rule_says_so(world: World) -> None:
    def fail(_tools: Any) -> None:
        raise StepError("Denied", "no")

    world.actions.behaviours["act"] = fail
    rule = Rule(world, guard=guard(cooldown={"for": "1h", "after": "success"}))
    assert [rule.event().outcome for _ in range(2)] == ["failed", "failed"]


def test_a_lock_is_free_again_at_the_end(world: World) -> None:
    rule = Rule(world, guard=guard(lock="key"))
    assert [rule.event().outcome for _ in range(2)] == ["succeeded", "succeeded"]


def test_a_lock_keeps_the_second_out_while_the_first_is_inside(world: World) -> None:
    rule = Rule(world, guard=guard(lock="key"))
    inner: list[Outcome] = []

    def meanwhile(_tools: Any) -> None:
        world.actions.behaviours["act"] = lambda _tools: "done"
        inner.append(rule.event())

    world.actions.behaviours["act"] = meanwhile
    assert rule.event().outcome == "succeeded"
    assert inner[0].outcome == "refused"
    assert inner[0].reason is not None
    assert inner[0].reason.startswith("lock: held by 01")


def test_a_breaker_makes_the_rule_observe_and_says_so(world: World) -> None:
    def fail(tools: Any) -> None:
        tools.announce("ec2", "start_instances", {})
        raise StepError("Denied", "no")

    world.actions.behaviours["act"] = fail
    rule = Rule(world, guard=guard(breaker={"failures": 2, "within": "1h"}))
    assert [rule.event().outcome for _ in range(3)] == ["failed", "failed", "observed"]
    observed = list(world.journal.executions.values())[-1]
    assert observed.note is not None
    assert observed.note.startswith("breaker: 2 failures since")
    world.clock.at += 3600
    assert rule.event().outcome == "failed"


def test_a_conflict_is_no_refusal(world: World) -> None:
    rule = Rule(world, guard=guard(rate="5/1h"))
    world.journal.conflicts = 5
    assert rule.event().outcome == "succeeded"
    assert len(world.clock.slept) == 5


def test_conflicts_without_end_are_said_and_end_in_the_dead_letters(world: World) -> None:
    rule = Rule(world, guard=guard(rate="5/1h"))
    world.journal.conflicts = 99
    with pytest.raises(JournalError, match="met 14 conflicts on its guards"):
        rule.event()
    assert world.actions.calls == []


@pytest.mark.parametrize("what", ["all", "pack:hosts", "rule:restart"])
def test_a_pause_is_honoured_within_five_seconds_and_ends_by_itself(
    world: World, what: str
) -> None:
    rule = Rule(world)
    assert rule.event().outcome == "succeeded"
    world.journal.paused = [Pause(what, world.clock.at + 60, "maria")]
    world.clock.at += 5
    assert rule.event().outcome == "refused"
    world.journal.paused = []
    world.clock.at += 5
    assert rule.event().outcome == "succeeded"


def test_what_is_known_of_a_closed_guard_is_not_believed_by_a_clock_that_went_back(
    world: World,
) -> None:
    world.clock.at = at("2026-11-23T19:30:00")
    rule = Rule(world, guard=guard(window={"only": "08:00-19:00"}))
    assert rule.event().outcome == "refused"
    world.clock.at -= 3600
    assert rule.event().outcome == "succeeded"


def test_a_pause_that_began_while_facts_were_read_is_honoured(world: World) -> None:
    def slow(_tools: Any) -> None:
        world.clock.at += 20
        world.journal.paused = [Pause("all", world.clock.at + 60, "maria")]

    world.actions.behaviours["look"] = slow
    facts = [{"name": "look", "do": "look", "with": value(), "pick": None, "or": None}]
    outcome = Rule(world, facts=facts).event()
    assert outcome.outcome == "refused"
    assert outcome.reason is not None
    assert outcome.reason.startswith("pause: all paused by maria")


def test_an_event_that_grew_stale_while_facts_were_read_is_refused(world: World) -> None:
    def slow(_tools: Any) -> None:
        world.clock.at += 20

    world.actions.behaviours["look"] = slow
    facts = [{"name": "look", "do": "look", "with": value(), "pick": None, "or": None}]
    outcome = Rule(world, facts=facts, guard=guard(deadline="10s")).event()
    assert outcome.reason == "deadline: the event is 25 s old, at most 10 s"


def test_a_stale_event_is_refused(world: World) -> None:
    rule = Rule(world, guard=guard(deadline="4s"))
    outcome = rule.event()
    assert outcome.reason == "deadline: the event is 5 s old, at most 4 s"


def test_no_step_begins_after_the_deadline_but_on_failure_runs(world: World) -> None:
    def slow(_tools: Any) -> None:
        world.clock.at += 20

    world.actions.behaviours["act"] = slow
    world.actions.behaviours["tell"] = lambda _tools: "told"
    rule = Rule(world, guard=guard(deadline="10s"), on_failure=[step("tell", "tell")])
    rule.engine = Engine(
        plan(
            then=[ACT, ACT | {"id": "again"}],
            guard=guard(deadline="10s"),
            on_failure=[step("tell", "tell")],
        ),
        STAGE,
        world.ports(),
    )
    assert rule.event().outcome == "failed"
    execution = world.journal.only()
    assert [(one.id, one.status) for one in execution.steps] == [
        ("act", "succeeded"),
        ("again", "failed"),
        ("tell", "succeeded"),
    ]
    assert execution.error is not None
    assert execution.error.code == "Timeout"


@pytest.mark.parametrize(
    ("over", "outcome", "targets"), [("refuse", "refused", None), ("trim", "succeeded", [1, 2])]
)
def test_a_blast_radius_refuses_or_trims(
    world: World, over: str, outcome: str, targets: list[int] | None
) -> None:
    taken: list[Any] = []
    world.actions.behaviours["act"] = lambda _tools, ids: taken.append(ids)
    radius = guard(blast={"targets": "event.detail.tries", "max": 2, "over": over})
    made = plan(then=[step("act", "act", with_=value(ids="=targets"))], guard=radius)
    rule = Rule(world)
    rule.engine = Engine(made, STAGE, world.ports())
    assert rule.event().outcome == outcome
    assert taken == ([targets] if targets else [])


def test_a_refused_event_delivered_again_is_a_duplicate(world: World) -> None:
    rule = Rule(world, guard=guard(deadline="4s"))
    rule.event(id="same")
    again = rule.event(id="same")
    assert again.outcome == "duplicate"


def test_the_key_may_be_an_expression(world: World) -> None:
    made = guard(key="event.detail.state", cooldown="1h")
    made["key"] = expr("event.detail.state")
    rule = Rule(world, guard=made)
    assert [rule.event(key).outcome for key in ("a", "b")] == ["succeeded", "refused"]


# Alarms are asked again.

ALARM = json.loads((EVENTS / "cloudwatch-alarm-status-check.json").read_text())


class Alarmed:
    """A rule that an alarm wakes, with a sandbox of its own for each invocation."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.clock.at = datetime.fromisoformat(ALARM["time"]).timestamp() + 5
        self.state = "ALARM"
        world.actions.behaviours["aws.cloudwatch.describe_alarms"] = self._describe
        state = expr("alarm.state == 'ALARM'")
        self.plan = plan(
            then=[ACT],
            guard=guard(rate="1/1h") | {"recheck": True},
            criteria={"event": {"test": state}, "facts": None},
        )

    def _describe(self, _tools: Any, **_: Any) -> Any:
        return {"MetricAlarms": [{"StateValue": self.state}]} if self.state else {}

    def event(self, number: int) -> Outcome:
        """The alarm of another instance, each its own key."""
        event = copy.deepcopy(ALARM)
        event["resources"] = [f"{ALARM['resources'][0]}-{number}"]
        return self._invoke(event)

    def wake(self, execution: str) -> Outcome:
        return self._invoke({"opsloop": {"resume": execution}})

    def _invoke(self, payload: Any) -> Outcome:
        engine = Engine(self.plan, STAGE, self.world.ports())
        invocation = Invocation(str(self.world.clock.now()), self.world.clock.now() + 60)
        (outcome,) = engine.handle(payload, invocation)
        return outcome


@pytest.mark.parametrize(
    ("state", "outcome"), [("ALARM", "succeeded"), ("OK", "not met"), (None, "not met")]
)
def test_a_refused_alarm_is_read_when_its_guard_opens(
    world: World, state: str | None, outcome: str
) -> None:
    rule = Alarmed(world)
    assert rule.event(1).outcome == "succeeded"
    refused = rule.event(2)
    assert refused.execution is not None
    execution = world.journal.executions[("restart", refused.execution)]
    assert execution.waiting is not None
    assert execution.waiting.reason == "recheck"
    assert rule.wake(refused.execution).outcome == "waiting"
    rule.state = state  # type: ignore[assignment]
    world.clock.at += 3600
    assert rule.wake(refused.execution).outcome == outcome
    # a doubled wake-up finds nothing to do
    assert rule.wake(refused.execution).outcome == "duplicate"
    expected = 2 if outcome == "succeeded" else 1
    assert [name for name, _ in world.actions.calls].count("act") == expected


def test_every_refused_alarm_has_its_own_entry_in_a_storm(world: World) -> None:
    rule = Alarmed(world)
    engine = Engine(rule.plan, STAGE, world.ports())
    for number in range(20):
        event = copy.deepcopy(ALARM)
        event["resources"] = [f"{ALARM['resources'][0]}-{number}"]
        event["detail"]["configuration"]["metrics"][0]["metricStat"]["metric"]["dimensions"] = {
            "InstanceId": f"i-{number:017x}"
        }
        engine.handle(event, Invocation(str(number), world.clock.now() + 60))
    waiting = [one for one in world.journal.executions.values() if one.waiting is not None]
    assert len(waiting) == 19
