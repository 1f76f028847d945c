"""What criteria cost, beside reading the event's own JSON, by turns in one process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from opsloop.expressions import compile_condition
from tests.expressions.evaluating import evaluator

SCOPE = {
    "event": {
        "detail": {
            "state": "stopped",
            "count": 3,
            "name": "prod-web-12",
            "tags": [{"Key": "a", "Value": "b"}, {"Key": "Name", "Value": "web-1"}],
            "items": [{"from": 22, "to": 22, "ranges": [{"cidr": "0.0.0.0/0"}]}],
        }
    }
}
#: an event as CloudTrail writes it
EVENT = (Path(__file__).parents[1] / "events" / "ec2-run-instances.json").read_bytes()
#: a new evaluator and its reason may take as long as reading the event so many times
GOAL = 3
ROUNDS = 15

CRITERIA: dict[str, Any] = {
    "equal": "event.detail.state == 'running'",
    "the last of three": [
        "event.detail.state == 'stopped'",
        "event.detail.count > 2",
        "tag(event.detail.tags, 'a') == 'c'",
    ],
    "filter": "event.detail.items[?from <= 22 && to >= 22].ranges[] | [?cidr == '::/0']",
    "regex": "regex(event.detail.name, '^dev-[a-z]+-[0-9]+$')",
    "glob": "glob(event.detail.name, 'dev-*')",
    "absent": {"any": ["event.detail.size > 5", {"not": "event.detail.state == 'stopped'"}]},
}


def _microseconds(work: Callable[[], object], times: int = 300) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1e6


@pytest.mark.bench
@pytest.mark.parametrize("name", CRITERIA)
def test_unmet_criteria_cost_little_more_than_reading_the_event(name: str) -> None:
    condition = json.loads(json.dumps(compile_condition(CRITERIA[name])))
    assert not evaluator(SCOPE).holds(condition).met

    def holds() -> object:
        return evaluator(SCOPE).holds(condition)

    pairs = [
        (_microseconds(holds), _microseconds(lambda: json.loads(EVENT))) for _ in range(ROUNDS)
    ]
    ratio = median(ours / theirs for ours, theirs in pairs)
    ours = min(one for one, _ in pairs)
    print(f"\n{name}: {ours:.1f} µs with a new evaluator and the reason, {ratio:.2f} json.loads")  # noqa: T201
    assert ratio <= GOAL
