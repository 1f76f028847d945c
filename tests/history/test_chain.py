"""What led to an execution and what it caused, found in a journal on moto, and as a tree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from rich.console import Console

from chalicelib.events.ulid import execution_id
from chalicelib.journal.item import to_item
from chalicelib.journal.record import Ending, Execution, StepRecord, close
from chalicelib.journal.table import Table
from opsloop.history.chain import MOST, Chain, Link, chain_of
from opsloop.history.chain_rows import as_data, tree
from opsloop.history.reader import Reader
from tests.history.test_history_reader import FakeClock, client, reader

__all__ = ["client", "reader"]

BEGAN = datetime(2026, 11, 22, 23, 59, 50, tzinfo=UTC)


def iso(seconds: float) -> str:
    at = BEGAN + timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def acted(
    rule: str, at: float, *, ms: int = 300, by: Execution | None = None, closed: float | None = None
) -> Execution:
    """A rule that acted so long after the beginning, for so long."""
    time = iso(at)
    admitted = Execution(
        id=execution_id(rule, f"{rule}-{at}", "", time),
        rule=rule,
        pack="pack",
        plan="digest",
        mode="active",
        identity=f"{rule}-{at}",
        event={"id": rule},
        event_time=time,
        started=time,
        lease=time,
        request="request",
        attempt="attempt",
        caused_by=f"{by.rule}/{by.id}" if by else None,
        steps=(StepRecord("act", "succeeded", time, ms=ms, do="aws.ec2.stop_instances"),),
    )
    end = iso(at + ms / 1000 if closed is None else closed)
    return close(admitted, Ending("succeeded"), closed=end, ms=ms)


def keep(client: Any, *executions: Execution) -> None:
    table = Table(lambda: client, "opsloop-test", FakeClock())
    for one in executions:
        assert table.admit(one) is None


def strew(client: Any, executions: list[Execution]) -> None:
    """Many at a time, as they are."""
    serialize = TypeSerializer().serialize
    puts = [
        {"PutRequest": {"Item": {name: serialize(value) for name, value in to_item(one).items()}}}
        for one in executions
    ]
    for place in range(0, len(puts), 25):
        client.batch_write_item(RequestItems={"opsloop-test": puts[place : place + 25]})


def link(one: Execution, *caused: Link) -> Link:
    return Link(one.rule, one.id, one.status, one.event_time, list(caused))


def around(one: Execution, reader: Reader) -> Chain:
    return chain_of(one, reader, FakeClock())


def test_what_led_to_an_execution_the_nearest_first(client: Any, reader: Reader) -> None:
    first = acted("open", 0)
    second = acted("close", 5, by=first)
    third = acted("tell", 12, by=second)
    keep(client, first, second, third)
    assert around(third, reader).causes == [link(second), link(first)]
    assert around(first, reader).causes == []


def test_what_led_to_it_may_be_gone(client: Any, reader: Reader) -> None:
    gone = acted("open", 0)
    left = acted("close", 5, by=gone)
    keep(client, left)
    assert around(left, reader).causes == [Link("open", gone.id)]


def test_a_circle_of_claims_ends(client: Any, reader: Reader) -> None:
    """No journal of ours holds one; whoever may write to the table could make one."""
    one, other = acted("open", 0), acted("close", 1)
    one = replace(one, caused_by=f"close/{other.id}")
    other = replace(other, caused_by=f"open/{one.id}")
    keep(client, one, other)
    found = around(one, reader)
    assert len(found.causes) == 9
    assert found.caused == [link(other)]


def test_what_it_caused_with_what_that_caused(client: Any, reader: Reader) -> None:
    """Beyond midnight, where the index begins a new day."""
    first = acted("open", 8, ms=4_000)
    second, third = acted("close", 9.5, by=first), acted("tell", 11.5, by=first)
    fourth = acted("log", 9.8, by=second)
    stranger = acted("other", 10, by=acted("elsewhere", 9))
    keep(client, fourth, third, stranger, second, first)
    expected = [link(second, link(fourth)), link(third)]
    assert around(first, reader) == Chain([], expected)
    assert around(second, reader) == Chain([link(first)], [link(fourth)])


@pytest.mark.parametrize(
    ("at", "found"),
    [(-2.5, False), (-1.5, True), (4, True), (6, False), (597, False), (599, True), (606, False)],
)
def test_only_the_moments_at_which_it_acted_or_ended_are_looked_at(
    client: Any, reader: Reader, at: float, found: bool
) -> None:
    """It waited ten minutes between its step and its end."""
    first = acted("open", 0, closed=600)
    other = acted("close", at, by=first)
    keep(client, first, other)
    assert around(first, reader).caused == ([link(other)] if found else [])


def test_a_list_that_may_have_waited_is_looked_at_until_the_end(
    client: Any, reader: Reader
) -> None:
    first = acted("open", 0, closed=600)
    first = replace(first, steps=(replace(first.steps[0], items=3),))
    other = acted("close", 300, by=first)
    keep(client, first, other)
    assert around(first, reader).caused == [link(other)]


def test_nothing_is_looked_for_where_nothing_was_done(client: Any, reader: Reader) -> None:
    observed = acted("open", 0)
    step = replace(observed.steps[0], status="observed")
    running = replace(observed, closed=None, status="running", steps=(step,))
    keep(client, running, acted("close", 0, by=running))
    assert around(running, reader).caused == []


def test_no_more_than_so_many_are_looked_at(client: Any, reader: Reader) -> None:
    first = acted("open", 0)
    strew(client, [acted("busy", number / MOST) for number in range(MOST + 1)])
    found = around(first, reader)
    assert (found.caused, found.complete) == ([], False)


def printed(one: Execution, chain: Chain) -> str:
    text = StringIO()
    made = tree(one, chain)
    if made is not None:
        Console(file=text, width=100, color_system=None).print(made)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def test_the_tree() -> None:
    one = acted("close-bucket", 0)
    ids = {name: acted(name, 1).id for name in ("open-bucket", "tell", "log", "report")}
    chain = Chain(
        [Link("open-bucket", ids["open-bucket"])],
        [
            Link(
                "tell", ids["tell"], "failed", iso(1), [Link("log", ids["log"], "waiting", iso(2))]
            ),
            Link("report", ids["report"], "succeeded", iso(3)),
        ],
        complete=False,
    )
    assert printed(one, chain).splitlines() == [
        "CHAIN            STATUS     TIME                  ID",
        f"open-bucket      gone                             {ids['open-bucket']}",
        f"└─ close-bucket  succeeded  2026-11-22T23:59:50Z  {one.id}",
        f"   ├─ tell       failed     2026-11-22T23:59:51Z  {ids['tell']}",
        f"   │  └─ log     waiting    2026-11-22T23:59:52Z  {ids['log']}",
        f"   └─ report     succeeded  2026-11-22T23:59:53Z  {ids['report']}",
        "Of what happened while it acted, 500 executions were looked at: there may be more.",
    ]
    assert printed(one, Chain([], [])) == ""


def test_the_chain_for_programs() -> None:
    chain = Chain(
        [Link("open", "01A")],
        [Link("tell", "01B", "failed", iso(1), [Link("log", "01C", "waiting", iso(2))])],
    )
    inner = {"rule": "log", "id": "01C", "status": "waiting", "time": iso(2), "caused": []}
    assert as_data(chain) == {
        "causes": [{"rule": "open", "id": "01A", "status": None, "time": None}],
        "caused": [
            {"rule": "tell", "id": "01B", "status": "failed", "time": iso(1), "caused": [inner]}
        ],
        "caused_complete": True,
    }
