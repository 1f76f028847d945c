"""Races for one key of DynamoDB: who is first is first, and nobody is first twice.

Four processes of sixteen sandboxes each, with boto3 clients of their own, on two independent
implementations of DynamoDB: moto over HTTP (`make proof`) and MiniStack (`make e2e`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

import pytest

from chalicelib.plan import Guard, Plan
from opsloop.deploy.template import create_journal
from opsloop.local.isolation import isolated
from tests.e2e.ministack import REGION as MINISTACK_REGION
from tests.e2e.ministack import ministack
from tests.guards.making import guard
from tests.proof.journals import state
from tests.proof.moto_server import Aws, moto_server
from tests.proof.races import mend, race
from tests.proof.roads import Chances
from tests.proof.sandboxes import TABLE, acting, event

SANDBOXES = 64
#: each stand-in runs once: moto with the proofs, MiniStack where its environment is made
STAND_INS = [
    pytest.param("moto", marks=pytest.mark.proof),
    pytest.param("ministack", marks=pytest.mark.e2e),
]


@pytest.fixture(scope="module", params=STAND_INS)
def aws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An account with the journal's table in it."""
    if request.param == "moto":
        with isolated("eu-west-1"), moto_server() as made:
            yield _with_journal(made)
        return
    with ministack(tmp_path_factory.mktemp("ministack")) as endpoint, isolated(MINISTACK_REGION):
        yield _with_journal(Aws(endpoint, MINISTACK_REGION))


def _with_journal(aws: Aws) -> Aws:
    create_journal(aws.client("dynamodb"), TABLE)
    return aws


def rule(made: Guard | None, seconds: float = 0.0) -> Plan:
    """A rule of a name of its own: the tests of a module share one table."""
    return {**acting(made, seconds), "rule": f"race-{uuid4().hex[:8]}"}


GUARDED = {"rate": ["5/1h", {"limit": "3/1h", "per": "key"}], "cooldown": "1h", "lock": "key"}


@pytest.mark.parametrize("guarded", [False, True], ids=["unguarded", "guarded"])
def test_one_event_delivered_64_times_at_once_is_one_execution(
    aws: Aws, tmp_path: Path, guarded: bool
) -> None:
    plan = rule(guard(**GUARDED) if guarded else None, seconds=0.05)
    same = [[(event(1), f"r-{number}", 0.0)] for number in range(SANDBOXES)]
    result = race(aws, plan, same, tmp_path)
    assert result.outcomes() == {"succeeded": 1, "duplicate": SANDBOXES - 1}
    assert [line[0] for line in result.log] == ["enter", "leave"]
    assert [one.status for one in result.journal] == ["succeeded"]
    assert result.counts == {"Succeeded": 1}
    if guarded:
        used = state(aws.client("dynamodb"), plan["rule"]).used
        assert {name: len(times) for name, times in used.items()} == {"5/3600s": 1}


def test_64_events_for_one_key_under_a_lock_are_never_two_inside(aws: Aws, tmp_path: Path) -> None:
    noise = random.Random(4)
    plan = rule(guard(lock="key"), seconds=0.01)
    different = [
        [(event(number), f"r-{number}", noise.uniform(0, 1.5))] for number in range(SANDBOXES)
    ]
    result = race(aws, plan, different, tmp_path)
    assert result.most_inside() == 1
    outcomes = result.outcomes()
    assert outcomes.keys() == {"succeeded", "refused"}
    assert outcomes["succeeded"] > 1, "the lock was never handed on"
    assert outcomes.total() == SANDBOXES
    assert all(reason.startswith("lock: held by 01") for reason in result.reasons("refused"))
    assert Counter(one.status for one in result.journal) == outcomes
    assert state(aws.client("dynamodb"), plan["rule"], "i-1").lock is None


@pytest.mark.parametrize(
    "chances",
    [
        pytest.param(Chances(conflict=0.3), id="conflicts"),
        pytest.param(
            Chances(throttled=0.1, lost=0.05, conflict=0.3, crossed=0.3, partial=0.1), id="all"
        ),
    ],
)
def test_conflicts_are_never_refusals_and_rates_count_exactly(
    aws: Aws, tmp_path: Path, chances: Chances
) -> None:
    plan = rule(guard(rate=["20/1h", {"limit": "7/1h", "per": "key"}]))
    keys = ["a", "b", "c", "d"]
    queues = [
        [
            (event(16 * queue + number, keys[number % 4]), f"r-{queue}-{number}", 0.0)
            for number in range(16)
        ]
        for queue in range(8)
    ]
    result = race(aws, plan, queues, tmp_path, chances=chances)
    likely = {name for name, chance in asdict(chances).items() if chance}
    assert result.met.keys() <= likely
    assert result.met["conflict"] > 10

    if result.redelivered():
        assert result.outcomes().keys() <= {"succeeded", "duplicate", "refused", "raised"}
    else:
        assert result.outcomes() == {"succeeded": 20, "refused": 128 - 20}
    # a delivery that comes again may be refused from memory: then the waker's is the next
    statuses = Counter(one.status for one in mend(aws, plan, result.dead(), tmp_path))
    assert statuses["succeeded"] == statuses.total() - statuses["refused"] == 20
    assert {reason.split(" used")[0] for reason in result.reasons("refused")} <= {
        "rate: 20 of 20",
        "rate: 7 of 7",
    }
    client = aws.client("dynamodb")
    assert len(state(client, plan["rule"]).used["20/3600s"]) == 20
    per_key = [len(state(client, plan["rule"], key).used["7/3600s"]) for key in keys]
    assert sum(per_key) == 20
    assert max(per_key) <= 7
