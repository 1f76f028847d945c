"""The journal on DynamoDB: one admission per key, one end, and errors with a remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Self

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.errors import Conflict, JournalError, TableMissing
from chalicelib.guards.gate import Pause
from chalicelib.guards.state import Memory, State
from chalicelib.journal.memory import Remembered, Written
from chalicelib.journal.pauses import to_item
from chalicelib.journal.record import (
    Decision,
    Ending,
    Waiting,
    close,
    decide,
    resume,
    suspend,
)
from chalicelib.journal.table import Table
from opsloop.local.account import embedded_account
from tests.engine.fakes import FakeClock
from tests.journal.executions import RUNNING, STEP


@pytest.fixture
def client() -> Iterator[Any]:
    with embedded_account("dev", "eu-west-1") as session:
        yield session.client("dynamodb")


def test_the_first_is_admitted_and_the_second_sees_it(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    assert table.admit(RUNNING) is None
    assert table.admit(replace(RUNNING, request="r-2", attempt="a-2")) == RUNNING


def test_admit_record_close(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    stepped = replace(RUNNING, steps=(STEP,))
    table.record(stepped)
    again = replace(RUNNING, attempt="a-2")
    assert table.admit(again) == stepped
    done = close(stepped, Ending("succeeded"), closed="2024-11-12T09:10:14.000Z", ms=1655)
    table.close(done)
    assert table.admit(again) == replace(done, lease="")


def test_what_somebody_else_closed_is_not_closed_again(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    done = close(RUNNING, Ending("succeeded"), closed="2024-11-12T09:10:14.000Z", ms=1655)
    table.close(done)
    with pytest.raises(JournalError, match=r"could not close execution 01JCF.* any more"):
        table.close(replace(done, status="stopped"))
    with pytest.raises(JournalError, match=r"could not close execution 01JCF.* any more"):
        table.close(replace(done, attempt="a-2"))


def test_a_missing_table_names_the_command_that_makes_it(client: Any) -> None:
    with pytest.raises(TableMissing) as missing:
        Table(lambda: client, "opsloop-prod", FakeClock()).admit(RUNNING)
    assert str(missing.value) == (
        "no DynamoDB table 'opsloop-prod' in eu-west-1: create it with `opsloop infra --stage prod`"
    )


def test_a_denied_table_is_told_in_awss_words(client: Any) -> None:
    def deny(**_: Any) -> None:
        answer = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
        raise ClientError(answer, "PutItem")  # type: ignore[arg-type]  # a partial answer will do

    client.meta.events.register("before-call.dynamodb.PutItem", deny)
    with pytest.raises(JournalError, match=r"could not admit .* AccessDeniedException"):
        Table(lambda: client, "opsloop-dev", FakeClock()).admit(RUNNING)


def test_an_answer_that_was_lost_is_no_duplicate(client: Any) -> None:
    """botocore asks again, and finds its own item."""
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    assert table.admit(RUNNING) is None
    assert table.admit(RUNNING) is None


@pytest.mark.parametrize("charged", [False, True])
def test_an_end_whose_answer_was_lost_is_written_once(client: Any, charged: bool) -> None:
    """botocore asks again; under our attempt, only we have written."""
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    done = close(RUNNING, Ending("succeeded"), closed="2024-11-12T09:10:14.000Z", ms=1655)
    for _ in range(2):
        table.close(done, [CHARGE] if charged else [])
    assert table.one(RUNNING.rule, RUNNING.id) == replace(done, lease="")


@dataclass
class Busy:
    """What stands in the way of so many calls of one operation."""

    client: Any
    operation: str
    times: int

    def __enter__(self) -> Self:
        self.client.meta.events.register_first(self._event, self._refuse)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.meta.events.unregister(self._event, self._refuse)

    @property
    def _event(self) -> str:
        return f"before-send.dynamodb.{self.operation}"

    def _refuse(self, request: Any, **_: Any) -> AWSResponse | None:
        self.times -= 1
        if self.times < 0:
            return None
        code = "com.amazonaws.dynamodb.v20120810#TransactionConflictException"
        content: dict[str, Any] = {"__type": code, "message": "a transaction has it"}
        status = 400
        if self.operation == "BatchGetItem":
            left = json.loads(request.body)["RequestItems"]
            status, content = 200, {"Responses": {}, "UnprocessedKeys": left}
        headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, _Raw(json.dumps(content).encode()))


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def test_a_write_that_meets_a_transaction_is_tried_again(client: Any) -> None:
    """As when a duplicate comes while an execution is closed."""
    clock = FakeClock()
    table = Table(lambda: client, "opsloop-dev", clock)
    with Busy(client, "PutItem", 3):
        assert table.admit(RUNNING) is None
    done = close(RUNNING, Ending("succeeded"), closed="2024-11-12T09:10:14.000Z", ms=1655)
    with Busy(client, "UpdateItem", 3):
        table.close(done)
    assert table.one(RUNNING.rule, RUNNING.id) == replace(done, lease="")
    assert len(clock.slept) == 6


def test_items_left_unread_are_read_then(client: Any) -> None:
    clock = FakeClock()
    table = Table(lambda: client, "opsloop-dev", clock)
    table.admit(RUNNING, [CHARGE])
    with Busy(client, "BatchGetItem", 2):
        assert table.remembered(RUNNING.rule, "k").rule_version == 1
    assert len(clock.slept) == 2


def test_patience_ends(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    with Busy(client, "PutItem", 99), pytest.raises(JournalError, match="TransactionConflict"):
        table.admit(RUNNING)
    with Busy(client, "BatchGetItem", 99), pytest.raises(JournalError, match="unread 10 times"):
        table.remembered(RUNNING.rule, "k")


def test_no_answer_at_all_is_told(client: Any) -> None:
    def lose(request: Any, **_: Any) -> None:
        raise ReadTimeoutError(endpoint_url=request.url)

    client.meta.events.register_first("before-send.dynamodb.PutItem", lose)
    with pytest.raises(JournalError, match=r"could not admit .* ReadTimeoutError: Read timeout"):
        Table(lambda: client, "opsloop-dev", FakeClock()).admit(RUNNING)


CHARGE = Written("guard", State(used={"5/3600s": (1.0,)}), replaces=0)


def test_guards_are_charged_with_the_admission_or_not_at_all(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    assert table.admit(RUNNING, [CHARGE]) is None
    read = table.remembered(RUNNING.rule, "my-bucket")
    assert read == Remembered("my-bucket", Memory(rule=CHARGE.state), rule_version=1)
    other = replace(RUNNING, id="01JCF3S2ZG8XKQ3V5T6W7Y8Z9B", attempt="a-2")
    with pytest.raises(Conflict):
        table.admit(other, [CHARGE])
    assert table.admit(other, [replace(CHARGE, replaces=1)]) is None


def test_a_duplicate_charges_nothing_and_is_no_conflict(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING, [CHARGE])
    again = replace(RUNNING, attempt="a-2")
    assert table.admit(again, [CHARGE]) == RUNNING
    assert table.remembered(RUNNING.rule, "").rule_version == 1


def test_an_end_gives_back_in_the_same_transaction(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING, [CHARGE])
    done = close(RUNNING, Ending("failed"), closed="2024-11-12T09:10:14.000Z", ms=1655)
    with pytest.raises(Conflict):
        table.close(done, [replace(CHARGE, replaces=7)])
    table.close(done, [Written("guard", State(), replaces=1)])
    assert table.remembered(RUNNING.rule, "").memory == Memory()
    with pytest.raises(JournalError, match="it is not this function's any more"):
        table.close(replace(done, attempt="a-2"), [Written("guard", State(), replaces=2)])


def test_pauses_and_counts(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    assert table.pauses() == []
    pause = Pause("pack:hosts", 1_700_000_060.0, "maria", "we are moving")
    serialize = TypeSerializer().serialize
    item = {name: serialize(value) for name, value in to_item(pause).items()}
    client.put_item(TableName="opsloop-dev", Item=item)
    assert table.pauses() == [pause]
    for _ in range(2):
        table.count_refusals("restart", {"rate": 3, "window": 1})
    key = {"rule": {"S": "restart"}, "id": {"S": "refused#2023-11-14"}}
    counted = client.get_item(TableName="opsloop-dev", Key=key)["Item"]
    assert (counted["rate"], counted["window"]) == ({"N": "6"}, {"N": "2"})
    assert counted["lower_bound"] == {"BOOL": True}


def test_one_wake_up_takes_an_execution_and_the_other_does_not(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    waiting = suspend(RUNNING, Waiting("wait", "2024-11-12T10:00:00.000Z", "rest"))
    table.record(waiting)
    seen = table.one(RUNNING.rule, RUNNING.id)
    assert seen == replace(waiting, lease="")
    first = resume(seen, request="r-2", attempt="a-2", lease="2024-11-12T10:02:00.000Z")
    second = replace(first, attempt="a-3")
    assert table.take(seen, first)
    assert table.take(seen, first), "an answer that was lost is no other's taking"
    assert not table.take(seen, second)


def test_who_had_it_before_can_write_no_more(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    taken = resume(RUNNING, request="r-2", attempt="a-2", lease="2024-11-12T10:02:00.000Z")
    assert table.take(RUNNING, taken)
    with pytest.raises(JournalError, match="it is not this function's any more"):
        table.record(RUNNING)
    table.record(taken)


YES = Decision(approved=True, by="maria", at="2024-11-12T09:30:00.000Z")
NO = Decision(approved=False, by="john", at="2024-11-12T09:30:01.000Z", why="not today")


def test_one_answer_counts_and_no_other(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    asked = Waiting("approval", "2024-11-12T10:00:00.000Z", "ask", {"by": ["*"], "prompt": "?"})
    table.record(suspend(RUNNING, asked))
    seen = table.one(RUNNING.rule, RUNNING.id)
    assert seen is not None
    first, second = decide(seen, YES, attempt="a-2"), decide(seen, NO, attempt="a-3")
    assert table.decide(seen, first)
    assert table.decide(seen, first), "an answer that was lost is no other's"
    assert not table.decide(seen, second)
    assert table.one(RUNNING.rule, RUNNING.id) == first
    (due,) = table.due("unfinished#1", YES.at)
    assert due == (RUNNING.rule, RUNNING.id)


def test_who_had_read_the_question_does_not_overwrite_the_answer(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    asked = Waiting("approval", "2024-11-12T10:00:00.000Z", "ask")
    table.record(suspend(RUNNING, asked))
    seen = table.one(RUNNING.rule, RUNNING.id)
    assert seen is not None
    assert table.decide(seen, decide(seen, YES, attempt="a-2"))
    late = resume(seen, request="r-2", attempt="a-3", lease="2024-11-12T10:02:00.000Z")
    assert not table.take(seen, late)


def test_a_closed_loop_that_recurs_is_marked_once(client: Any) -> None:
    table = Table(lambda: client, "opsloop-dev", FakeClock())
    table.admit(RUNNING)
    table.recurred(RUNNING.rule, RUNNING.id)
    ending = Ending("succeeded", loop="closed")
    table.close(close(RUNNING, ending, closed="2024-11-12T09:10:14.000Z", ms=1))
    for _ in range(2):
        table.recurred(RUNNING.rule, RUNNING.id)
    there = table.one(RUNNING.rule, RUNNING.id)
    assert there is not None
    assert there.loop == "recurred"
