"""Guards of the past: the law that they admit what the engine admits, and what they assume."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import event as seen
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.core import Engine
from chalicelib.engine.outcomes import Invocation
from chalicelib.events.normalise import normalise
from chalicelib.plan import Guard, Plan
from opsloop.backtest import guards
from opsloop.backtest.guards import Guards, assumptions, is_bound, request, simulated
from opsloop.judging import judge
from tests.engine.fakes import World
from tests.engine.plans import EVENT, STAGE, expr, plan, step
from tests.guards.making import at, guard

BEGIN = at("2026-11-23T07:50:00Z")
MINUTE = 60.0

durations = st.sampled_from(["1m", "5m", "20m", "1h"])
rates = st.builds(
    lambda limit, per, whose: {"limit": f"{limit}/{per}", "per": whose},
    st.integers(1, 3),
    durations,
    st.sampled_from(["rule", "key"]),
)
windows = st.sampled_from(
    [
        {"only": ["Mon-Fri 08:00-09:00"], "timezone": "UTC"},
        {"never": ["08:10-08:20"], "timezone": "Europe/Rome"},
        {"only": ["Mon 08:00-08:30"], "never": ["08:15-08:20"], "timezone": "UTC"},
    ]
)
guarded = st.fixed_dictionaries(
    {"key": st.just("event.detail.key")},
    optional={
        "cooldown": st.one_of(
            durations, st.builds(lambda d: {"for": d, "after": "success"}, durations)
        ),
        "rate": st.lists(rates, min_size=1, max_size=3),
        "lock": st.sampled_from(["key", "rule"]),
        "window": windows,
        "deadline": durations,
        "breaker": st.just({"failures": 2, "within": "1h"}),
        "blast": st.sampled_from(
            [
                {"targets": "event.detail.targets", "max": 2},
                {"targets": "event.detail.targets", "max": 2, "over": "trim"},
                {"targets": "event.detail.targets", "percent": 50, "of": "event.detail.of"},
            ]
        ),
    },
)
happenings = st.lists(
    st.fixed_dictionaries(
        {
            "after": st.sampled_from([0, 1, 20, 59, 60, 61, 240, 300, 1199, 1200, 3600]),
            "key": st.sampled_from(["a", "b", "c", 7, None]),
            "targets": st.sampled_from([[], ["x"], ["x", "y", "z"], "none", None]),
            "of": st.sampled_from([0, 2, 10, "many"]),
        }
    ),
    min_size=1,
    max_size=40,
)


def payloads(happened: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events in the order of time; two may come in one second."""
    now, made = BEGIN, []
    for number, detail in enumerate(happened):
        now += detail["after"]
        time = datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
        made.append({**EVENT, "id": f"e-{number}", "time": time, "detail": detail})
    return made


def lived(rule: Plan, made: list[dict[str, Any]], *, cold: bool) -> list[str | None]:
    """What the engine says, its clock at each event's own time; `cold`: each has its sandbox."""
    world = World()
    world.actions.behaviours["act"] = lambda _tools: "done"
    engine, told = Engine(rule, STAGE, world.ports()), []
    for payload in made:
        engine = Engine(rule, STAGE, world.ports()) if cold else engine
        world.clock.at = at(payload["time"])
        [outcome] = engine.handle(payload, Invocation("r", world.clock.now() + 60))
        assert outcome.outcome in ("succeeded", "refused")
        told.append(outcome.reason if outcome.outcome == "refused" else None)
    return told


def simulation(rule: Plan, made: list[dict[str, Any]]) -> list[str | None]:
    """What the backtest's guards say."""
    asked, told = Guards(rule), []
    for payload in made:
        [event] = normalise(payload)
        [judged] = judge(rule, STAGE, event)
        refusal = asked.ask(request(rule, event, judged.scope), event.identity, at(payload["time"]))
        told.append(f"{refusal.guard}: {refusal.reason}" if refusal else None)
    return told


def guarded_rule(guard: Guard) -> Plan:
    return plan(then=[step("act", "act")], guard=guard)


@settings(max_examples=300, deadline=None)
@given(guarded, happenings)
def test_the_simulation_admits_what_the_engine_admits(
    given_guard: dict[str, Any], happened: list[dict[str, Any]]
) -> None:
    rule, made = guarded_rule(guard(**given_guard)), payloads(happened)
    told, warm = lived(rule, made, cold=True), lived(rule, made, cold=False)
    seen(f"refused by {sorted({one.partition(':')[0] for one in told if one})}")
    assert simulation(rule, made) == told
    # a sandbox that knows of one closed guard does not ask the others
    assert [one is None for one in warm] == [one is None for one in told]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        durations.map(lambda duration: {"cooldown": duration}),
        rates.map(lambda rate: {"rate": [rate]}),
    ),
    happenings,
    st.data(),
)
def test_with_one_guard_that_counts_fewer_that_ask_are_never_more_that_run(
    given_guard: dict[str, Any], happened: list[dict[str, Any]], data: st.DataObject
) -> None:
    rule, made = guarded_rule(guard(key="event.detail.key", **given_guard)), payloads(happened)
    some = [payload for payload in made if data.draw(st.booleans())]
    assert is_bound(rule)
    assert simulation(rule, some).count(None) <= simulation(rule, made).count(None)


def test_with_two_they_may_be() -> None:
    """The first `b` keeps out `a` by the rate, and the second `b` by its cooldown."""
    rule = guarded_rule(
        guard(key="event.detail.key", cooldown="1h", rate=[{"limit": "1/20m", "per": "rule"}])
    )
    happened = [
        {"after": after, "key": key, "targets": [], "of": 0}
        for after, key in [(0, "b"), (60, "a"), (1200, "b")]
    ]
    made = payloads(happened)
    assert not is_bound(rule)
    assert simulation(rule, made).count(None) == 1
    assert simulation(rule, made[1:]).count(None) == 2


def test_keys_that_no_longer_count_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "MOST_KEYS", 3)
    rule = guarded_rule(guard(key="event.detail.key", cooldown="5m"))
    asked = Guards(rule)
    told = [
        asked.ask(guards.Request(key), key, BEGIN + minute * MINUTE)
        for minute, key in enumerate("abcdefgh")
    ]
    assert (told, asked.forgetful) == ([None] * 8, True)
    calm = Guards(rule)
    told = [
        calm.ask(guards.Request(key), key, BEGIN + 2 * minute * MINUTE)
        for minute, key in enumerate("abcdefgh")
    ]
    assert (told, calm.forgetful) == ([None] * 8, False)


@pytest.mark.parametrize(
    ("given_guard", "simulates", "assumed"),
    [
        ({"cooldown": "5m"}, True, {}),
        (
            {"cooldown": {"for": "5m", "after": "success"}},
            True,
            {"cooldown": "every execution is taken to succeed"},
        ),
        ({"lock": "key"}, False, {"lock": "executions are taken to last no time"}),
        ({"deadline": "5m"}, False, {"deadline": "events are taken to arrive at once"}),
        (
            {"breaker": {"failures": 2, "within": "1h"}},
            False,
            {"breaker": "no execution is taken to fail"},
        ),
        ({"blast": {"targets": "event.detail.targets", "max": 2}}, True, {}),
        (
            {"blast": {"targets": "facts.all", "max": 2}},
            False,
            {"blast": "its targets depend on facts, and are taken to be few enough"},
        ),
        (
            {"blast": {"targets": "event.detail.targets", "percent": 5, "of": "length(facts.all)"}},
            False,
            {"blast": "its targets depend on facts, and are taken to be few enough"},
        ),
        (
            {"only": {"tags": {"env": "dev"}}, "except": {"arns": "arn:aws:s3:::a"}},
            False,
            dict.fromkeys(("only", "except"), "what it touches is taken to be within its bounds"),
        ),
    ],
)
def test_what_is_simulated_and_what_is_assumed(
    given_guard: dict[str, Any], simulates: bool, assumed: dict[str, str]
) -> None:
    rule = guarded_rule(guard(**given_guard))
    assert (simulated(rule), dict(assumptions(rule))) == (simulates, assumed)


def test_an_alarm_that_is_refused_is_not_looked_at_again() -> None:
    rule = guarded_rule({**guard(cooldown="5m"), "recheck": True})
    assert dict(assumptions(rule)) == {
        "recheck": "an alarm that was refused is not looked at again"
    }


def test_facts_behind_a_let_are_found() -> None:
    rule = guarded_rule(guard(blast={"targets": "facts.all", "max": 2}))
    assert rule["guard"] is not None
    assert rule["guard"]["blast"] is not None
    rule["guard"]["blast"]["targets"] = expr("touched")
    rule["let"] = {"touched": expr("facts.all")}
    assert not simulated(rule)
