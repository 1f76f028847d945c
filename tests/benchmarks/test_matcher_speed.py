"""How fast Matcher is: ratios, measured by turns in one run, JSON reading included.

`make bench` prints them; docs/performance.md says what they taught.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from itertools import islice
from typing import Any

import msgspec
import orjson
import pytest
from moto.events.models import EventPattern

from opsloop.patterns import Matcher
from opsloop.patterns.shapes import decoder, tree
from tests.benchmarks.matcher_events import events
from tests.patterns.corpus import perf_rules

pytestmark = pytest.mark.bench

EVENTS, BLOCK, ROUNDS = 20_000, 1_000, 9
GOALS = {1: 1.4, 10: 1.2, 100: 0.75, 1000: 0.55}
MOTO_EVENTS, MOTO_GOAL = 400, 50
BUILD_SECONDS = 0.3


@cache
def _events() -> list[bytes]:
    return events(perf_rules().values(), EVENTS)


def _rules(count: int) -> dict[str, str]:
    return dict(islice(perf_rules().items(), count))


def _seconds(ask: Callable[[bytes], object], happened: Sequence[bytes]) -> float:
    start = time.perf_counter()
    for event in happened:
        ask(event)
    return time.perf_counter() - start


def _best(asked: list[Callable[[bytes], object]], happened: list[bytes]) -> list[float]:
    """Seconds for all events: block by block and by turns, each block at its best of all rounds.

    Whatever else the machine does then meets all alike, and short disturbances fall out.
    """
    totals = [0.0] * len(asked)
    for at in range(0, len(happened), BLOCK):
        block = happened[at : at + BLOCK]
        rounds = [[_seconds(ask, block) for ask in asked] for _ in range(ROUNDS)]
        totals = [
            total + min(times)
            for total, times in zip(totals, zip(*rounds, strict=True), strict=True)
        ]
    return totals


def _say(line: str) -> None:
    sys.stdout.write(f"\n  {line}\n")


def test_events_are_what_the_goals_are_about() -> None:
    """1.2 KB on average; four of five are of a kind that some rule names."""
    answers = list(Matcher(_rules(1000)).match_many(_events()))
    size = sum(map(len, _events())) / EVENTS
    taken, each = sum(map(bool, answers)) / EVENTS, sum(map(len, answers)) / EVENTS
    _say(f"events of {size:.0f} bytes; {taken:.0%} match a rule, an event {each:.1f} rules")
    assert 1_150 < size < 1_250
    assert 0.3 < taken < 0.8


@pytest.mark.parametrize(("count", "goal"), GOALS.items())
def test_against_a_json_reader(count: int, goal: float) -> None:
    reading, matching = _best([orjson.loads, Matcher(_rules(count)).match], _events())
    ratio, rate = reading / matching, EVENTS / matching
    _say(f"{count:>4} patterns: {rate:>9,.0f} events/s, {ratio:.2f} x orjson.loads (goal {goal})")
    assert ratio >= goal


def test_against_moto() -> None:
    patterns: list[Any] = [EventPattern.load(rule) for rule in _rules(10).values()]

    def moto(event: bytes) -> list[bool]:
        read = json.loads(event)
        return [pattern.matches_event(read) for pattern in patterns]

    asking, matching = _best([moto, Matcher(_rules(10)).match], _events()[:MOTO_EVENTS])
    _say(f"  10 patterns: {asking / matching:.0f} x moto (goal {MOTO_GOAL})")
    assert asking / matching >= MOTO_GOAL


def test_building_a_thousand_patterns() -> None:
    """With an event of each kind: a kind's function is compiled when its first event comes."""
    first = list({event[60:160]: event for event in _events()}.values())
    built, ready = [], []
    for _ in range(3):
        start = time.perf_counter()
        matcher = Matcher(_rules(1000))
        built.append(time.perf_counter() - start)
        ready.append(built[-1] + _seconds(matcher.match, first))
    _say(f"1000 patterns: built in {min(built):.3f} s, each kind compiled after {min(ready):.3f} s")
    assert min(ready) <= BUILD_SECONDS


def test_the_json_reader_was_chosen_by_measuring() -> None:
    """Eight fields through msgspec's typed structs, everything through msgspec and orjson."""
    names = ["source", "detail-type", "detail.eventName", "detail.awsRegion", "detail.readOnly"]
    names += ["detail.errorCode", "detail.userIdentity.type", "detail.requestParameters.count"]
    fields, everything = decoder(tree(names).struct), msgspec.json.Decoder().decode
    reading, some, all_ = _best([orjson.loads, fields, everything], _events())
    _say(f"msgspec: {reading / some:.2f} x orjson.loads for 8 fields, {reading / all_:.2f} for all")
    assert reading / some > 1.5
