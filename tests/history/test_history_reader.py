"""Reading the journal: each access pattern on a table made from infra/opsloop.yaml, on moto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.errors import TableMissing
from chalicelib.events.ulid import execution_id
from chalicelib.journal.record import Ending, Error, Execution, Waiting, close, suspend
from chalicelib.journal.table import Table
from opsloop.deploy.template import create_journal
from opsloop.history.reader import PAUSE, Reader, Wanted

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class FakeClock:
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return NOW.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def execution(number: int, *, rule: str = "close", resource: str = "bucket") -> Execution:
    """The one of `number` hours ago."""
    at = (NOW - timedelta(hours=number)).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Execution(
        id=execution_id(rule, f"event-{number}", "", at),
        rule=rule,
        pack="exposure",
        plan="sha256:1",
        mode="active",
        identity=f"event-{number}",
        event={"id": f"event-{number}", "detail": {"n": number}},
        event_time=at,
        started=at,
        lease=at,
        request="request",
        attempt="attempt",
        resource=resource,
    )


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        made = boto3.client("dynamodb", region_name="eu-west-1")
        create_journal(made, "opsloop-test")
        yield made


@pytest.fixture
def reader(client: Any) -> Reader:
    return Reader(client, "opsloop-test", FakeClock())


def keep(client: Any, *executions: Execution) -> None:
    table = Table(lambda: client, "opsloop-test", FakeClock())
    for one in executions:
        assert table.admit(replace(one, status="running")) is None
        if one.status != "running":
            table.close(one)


def failed(one: Execution) -> Execution:
    error = Error("action", "step", "AccessDenied", "no")
    return close(one, Ending("failed", error), closed=one.started, ms=5)


def test_one_is_found_from_its_id_alone_and_is_whole(client: Any, reader: Reader) -> None:
    kept = execution(30)
    keep(client, kept, execution(31))
    assert reader.one(kept.id) == kept
    assert reader.one(execution(32).id) is None


def test_the_newest_across_rules_and_days_come_in_order(client: Any, reader: Reader) -> None:
    kept = [execution(hours, rule=f"rule-{hours % 3}") for hours in range(0, 60, 5)]
    keep(client, *reversed(kept))
    assert reader.newest(Wanted()) == kept
    assert reader.newest(Wanted(limit=4)) == kept[:4]
    assert reader.newest(Wanted(since=NOW - timedelta(hours=10))) == kept[:3]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(rule="close"), [1, 3, 4]),
        (Wanted(rule="close", resource="bucket"), [1, 4]),
        (Wanted(resource="bucket"), [1, 2, 4]),
        (Wanted(status="running"), [1, 2, 3]),
        (Wanted(status="failed"), [4]),
        (Wanted(status="failed", rule="open"), []),
        (Wanted(status="succeeded"), []),
    ],
)
def test_what_is_wanted_is_narrowed(
    client: Any, reader: Reader, wanted: Wanted, expected: list[int]
) -> None:
    keep(
        client,
        execution(1),
        execution(2, rule="open"),
        execution(3, resource="other"),
        failed(execution(4)),
    )
    assert [one.event["detail"]["n"] for one in reader.newest(wanted)] == expected


def test_what_waits_and_what_runs_are_told_apart(client: Any, reader: Reader) -> None:
    waiting = suspend(execution(2), Waiting("wait", "2026-11-24T00:00:00.000Z", "rest"))
    table = Table(lambda: client, "opsloop-test", FakeClock())
    for one in (execution(1), waiting):
        assert table.admit(one) is None
    assert reader.newest(Wanted(status="running")) == [execution(1)]
    assert reader.newest(Wanted(status="waiting")) == [replace(waiting, lease="")]


def test_more_than_a_page_of_an_index(client: Any, reader: Reader) -> None:
    kept = [execution(hours) for hours in range(120)]
    keep(client, *kept)
    assert reader.newest(Wanted(resource="bucket", limit=500)) == kept


@dataclass
class Throttled:
    """DynamoDB that reads one item of each batch and leaves the others for later."""

    client: Any
    batches: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's
        ((table, asked),) = RequestItems.items()
        self.batches.append(len(asked["Keys"]))
        now, later = asked["Keys"][:1], asked["Keys"][1:]
        answer: dict[str, Any] = self.client.batch_get_item(RequestItems={table: {"Keys": now}})
        return answer | {"UnprocessedKeys": {table: {"Keys": later}} if later else {}}


def test_items_that_dynamodb_leaves_unread_are_asked_for_again(client: Any) -> None:
    kept = [execution(hours) for hours in range(3)]
    keep(client, *kept)
    throttled, clock = Throttled(client), FakeClock()
    assert Reader(throttled, "opsloop-test", clock).newest(Wanted(resource="bucket")) == kept
    assert throttled.batches == [3, 2, 1]
    assert clock.slept == [PAUSE, PAUSE]


def test_a_missing_table_says_which_command_makes_it(client: Any) -> None:
    with pytest.raises(TableMissing) as caught:
        Reader(client, "opsloop-prod", FakeClock()).newest(Wanted(rule="close"))
    assert str(caught.value) == (
        "no DynamoDB table 'opsloop-prod' in eu-west-1: create it with `opsloop infra --stage prod`"
    )
