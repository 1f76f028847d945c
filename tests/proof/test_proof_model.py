"""Admission against a plain model: whatever happens, in whatever order, both tell the same.

Events new, late, early and repeated; several sandboxes over one journal; deliveries while
another one looks or acts; pauses; clocks that jump both ways; sandboxes that are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from opsloop.local.account import embedded_account
from tests.guards.making import at
from tests.proof.model import Model
from tests.proof.model import Sandbox as Knows
from tests.proof.scripts import KEYS, SANDBOXES, Delivery, Guards, Rate, Window
from tests.proof.theatre import PACK, InMemory, OnTable, Steady, Store, Theatre

pytestmark = pytest.mark.proof

#: a plain Monday; the nights when Rome's clocks go forward and back
STARTS = [at("2026-11-23T10:00:00"), at("2026-03-29T00:30:00"), at("2026-10-24T23:30:00")]
#: around every bound that guards have here
STEPS = [1, 4, 5, 6, 59, 60, 61, 299, 300, 301, 599, 600, 601, 3_599, 3_600, 3_601, 86_400]
PAUSABLE = ["all", f"pack:{PACK}", "rule:own", "rule:other"]

minutes = st.sampled_from([0, 60, 90, 120, 180, 600, 611, 1_320])
windows = st.builds(
    Window,
    kind=st.sampled_from(["only", "never"]),
    begin=minutes,
    end=minutes.map(lambda minute: minute + 30),
    zone=st.sampled_from(["UTC", "Europe/Rome", "Australia/Lord_Howe"]),
)
rates = st.builds(
    Rate,
    limit=st.integers(1, 3),
    seconds=st.sampled_from([60, 600, 3_600]),
    per=st.sampled_from(["rule", "key"]),
)
guards = st.builds(
    Guards,
    cooldown=st.none() | st.sampled_from([5, 60, 600]),
    after=st.sampled_from(["any", "success"]),
    rates=st.lists(rates, max_size=3).map(tuple),
    lock=st.sampled_from([None, None, "key", "rule"]),
    lease=st.sampled_from([60, 300]),
    breaker=st.none() | st.tuples(st.integers(1, 3), st.sampled_from([60, 600])),
    window=st.none() | st.none() | windows,
    deadline=st.none() | st.none() | st.sampled_from([60, 3_600]),
)


def deliveries(inner: st.SearchStrategy[tuple[Delivery, ...]]) -> st.SearchStrategy[Delivery]:
    return st.builds(
        Delivery,
        sandbox=st.integers(0, SANDBOXES - 1),
        key=st.sampled_from(KEYS),
        age=st.sampled_from([0, 0, 0, 59, 61, 3_600, 3_601, 86_400, -60, -86_400]),
        again=st.none() | st.integers(0, 20),
        looks=st.sampled_from([0, 0, 1, 5, 60]),
        before=inner,
        takes=st.sampled_from([0, 0, 1, 59, 60, 300]),
        inside=inner,
        fails=st.booleans(),
    )


alone = deliveries(st.just(()))
nested = deliveries(st.lists(alone, max_size=2).map(tuple))
anything = deliveries(st.lists(alone | nested, max_size=2).map(tuple))

Opening = Callable[[Steady], tuple[str, Store]]


class Admission(RuleBasedStateMachine):
    """Engine and model, side by side. `opening` gives a rule's name and its journal."""

    opening: Opening

    @initialize(given=guards, start=st.sampled_from(STARTS))
    def begin(self, given: Guards, start: float) -> None:
        clock = Steady(start)
        name, store = type(self).opening(clock)
        self.theatre = Theatre(given, name, clock, store)
        names = ("all", f"pack:{PACK}", f"rule:{name}")
        self.model = Model(given, int(start), names)
        self.forward = True

    @rule(delivery=anything)
    def deliver(self, delivery: Delivery) -> None:
        self.model.deliver(delivery)
        self.theatre.deliver(delivery)

    @rule(delivery=alone, times=st.integers(2, 6))
    def burst(self, delivery: Delivery, times: int) -> None:
        for _ in range(times):
            self.deliver(delivery)

    @rule(seconds=st.sampled_from([*STEPS, *(-step for step in STEPS)]))
    def jump(self, seconds: int) -> None:
        self.model.now += seconds
        self.theatre.clock.at += seconds

    @rule(what=st.sampled_from(PAUSABLE), seconds=st.sampled_from([4, 5, 60, 3_600]))
    def pause(self, what: str, seconds: int) -> None:
        name = self._named(what)
        self.model.pauses[name] = self.model.now + seconds
        self.theatre.store.pause(name, seconds)

    @precondition(lambda self: self.model.pauses)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.pauses)))
        del self.model.pauses[name]
        self.theatre.store.resume(name)

    @rule(sandbox=st.integers(0, SANDBOXES - 1))
    def renew(self, sandbox: int) -> None:
        self.model.sandboxes[sandbox] = Knows()
        self.theatre.renew(sandbox)

    @rule(conflicts=st.integers(1, 5))
    def crowd(self, conflicts: int) -> None:
        self.theatre.store.crowd(conflicts)

    @invariant()
    def both_tell_the_same(self) -> None:
        assert self.theatre.became == self.model.became

    def teardown(self) -> None:
        if not hasattr(self, "theatre"):
            return
        journal = {f"event-{number}": status for number, status in self.model.journal.items()}
        assert self.theatre.store.statuses() == journal
        # the metric counts each refusal; the journal's own count is a lower bound
        became = self.model.became
        refused = [one for one in became if one.outcome == "refused"]
        assert self.theatre.telemetry.counts.get("Refused", 0) == len(refused)
        assert self.theatre.store.counted() <= sum(not one.written for one in refused)

    def _named(self, what: str) -> str:
        return f"rule:{self.theatre.rule}" if what == "rule:own" else what


def test_in_dictionaries() -> None:
    def opening(clock: Steady) -> tuple[str, Store]:
        return "restart", InMemory(clock)

    _run(opening, examples=300, steps=30)


@pytest.fixture
def client() -> Iterator[Any]:
    with embedded_account("dev", "eu-west-1") as session:
        yield session.client("dynamodb")


def test_on_a_table(client: Any) -> None:
    names = (f"model-{number}" for number in count())

    def opening(clock: Steady) -> tuple[str, Store]:
        name = next(names)
        return name, OnTable(client, name, clock)

    _run(opening, examples=40, steps=12)


def _run(opening: Opening, *, examples: int, steps: int) -> None:
    machine = type("Admission", (Admission,), {"opening": staticmethod(opening)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
