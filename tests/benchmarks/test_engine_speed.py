"""What a warm function costs of the processor beside its AWS calls, and the calls it makes.

Told in calls of botocore's and in lines of Powertools' Logger, which slow down as we do where the
machine is busy. `make bench` prints it; docs/performance.md says what it taught.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from chalicelib.engine.pausing import FRESH
from tests.app.projects import ROOT, python
from tests.benchmarks.engine_run import warm
from tests.benchmarks.engine_world import RUN, other
from tests.printing import printed

#: our own part of an execution in calls of botocore's; an event that is filtered in lines
EXECUTION_GOAL, FILTERED_GOAL = 3.0, 5.0

ONE_STEP = {
    "dynamodb.put_item": 1,
    "ec2.create_tags": 1,
    "dynamodb.update_item": 1,
    "events.put_events": 1,
}


def test_a_one_step_rule_writes_twice_and_reads_pauses_now_and_then() -> None:
    sandbox = warm()
    assert sandbox.counted() == {**dict.fromkeys(ONE_STEP, 20), "dynamodb.query": 1}
    with printed():
        assert sandbox.run(RUN) == "succeeded"
        assert sandbox.counted() == ONE_STEP
        sandbox.clock.at += FRESH
        assert sandbox.run(RUN) == "succeeded"
        assert sandbox.counted() == {**ONE_STEP, "dynamodb.query": 1}


def test_an_event_that_fails_its_criteria_calls_nobody() -> None:
    sandbox = warm()
    sandbox.counted()
    with printed() as lines:
        assert sandbox.run(other()) == "not met"
        assert len(lines.lines()) == 1
    assert sandbox.counted() == Counter()


@pytest.mark.bench
def test_a_warm_function_costs_little_beside_its_calls_and_its_lines() -> None:
    ran = python(ROOT, "-m", "tests.benchmarks.engine_run")
    assert ran.returncode == 0, ran.stderr
    took = json.loads(ran.stdout)
    own, filtered = took["own"] / took["call"], took["filtered"] / took["line"]
    ms = {name: f"{1000 * seconds:.3f} ms" for name, seconds in took.items()}
    print(f"\nexecution of one step: {ms['own']}, {own:.2f} calls of {ms['call']}")  # noqa: T201
    print(f"filtered event: {ms['filtered']}, {filtered:.2f} lines of {ms['line']}")  # noqa: T201
    assert own <= EXECUTION_GOAL
    assert filtered <= FILTERED_GOAL
