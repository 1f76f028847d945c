"""The law of push-down: the pattern never loses an event that the rule would take."""

from __future__ import annotations

import json
from itertools import chain, islice
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, note, settings

from opsloop.compiler.pushdown import push
from opsloop.patterns import Pattern
from tests.compiler.pushdown.rules import taken
from tests.compiler.pushdown.worlds import World, worlds

#: of the variants of one event
MOST_EVENTS = 150
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def check(world: World) -> None:
    pushed = push(world.plan, world.own, world.criteria, world.stage["params"])
    own, narrow = Pattern(world.own), Pattern(pushed.pattern)
    note(json.dumps(pushed.pattern))
    event(f"pushed {pushed.pattern != world.own}, taken {takes(world, world.event)}")
    for happened in islice(chain([world.event], world.variants), MOST_EVENTS):
        wakes, wakes_still = own.matches(happened), narrow.matches(happened)
        assert wakes or not wakes_still, f"more than the trigger's own pattern: {happened}"
        if wakes and not wakes_still:
            assert not takes(world, happened), f"loses {json.dumps(happened)}"


def takes(world: World, happened: dict[str, Any]) -> bool:
    return taken(world.plan, world.stage, happened)


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_no_event_that_the_rule_would_take_is_lost(world: World) -> None:
    check(world)


@pytest.mark.proof
@settings(max_examples=8_000, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_no_event_is_lost_in_the_long_run(world: World) -> None:
    check(world)
