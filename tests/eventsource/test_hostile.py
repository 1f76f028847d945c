"""Whatever comes, it is a correct event or an EventError: never another exception."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import EventError
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from chalicelib.events.ulid import execution_id
from tests.eventsource import samples

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["\ud800", "{}", "[[", "arn:", "arn:aws:s3:::b/{id}", "i-{x}", "AWS::EC2::{y}", "Root", "NaN"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    LEAVES, lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXTS, each, max_size=3)
)
MARKS = st.sampled_from(
    ["detail-type", "source", "detail", "Records", "Sns", "alarmData", "opsloop", "manual", "id"]
)


def check(payload: object) -> None:
    for event in taken(payload):
        seen = samples.seen(event)
        assert all(isinstance(seen[key], str) and seen[key] for key in ("identity", "account"))
        assert seen["resource"].keys() == {"id", "arn", "type"}
        assert isinstance(event.envelope["detail"], dict)
        json.dumps(event.envelope)
        if event.time >= "1970":
            assert len(execution_id("rule", event.identity, "", event.time)) == 26


def taken(payload: object) -> tuple[Event, ...]:
    """The events; none where the payload was refused, in few words."""
    refused = ""
    events: tuple[Event, ...] = ()
    try:
        events = normalise(payload)
    except EventError as error:
        refused = str(error)
    assert bool(events) != bool(refused)
    assert len(refused) < 1000
    return events


@settings(deadline=None)
@given(JSON | st.dictionaries(MARKS, JSON, max_size=5))
def test_any_json_at_all(payload: object) -> None:
    check(payload)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_real_events_with_something_else_somewhere(data: st.DataObject) -> None:
    payload = copy.deepcopy(samples.payload(data.draw(st.sampled_from(samples.NAMES))))
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(payload, data)
    check(payload)


@settings(deadline=None)
@given(st.data())
def test_real_messages_with_something_else_somewhere(data: st.DataObject) -> None:
    told = [name for name in samples.NAMES if "-by-sns" in name or name.startswith("sns-e")]
    payload = copy.deepcopy(samples.payload(data.draw(st.sampled_from(told))))
    body = payload["Records"][0]["Sns"]
    message = json.loads(body["Message"])
    spoil(message, data)
    body["Message"] = json.dumps(message)
    check(payload)


def spoil(payload: Any, data: st.DataObject) -> None:
    """Put something else, or nothing, at a random place, if there is one."""
    if not payload:
        return
    place, key = data.draw(st.sampled_from(places(payload)))
    if isinstance(place, dict) and data.draw(st.booleans()):
        del place[key]
    else:
        place[key] = data.draw(JSON)


def places(value: Any) -> list[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    inner = [value[key] for key in keys if isinstance(value[key], dict | list) and value[key]]
    return [(value, key) for key in keys] + [each for one in inner for each in places(one)]


def test_it_loads_nothing_but_the_standard_library() -> None:
    code = (
        "import chalicelib.events.normalise, chalicelib.events.names, chalicelib.events.ulid, sys;"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    # -S: no site-packages, nor what their .pth files load
    run = [sys.executable, "-S", "-c", code]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    assert set(loaded) - sys.stdlib_module_names - {"__main__"} == {"chalicelib"}
    assert "hashlib" not in loaded
