"""The law of push-down: the pattern never loses an event that the rule would take."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, note, settings

from chalicelib.errors import EventError
from chalicelib.events.normalise import normalise
from opsloop.compiler.pushdown import push
from opsloop.judging import Unanswerable, judge
from opsloop.patterns import Pattern
from tests.compiler.pushdown.worlds import World, variants, worlds

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def takes(world: World, happened: dict[str, Any]) -> bool:
    """Whether the function would go on with an event: by the very evaluator of Lambda."""
    try:
        [normal] = normalise(happened)
        return any(one.verdict.met for one in judge(world.plan, world.stage, normal))
    except (EventError, Unanswerable):
        return False


def check(world: World) -> None:
    pushed = push(world.plan, world.own, world.criteria, world.stage["params"])
    own, narrow = Pattern(world.own), Pattern(pushed.pattern)
    note(json.dumps([world.own, world.written, pushed.pattern]))
    note(str(world.plan["each"] and world.plan["each"]["of"]["text"]))
    event(f"pushed {pushed.pattern != world.own}")
    for happened in (world.event, *variants(world.event)):
        wakes, wakes_still = own.matches(happened), narrow.matches(happened)
        taken = takes(world, happened)
        assert wakes or not wakes_still, f"more than the trigger's own pattern: {happened}"
        assert wakes_still or not (taken and wakes), f"loses {json.dumps(happened)}"
        if happened is world.event:
            event(f"own {wakes}, narrow {wakes_still}, taken {taken}")


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_no_event_that_the_rule_would_take_is_lost(world: World) -> None:
    check(world)


@pytest.mark.proof
@settings(max_examples=6_000, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_no_event_is_lost_in_the_long_run(world: World) -> None:
    check(world)
