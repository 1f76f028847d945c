"""Causes: what an event says made it, what of that is believed, and what is told on the bus."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation, Outcome
from chalicelib.errors import EventError
from chalicelib.events.causes import Cause, cause
from chalicelib.events.normalise import normalise
from chalicelib.journal.item import to_item
from chalicelib.journal.packing import storable
from chalicelib.plan import Plan
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, plan, step, value
from tests.guards.making import guard

ACT = step("act", "act")
OWN_ROLE = "arn:aws:iam::123456789012:role/opsloop-dev-restart"
ID = "01M7688W2GEB9785RY7N7FWG5C"


def call(agent: str, role: str | None, name: str = "1") -> dict[str, Any]:
    """An API call as CloudTrail records it."""
    issuer = {} if role is None else {"sessionIssuer": {"type": "Role", "arn": role}}
    return {
        **EVENT,
        "id": name,
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventID": name,
            "eventName": "StopInstances",
            "userAgent": agent,
            "userIdentity": {"type": "AssumedRole", "sessionContext": issuer},
        },
    }


@pytest.mark.parametrize(
    ("agent", "role", "expected"),
    [
        (f"Boto3/1.43 opsloop/restart/{ID}/0", OWN_ROLE, Cause("restart", ID, 0, trusted=True)),
        (f"[Boto3/1.43 opsloop/restart/{ID}/3]", OWN_ROLE, Cause("restart", ID, 3, trusted=True)),
        (f"opsloop/other/{ID}/0", OWN_ROLE, Cause("other", ID, 0, trusted=False)),
        (f"opsloop/restart/{ID}/0", None, Cause("restart", ID, 0, trusted=False)),
        (
            f"opsloop/restart/{ID}/0",
            "arn:aws:iam::123456789012:role/opsloop-prod-restart",
            Cause("restart", ID, 0, trusted=False),
        ),
        (f"opsloop/restart/{ID}", OWN_ROLE, None),
        ("opsloop/restart/01M7688W2G/0", OWN_ROLE, None),
        ("aws-cli/2.31", OWN_ROLE, None),
    ],
)
def test_a_user_agent_is_a_claim_and_a_role_makes_it_a_cause(
    agent: str, role: str | None, expected: Cause | None
) -> None:
    (event,) = normalise(call(agent, role))
    assert cause(event, "opsloop-dev-") == expected


def test_a_role_in_a_custom_event_is_nobodys() -> None:
    forged = call(f"opsloop/restart/{ID}/0", OWN_ROLE) | {"source": "my.app"}
    (event,) = normalise(forged)
    assert cause(event, "opsloop-dev-") == Cause("restart", ID, 0, trusted=False)


class Rule:
    def __init__(self, world: World, **more: Any) -> None:
        made: Plan = plan(then=[ACT], **more)
        self.world = world
        self.engine = Engine(made, STAGE, world.ports())

    def event(self, payload: Any = EVENT) -> Outcome:
        invocation = Invocation(f"r-{payload['id']}", self.world.clock.now() + 60)
        (outcome,) = self.engine.handle(payload, invocation)
        return outcome


@pytest.fixture
def world() -> World:
    made = World()
    made.actions.behaviours["act"] = lambda _tools: "done"
    return made


def test_what_a_rule_caused_itself_is_refused(world: World) -> None:
    rule = Rule(world)
    first = rule.event()
    again = rule.event(call(f"opsloop/restart/{first.execution}/0", OWN_ROLE))
    assert again.outcome == "refused"
    assert again.reason == f"self: caused by {first.execution} of this rule itself"


def test_unless_it_says_that_it_takes_that(world: World) -> None:
    rule = Rule(world, guard=guard(allow_self=True, rate="9/1h"))
    first = rule.event()
    again = rule.event(call(f"opsloop/restart/{first.execution}/0", OWN_ROLE))
    assert again.outcome == "succeeded"


@pytest.mark.parametrize("role", [None, "arn:aws:iam::123456789012:role/attacker"])
def test_a_forged_user_agent_is_recorded_and_changes_nothing(
    world: World, role: str | None
) -> None:
    rule = Rule(world)
    first = rule.event()
    forged = rule.event(call(f"opsloop/restart/{first.execution}/99", role, "forged"))
    assert forged.outcome == "succeeded"
    assert forged.execution is not None
    execution = world.journal.executions[("restart", forged.execution)]
    assert (execution.claims, execution.caused_by) == (f"restart/{first.execution}", None)
    assert execution.chain == 0


def test_an_execution_that_is_not_in_the_journal_causes_nothing(world: World) -> None:
    outcome = Rule(world).event(call(f"opsloop/restart/{ID}/0", OWN_ROLE))
    assert outcome.outcome == "succeeded"


@pytest.mark.parametrize(("chain", "outcome"), [(7, "succeeded"), (8, "refused")])
def test_a_chain_has_an_end(world: World, chain: int, outcome: str) -> None:
    role = "arn:aws:iam::123456789012:role/opsloop-dev-other"
    found = Rule(world).event(call(f"opsloop/other/{ID}/{chain}", role))
    assert found.outcome == outcome
    (execution,) = world.journal.executions.values()
    assert (execution.caused_by, execution.chain) == (f"other/{ID}", chain + 1)


def test_each_end_is_told_on_the_bus_and_can_wake_a_rule(world: World) -> None:
    first = Rule(world).event()
    ((name, told),) = world.bus.put_so_far
    assert name == "Execution Succeeded"
    assert (told["rule"], told["execution"], told["resource"]) == (
        "restart",
        first.execution,
        "i-abcd1111",
    )
    chained = {**EVENT, "id": "2", "source": "opsloop", "detail-type": name, "detail": told}
    (event,) = normalise(chained)
    assert cause(event, "opsloop-dev-") == Cause("restart", str(first.execution), 0, trusted=True)


def test_a_bus_that_takes_nothing_is_said_and_fails_nothing(world: World) -> None:
    world.bus.broken = True
    assert Rule(world).event().outcome == "succeeded"
    assert any("could not put" in message for _, message, _ in world.telemetry.lines)


MANUAL: dict[str, Any] = {
    "token": "t1",
    "time": EVENT["time"],
    "account": EVENT["account"],
    "region": EVENT["region"],
    "parameters": {"rule": "restart", "execution": ID, "chain": 0},
}
MARIA = "arn:aws:sts::123456789012:assumed-role/oncall/maria"
TELL = step("act", "tell", with_=value(actor="=actor || 'nobody'"))


@pytest.mark.parametrize("by", [MARIA, f"opsloop/restart/{ID}/0", "\x1b[2J", "a" * 100_000])
def test_who_asked_is_a_claim_on_record_and_neither_actor_nor_cause(world: World, by: str) -> None:
    world.actions.behaviours["tell"] = lambda _tools, **said: said
    engine = Engine(plan(then=[TELL]), STAGE, world.ports())
    payload = {"opsloop": {"manual": MANUAL | {"by": by}}}
    (outcome,) = engine.handle(payload, Invocation("r-1", world.clock.now() + 60))
    assert outcome.outcome == "succeeded"
    found = world.journal.only()
    assert found.asked_by == by
    assert (found.actor, found.caused_by, found.claims, found.chain) == (None, None, None, 0)
    assert world.actions.calls == [("tell", {"actor": "nobody"})]
    assert to_item(found)["asked_by"] == storable(by)


@pytest.mark.parametrize("by", ["", 7, None, ["arn"], "\ud800"])
def test_who_asked_is_a_text(by: object) -> None:
    with pytest.raises(EventError, match=r"payload\.opsloop\.manual\.by: found"):
        normalise({"opsloop": {"manual": MANUAL | {"by": by}}})


def test_a_run_that_says_nothing_of_it_is_a_run(world: World) -> None:
    engine = Engine(plan(), STAGE, world.ports())
    engine.handle({"opsloop": {"manual": MANUAL}}, Invocation("r-1", world.clock.now() + 60))
    assert world.journal.only().asked_by is None


CLAIMING = [
    ({"asked-by": MARIA}, None),
    ({"asked-by": MARIA, "replay-name": "again"}, MARIA),
    ({"asked-by": {"a": 1}, "replay-name": "again"}, None),
    ({"replay-name": "again"}, None),
]


@pytest.mark.parametrize(("more", "asked_by"), CLAIMING)
def test_an_event_that_nobody_replayed_was_asked_for_by_nobody(
    world: World, more: dict[str, Any], asked_by: str | None
) -> None:
    Rule(world).event(EVENT | more)
    assert world.journal.only().asked_by == asked_by
