"""An execution as an item: it reads well, it comes back, and it always fits."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.journal.item import changes, from_item, to_item
from chalicelib.journal.packing import Cut
from chalicelib.journal.record import Decision, Ending, Error, StepRecord, Waiting, close
from tests.journal.executions import RUNNING, STEP

FAILURE = Error("action", "close", "AccessDenied", "no")
LIMIT = 400 * 1024


def weight(value: Any) -> int:
    """About what DynamoDB counts."""
    if isinstance(value, dict):
        return sum(len(name) + weight(each) + 1 for name, each in value.items())
    if isinstance(value, list):
        return sum(weight(each) + 1 for each in value)
    return len(value) if isinstance(value, str | bytes) else 10


def test_a_running_execution_reads_well_in_the_console() -> None:
    assert to_item(replace(RUNNING, steps=(STEP,))) == {
        "rule": "close-public-bucket",
        "id": "01JCF3S2ZG8XKQ3V5T6W7Y8Z9A",
        "schema": 1,
        "day": "2024-11-12#1",
        "expires": 1739178612,
        "pack": "exposure",
        "plan": "d1",
        "mode": "active",
        "identity": "a1b2c3d4",
        "event_time": "2024-11-12T09:10:11Z",
        "started": "2024-11-12T09:10:12.345Z",
        "request": "r-1",
        "attempt": "a-1",
        "resource": "my-bucket",
        "actor": "alice",
        "event": '{"source":"aws.s3","detail":{"eventName":"PutBucketAcl"}}',
        "status": "running",
        "phase": "then",
        "lease": "2024-11-12T09:12:12.345Z",
        "steps": [
            {
                "id": "close",
                "status": "succeeded",
                "started": "2024-11-12T09:10:13.000Z",
                "ms": 120,
                "do": "s3.block_public_access",
                "attempts": 1,
                "result": '{"a":1}',
            }
        ],
        "attention": "unfinished#1",
        "due": "2024-11-12T09:12:12.345Z",
    }


def test_a_success_leaves_the_sparse_index() -> None:
    done = close(RUNNING, Ending("succeeded"), closed="2024-11-12T09:10:14.000Z", ms=1655)
    values, absent = changes(done)
    assert values == {
        "status": "succeeded",
        "phase": "then",
        "request": "r-1",
        "attempt": "a-1",
        "steps": [],
        "closed": "2024-11-12T09:10:14.000Z",
        "ms": 1655,
    }
    assert {"lease", "facts", "error", "note", "attention", "due", "waiting"} <= set(absent)


def test_a_failure_stays_in_the_sparse_index() -> None:
    failed = close(RUNNING, Ending("failed", FAILURE), closed="2024-11-12T09:10:14.000Z", ms=1)
    values, _ = changes(failed)
    assert (values["attention"], values["due"]) == ("failed#1", "2024-11-12T09:10:14.000Z")
    assert values["error"]["code"] == "AccessDenied"


@pytest.mark.parametrize("status", ["succeeded", "running"])
def test_what_is_closed_stays_closed(status: Any) -> None:
    done = close(RUNNING, Ending("succeeded"), closed="2024-11-12T09:10:14.000Z", ms=1)
    with pytest.raises(ValueError, match="cannot go from succeeded"):
        close(done, Ending(status), closed="2024-11-12T09:10:14.000Z", ms=1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(event=st.dictionaries(st.text(), json_values), result=json_values)
def test_it_comes_back_as_it_was(event: dict[str, Any], result: Any) -> None:
    steps = (replace(STEP, result=result, error=FAILURE),)
    whole = replace(RUNNING, event=event, targets=[result], left_out=3, steps=steps)
    item = to_item(whole)
    assert from_item(item) == whole
    for value in item.values():
        TypeSerializer().serialize(value)


def test_a_large_event_is_compressed_and_comes_back() -> None:
    event = {"detail": {"names": ["instance"] * 10_000}}
    item = to_item(replace(RUNNING, event=event))
    assert len(item["event_zlib"]) < 1_000
    assert "event" not in item
    assert from_item(item).event == event


def test_an_event_beyond_the_limit_is_cut_with_a_mark_and_a_hash() -> None:
    noise = random.Random(7).randbytes(600_000).hex()
    item = to_item(replace(RUNNING, event={"detail": noise}))
    event = from_item(item).event
    assert isinstance(event, Cut)
    assert event["cut"].startswith("1200013 bytes, sha256 ")
    assert event["begins"].startswith('{"detail":"')
    assert len(json.dumps(item)) < LIMIT


def test_what_is_cut_stays_cut_however_often_it_is_written() -> None:
    noise = random.Random(7).randbytes(600_000).hex()
    step = replace(STEP, result=noise)
    cut = from_item(
        to_item(replace(RUNNING, event={"a": noise}, facts={"a": noise}, steps=(step,)))
    )
    again = from_item(to_item(cut))
    assert again == cut
    kept = (again.event, again.facts, again.steps[0].result)
    assert all(isinstance(value, Cut) for value in kept)


def test_texts_are_whole_characters_and_not_too_many() -> None:
    error = Error("fail", "say", "Fail", "\ud800" + "é" * 100_000)
    step = replace(STEP, status="failed", error=error, note="x" * 5_000)
    hostile = replace(RUNNING, resource="a\udfff", actor="r" * 5_000, steps=(step,), error=error)
    item = to_item(hostile)
    assert item["resource"] == "a\\udfff"
    assert item["actor"] == "r" * 2_000 + "… (5000 characters)"
    cut = "\\ud800" + "é" * 997 + "… (100001 characters)"
    assert item["error"]["message"] == item["steps"][0]["error"]["message"] == cut
    json.dumps(item, ensure_ascii=False).encode()


def test_many_failures_with_long_messages_fit_into_one_item() -> None:
    error = Error("fail", "say", "Fail", "é" * 100_000)
    noise = random.Random(7).randbytes(200_000).hex()
    steps = tuple(
        StepRecord(f"s{n}", "failed", "t", result=noise, error=error, note=noise) for n in range(80)
    )
    ending = Ending("failed", error, noise)
    waiting = Waiting("approval", "t", data={"prompt": noise})
    item = to_item(
        replace(
            RUNNING,
            identity=noise,
            resource=noise,
            actor=noise,
            key="k",
            event={"detail": noise},
            facts={"all": noise},
            targets=[noise],
            steps=steps,
            error=error,
            note=noise,
            pending=ending,
            waiting=waiting,
        )
    )
    assert len(json.dumps(item, default=str, ensure_ascii=False).encode()) < LIMIT


def test_many_large_results_fit_into_one_item() -> None:
    noise = random.Random(7).randbytes(50_000).hex()
    steps = tuple(StepRecord(f"s{n}", "succeeded", "t", result=noise) for n in range(100))
    large = replace(RUNNING, steps=steps, event={"detail": noise}, facts={"all": noise})
    item = to_item(replace(large, targets=[noise]))
    assert weight(item) < LIMIT
    assert from_item(item).steps[99].result["cut"].startswith("100002 bytes")


FULL = replace(
    RUNNING,
    facts={"n": 1.5},
    targets=["i-1"],
    phase="on_failure",
    intent="boot[1]",
    rest="abc",
    pending=Ending("failed", FAILURE, "a note", "open"),
    waiting=Waiting("approval", "2024-11-12T10:00:00.000Z", "ask", {"by": ["*"], "prompt": "?"}),
    decision=Decision(approved=True, by="maria", at="2024-11-12T09:30:00.000Z", why="it is"),
)


def test_everything_of_a_waiting_execution_comes_back() -> None:
    waiting = replace(FULL, status="waiting", lease="")
    item = to_item(waiting)
    assert from_item(item) == waiting
    assert (item["attention"], item["due"]) == ("unfinished#1", "2024-11-12T09:30:00.000Z")
    assert to_item(replace(waiting, decision=None))["due"] == "2024-11-12T10:00:00.000Z"
