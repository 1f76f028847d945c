"""Every crash point: a function is killed before and after each of its AWS calls, for every shape.

Each point is a life of its own: the event is delivered, the function dies at that point, Lambda
delivers again (or does not), the waker ticks, people answer, and then the laws are held against
the life without a crash. All points, for rules of every shape, and for the waker too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from opsloop.compiler.build import Compiled
from opsloop.deploy.template import create_journal
from opsloop.local.isolation import isolated
from tests.proof.crash_laws import broken, unknown_points
from tests.proof.crash_shapes import SHAPES, compiled, of
from tests.proof.crash_world import (
    DELIVERED,
    CrashServer,
    Due,
    Life,
    Story,
    crash_server,
    event,
    job,
)
from tests.proof.moto_server import REGION, Aws, moto_server
from tests.proof.sandboxes import TABLE

pytestmark = pytest.mark.proof


@dataclass
class Stage:
    """One stage for all shapes of a worker: its AWS, its functions, and who kills them."""

    aws: Aws
    server: CrashServer
    made: Compiled
    folder: Path
    numbers: Iterator[int]

    def life(self, shape: str) -> Life:
        """A life under a rule of its own name."""
        plan, stage = of(self.made, shape, f"{shape}-{next(self.numbers)}")
        return Life(self.server, self.aws, SHAPES[shape], plan, stage, self.folder)

    def empty(self) -> None:
        """A new journal: moto looks through all of it for what is due."""
        client = self.aws.client("dynamodb")
        client.delete_table(TableName=TABLE)
        create_journal(client, TABLE)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("crashes")
    made = compiled(folder)
    with isolated(REGION), moto_server() as aws:
        create_journal(aws.client("dynamodb"), TABLE)
        aws.client("sns").create_topic(Name="pager")
        ring(aws.client("cloudwatch"))
        with crash_server(aws, list(warm_up(aws, made, folder))) as server:
            yield Stage(aws, server, made, folder, count())


def ring(client: Any) -> None:
    """An alarm that is on."""
    client.put_metric_alarm(
        AlarmName="full",
        MetricName="ApproximateNumberOfMessagesVisible",
        Namespace="AWS/SQS",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=10,
        Period=60,
        Statistic="Maximum",
    )
    client.set_alarm_state(AlarmName="full", StateValue="ALARM", StateReason="too many")


def warm_up(aws: Aws, made: Compiled, folder: Path) -> Iterator[dict[str, Any]]:
    """What the crash server does once before it forks: all that is imported late is there then."""
    for shape in ("guarded", "escalated", "token"):
        plan, settings = of(made, shape, f"warm-{shape}")
        queue = aws.client("sqs").create_queue(QueueName=shape)["QueueUrl"]
        log = folder / f"{shape}.log"
        delivery = Due(DELIVERED, 0, event(queue), "warm")
        yield job(delivery, plan, settings, SHAPES[shape], log)
        yield job(delivery, None, settings, SHAPES[shape], log)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_laws_hold_wherever_a_function_is_cut_off(stage: Stage, shape: str) -> None:
    stage.empty()
    base = stage.life(shape).live()
    assert {one.status for one in base.journal} == set(SHAPES[shape].ends.split())
    assert broken(base, base, unknown=False) == []
    unknown = unknown_points(base)
    faults = {}
    for point, redelivers in lives(base):
        story = stage.life(shape).live(point, redelivers=redelivers)
        if found := broken(base, story, unknown=point in unknown):
            faults[f"{point}, {base.points[point - 1]}, {redelivers=}"] = found
    assert faults == {}


@pytest.mark.parametrize("shape", ["one-step", "once", "guarded"])
def test_the_laws_hold_where_the_recovery_is_cut_off_too(stage: Stage, shape: str) -> None:
    stage.empty()
    base = stage.life(shape).live()
    unknown, faults = unknown_points(base), {}
    for first in range(1, len(base.points) + 1):
        once = stage.life(shape).live(first)
        for second in range(first + 1, len(once.points) + 1):
            twice = stage.life(shape).live(first, second)
            doubted = first in unknown or second in unknown_points(once)
            if found := broken(base, twice, unknown=doubted, crashes=2):
                faults[f"{first}, {base.points[first - 1]}, {second}"] = found
    assert faults == {}


def lives(base: Story) -> Iterator[tuple[int, bool]]:
    """Every point, with Lambda's redelivery; every point of the function also without it."""
    for point, told in enumerate(base.points, 1):
        yield point, True
        if told.startswith("rule"):
            yield point, False
