"""Storms: a burst that guards hold back, and a burst over a road that loses and throttles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsloop.deploy.template import create_journal
from opsloop.local.isolation import isolated
from tests.guards.making import guard
from tests.proof.journals import executions, refused, state
from tests.proof.moto_server import Aws, moto_server
from tests.proof.races import mend, race
from tests.proof.roads import Chances
from tests.proof.sandboxes import TABLE, acting, event
from tests.proof.storms import Storming

pytestmark = pytest.mark.proof

BURST = 10_000
#: deliveries whose worker does not live to acknowledge them: some while the rate is still open
KILLS = (2, 3, 6, 9, 500, 4_000, 8_000)
MOST_WRITES = 1_100
#: sandboxes on a bad road, and the events that each gets
QUEUES, LENGTH = 40, 25


@pytest.fixture
def aws() -> Iterator[Aws]:
    with isolated("eu-west-1"), moto_server() as made:
        create_journal(made.client("dynamodb"), TABLE)
        yield made


def test_a_burst_of_10000_with_workers_killed_admits_exactly_5(aws: Aws, tmp_path: Path) -> None:
    plan = acting(guard(rate="5/1h"), seconds=0.05)
    storm = Storming(aws, plan, tmp_path, KILLS)
    result = storm.run((event(number) for number in range(BURST)), workers=2)
    client = aws.client("dynamodb")

    journal = executions(client, plan["rule"])
    admitted = {one.identity for one in journal if one.status != "refused"}
    assert len(admitted) == 5
    assert len(state(client, plan["rule"]).used["5/3600s"]) == 5
    entered = [line.split()[2] for line in (tmp_path / "inside.log").read_text().splitlines()]
    assert set(entered) <= {one.id for one in journal if one.identity in admitted}

    killed = set(result.killed)
    assert len(result.killed) == len(KILLS)
    assert result.answers.keys() | result.dead.keys() == {f"event-{n}" for n in range(BURST)}
    # what nobody was killed over is counted exactly once
    for identity in result.answers.keys() - killed:
        metric = "Succeeded" if identity in admitted else "Refused"
        assert result.metrics[identity] == {metric: 1}
    total = result.total("Refused") + result.total("Succeeded")
    assert abs(total - BURST) <= len(KILLS)
    assert abs(result.total("Refused") - (BURST - 5)) <= len(KILLS)

    # the journal's count is a lower bound
    written = sum(one.status == "refused" for one in journal)
    assert 0 < written + refused(client, plan["rule"]) <= BURST - 5 + len(KILLS)
    assert sum(aws.writes().values()) <= MOST_WRITES


def test_1000_events_over_a_bad_road_are_1000_executions(aws: Aws, tmp_path: Path) -> None:
    plan = acting(None)
    queues = [
        [(event(queue * LENGTH + number), f"r-{queue}-{number}", 0.0) for number in range(LENGTH)]
        for queue in range(QUEUES)
    ]
    chances = Chances(throttled=0.2, lost=0.05)
    result = race(aws, plan, queues, tmp_path, processes=2, chances=chances)
    assert result.met["throttled"] > 300
    assert result.met["lost"] > 75
    assert result.outcomes().keys() <= {"succeeded", "duplicate", "raised"}
    # only what botocore gave up on comes again: a lost answer alone is no error
    for raised in result.redelivered():
        assert raised.startswith("JournalError: could not")
        assert "reached max retries" in raised or "Read timeout" in raised
    # the metric misses only those whose very last write was done, and never known to be
    assert result.counts == {"Succeeded": result.outcomes()["succeeded"]}

    journal = mend(aws, plan, result.dead(), tmp_path)
    assert {one.identity for one in journal} == {f"event-{n}" for n in range(1000)}
    assert [one.status for one in journal] == ["succeeded"] * 1000
    # a delivery that failed for good may repeat an idempotent effect, once for each time
    identities = {one.id: one.identity for one in journal}
    log = (tmp_path / "inside.log").read_text().splitlines()
    entered = Counter(identities[line.split()[2]] for line in log if line.startswith("enter"))
    tried = {payload["id"]: 1 + len(one["redelivered"]) for payload, one in result.pairs()}
    dead = {payload["id"] for payload in result.dead()}
    assert entered.keys() == tried.keys()
    assert all(times <= tried[name] + (name in dead) for name, times in entered.items())
