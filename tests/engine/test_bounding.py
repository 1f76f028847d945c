"""`only` and `except` in the engine: what is looked at before admission, and before each effect."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.actions.base import WouldCall
from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.errors import StepError
from chalicelib.journal.record import Error
from chalicelib.plan import Stage, Step
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, met, plan, step, value
from tests.guards.making import guard

EC2 = "arn:aws:ec2:eu-west-1:123456789012:instance/"
TOUCHES = [
    {
        "role": "changes",
        "ways": [["arn:${Partition}:ec2:${Region}:${Account}:instance/", {"at": ["instance"]}]],
    }
]
INSTANCE = '=event.detail."instance-id"'
DEV = {"tags": {"env": "dev"}}


def acting(name: str = "stop", instance: str = INSTANCE, **more: Any) -> Step:
    """A step that touches one instance, known before admission."""
    given = {"with": value(instance=instance), "touches": TOUCHES, "foretold": True}
    return step(name, "stop", **given | more)


class Rule:
    """One sandbox of one rule, on a world whose tags are `tags`."""

    def __init__(self, *then: Step, stage: Stage = STAGE, **more: Any) -> None:
        self.world = World()
        self.tags: dict[str, dict[str, str]] = {}
        self.unreadable: list[StepError] = []
        self.world.actions.behaviours |= {
            "stop": self._stop,
            "tags.read": lambda _tools, resources: self._read(resources),
            "tell": lambda _tools: "told",
        }
        self.engine = Engine(plan(then=list(then), **more), stage, self.world.ports())
        self.number = 0

    def event(self, instance: str = "i-1") -> Outcome:
        self.number += 1
        payload = EVENT | {"id": str(self.number), "detail": {"instance-id": instance}}
        invocation = Invocation(f"r-{self.number}", self.world.clock.now() + 600)
        (outcome,) = self.engine.handle(payload, invocation)
        return outcome

    @property
    def calls(self) -> list[str]:
        """The actions that were called, in order."""
        return [name for name, _ in self.world.actions.calls]

    def _stop(self, tools: Any, instance: str) -> str:
        if tools.dry_run:
            raise WouldCall("ec2", "stop_instances", {"InstanceIds": [instance]})
        return instance

    def _read(self, arns: list[str]) -> dict[str, dict[str, str]]:
        if self.unreadable:
            raise self.unreadable.pop(0)
        return {arn: self.tags[arn] for arn in arns if arn in self.tags}


def test_what_is_in_bounds_is_done() -> None:
    rule = Rule(acting(), guard=guard(only=DEV | {"arns": "arn:aws:ec2:*:*:instance/*"}))
    rule.tags[f"{EC2}i-1"] = {"env": "dev"}
    assert rule.event().outcome == "succeeded"
    assert rule.calls == ["tags.read", "stop"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"only": {"arns": f"{EC2}i-2"}},
            f"only: {EC2}i-1 is none of {EC2}i-2",
        ),
        (
            {"only": DEV},
            f"only: {EC2}i-1 has env: prod, wanted env: dev",
        ),
        ({"except": {"tags": {"env": "prod"}}}, f"except: {EC2}i-1 has env: prod"),
        (
            {"except": {"arns": f"{EC2}*"}, "only": {"arns": f"{EC2}*"}},
            f"except: {EC2}i-1 is one of {EC2}*",
        ),
    ],
)
def test_what_is_out_of_bounds_is_refused_and_charges_nothing(
    given: dict[str, Any], reason: str
) -> None:
    rule = Rule(acting(), guard=guard(rate="1/1h", **given))
    rule.tags[f"{EC2}i-1"] = {"env": "prod"}
    outcome = rule.event()
    assert (outcome.outcome, outcome.reason) == ("refused", reason)
    (execution,) = rule.world.journal.executions.values()
    assert (execution.status, execution.note) == ("refused", reason)
    assert rule.world.journal.states == {}
    assert rule.world.telemetry.counts == {"Refused": 1}
    assert [name for name, _ in rule.world.bus.put_so_far] == ["Execution Refused"]
    assert "stop" not in rule.calls


def test_the_stage_spares_for_every_rule() -> None:
    stage: Stage = {**STAGE, "spares": {"arns": [f"{EC2}i-1"], "tags": {}}}
    rule = Rule(acting(), stage=stage)
    assert rule.event("i-1").reason == f"except of dev: {EC2}i-1 is one of {EC2}i-1"
    assert rule.event("i-2").outcome == "succeeded"


@pytest.mark.parametrize(
    ("instance", "reason"),
    [
        ("i-*", "only: instance is 'i-*', with a wildcard"),
        (
            "arn:aws:ec2:eu-west-1:999999999999:instance/i-1",
            (
                "only: instance 'arn:aws:ec2:eu-west-1:999999999999:instance/i-1' names no "
                "instance of this account"
            ),
        ),
        ("", "only: instance is '', which is no name"),
    ],
)
def test_names_of_an_attackers_choice_reach_nothing(instance: str, reason: str) -> None:
    rule = Rule(acting(), guard=guard(only={"arns": "arn:aws:ec2:*:*:instance/*"}))
    outcome = rule.event(instance)
    assert (outcome.outcome, outcome.reason) == ("refused", reason)
    assert rule.calls == []


def test_all_that_is_foretold_is_looked_at_before_anything_is_done() -> None:
    rule = Rule(acting("one", "i-1"), acting("two", "i-2"), guard=guard(only={"arns": f"{EC2}i-1"}))
    assert rule.event().reason == f"only: {EC2}i-2 is none of {EC2}i-1"
    assert rule.calls == []


def test_a_step_that_does_not_run_is_not_looked_at() -> None:
    skipped = acting("two", "i-2", if_=met("event.detail.never"))
    rule = Rule(acting("one"), skipped, guard=guard(only={"arns": f"{EC2}i-1"}))
    assert rule.event().outcome == "succeeded"


def test_behind_an_end_nothing_is_foretold() -> None:
    end = step("end", kind="stop", message={"lit": "enough"}, if_=met("`true`"))
    rule = Rule(acting("one"), end, acting("two", "i-2"), guard=guard(only={"arns": f"{EC2}i-1"}))
    assert rule.event().outcome == "stopped"


def test_what_only_a_step_tells_fails_before_its_effect() -> None:
    """Something is done already: so it is a failure, and on_failure is told."""
    late = acting("two", "=steps.one.result", foretold=False)
    tell = step("tell", "tell")
    rule = Rule(
        acting("one"), late, guard=guard(**{"except": {"tags": {"keep": "yes"}}}), on_failure=[tell]
    )
    rule.world.actions.behaviours["stop"] = lambda _tools, instance: f"{instance}0"
    rule.tags[f"{EC2}i-10"] = {"keep": "yes"}
    outcome = rule.event()
    message = f"except: {EC2}i-10 has keep: yes"
    assert (outcome.outcome, outcome.reason) == ("failed", message)
    execution = rule.world.journal.only()
    assert execution.error == Error("guard", "two", "OutOfBounds", message)
    assert rule.calls == ["tags.read", "stop", "tags.read", "tell"]


def test_each_element_is_held_for_itself() -> None:
    loop = {"of": expr("event.detail.all"), "as_name": "one"}
    each = acting("each", "=one", foretold=False, for_each=loop, on_error="continue", at_once=2)
    rule = Rule(each, guard=guard(only=DEV))
    rule.tags = {f"{EC2}i-1": {"env": "dev"}, f"{EC2}i-3": {"env": "dev"}}
    payload = EVENT | {"detail": {"all": ["i-1", "i-2", "i-3"]}}
    (outcome,) = rule.engine.handle(payload, Invocation("r", rule.world.clock.now() + 600))
    assert outcome.outcome == "succeeded"
    stopped = [given["instance"] for name, given in rule.world.actions.calls if name == "stop"]
    assert sorted(stopped) == ["i-1", "i-3"]
    (record,) = rule.world.journal.only().steps
    assert record.error is not None
    assert record.error.message.endswith(
        f"only: {EC2}i-2 has no tags that are known, wanted env: dev"
    )


def test_before_the_effect_tags_are_read_again_where_time_has_passed() -> None:
    wait = step("wait", kind="wait", wait=10.0)
    rule = Rule(wait, acting(), guard=guard(only=DEV))
    rule.tags[f"{EC2}i-1"] = {"env": "dev"}

    def retagged(seconds: float) -> None:
        rule.tags[f"{EC2}i-1"] = {"env": "prod"}
        rule.world.clock.at += seconds

    rule.world.clock.sleep = retagged  # type: ignore[method-assign]  # somebody else is at work
    outcome = rule.event()
    assert (outcome.outcome, outcome.reason) == (
        "failed",
        f"only: {EC2}i-1 has env: prod, wanted env: dev",
    )
    assert rule.calls == ["tags.read", "tags.read"]


def test_what_was_read_counts_for_five_seconds() -> None:
    rule = Rule(acting(), guard=guard(only=DEV))
    rule.tags[f"{EC2}i-1"] = {"env": "dev"}
    for pause in (0, 4.9, 0.1):
        rule.world.clock.at += pause
        assert rule.event().outcome == "succeeded"
    assert rule.calls == ["tags.read", "stop", "stop", "tags.read", "stop"]


def test_what_is_not_known_is_asked_for_again_as_late() -> None:
    rule = Rule(acting(), guard=guard(only=DEV))
    assert [rule.event().outcome, rule.event().outcome] == ["refused", "refused"]
    assert rule.calls == ["tags.read"]
    rule.tags[f"{EC2}i-1"] = {"env": "dev"}
    rule.world.clock.at += 5
    assert rule.event().outcome == "succeeded"


def test_tags_that_cannot_be_read_fail_the_step_and_nothing_is_done() -> None:
    rule = Rule(acting(), guard=guard(only=DEV))
    rule.unreadable = [StepError("AccessDenied", "GetResources: no")] * 2
    outcome = rule.event()
    assert (outcome.outcome, outcome.reason) == (
        "failed",
        f"the tags of {EC2}i-1 could not be read: GetResources: no",
    )
    assert rule.calls == ["tags.read", "tags.read"]


def test_a_read_that_is_throttled_is_tried_again_with_the_step() -> None:
    retry = {"attempts": 3, "backoff": 1.0, "on": []}
    rule = Rule(acting(retry=retry), guard=guard(only=DEV))
    rule.tags[f"{EC2}i-1"] = {"env": "dev"}
    rule.unreadable = [StepError("Throttled", "slow down", retryable=True)] * 3
    assert rule.event().outcome == "succeeded"
    assert rule.calls == [*["tags.read"] * 4, "stop"]


@pytest.mark.parametrize(("instance", "outcome"), [("i-1", "observed"), ("i-2", "refused")])
def test_who_observes_is_bound_as_well(instance: str, outcome: str) -> None:
    rule = Rule(acting(), guard=guard(only={"arns": f"{EC2}i-1"}), mode="observe")
    assert rule.event(instance).outcome == outcome


def test_people_are_not_asked_about_what_is_out_of_bounds() -> None:
    rule = Rule(acting(), guard=guard(only={"arns": f"{EC2}i-1"}), mode="approve")
    assert rule.event("i-1").outcome == "waiting"
    assert rule.event("i-2").outcome == "refused"


def test_a_delivery_that_comes_again_is_still_a_duplicate() -> None:
    """Even where the rule itself has put the resource out of bounds meanwhile."""
    rule = Rule(acting(), guard=guard(only=DEV))
    rule.tags[f"{EC2}i-1"] = {"env": "dev"}
    assert rule.event().outcome == "succeeded"
    rule.tags.clear()
    rule.world.clock.at += 60
    rule.number = 0
    assert rule.event().outcome == "duplicate"
