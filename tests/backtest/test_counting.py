"""Counting's own parts: what is read as Lambda would read it, and times in one form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.backtest.counting import Counting, Job, loaded
from opsloop.backtest.envelopes import deliveries
from opsloop.backtest.records import Broken, Delivered
from opsloop.backtest.ruling import Version
from opsloop.backtest.seen import Seen
from opsloop.compiler.build import Compiled
from opsloop.local.plans import bare_stage
from tests.backtest.rules import HERE
from tests.backtest.test_backtest_command import CALL

numbers = st.from_regex(
    r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)
strings = st.from_regex(r'"([ -!#-\[\]-~é]|\\[nrtbf"\\/]|\\u[0-9a-fA-F]{4}){0,8}"', fullmatch=True)
texts = st.recursive(
    st.one_of(numbers, strings, st.sampled_from(["true", "false", "null"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]"),
        st.lists(st.tuples(strings, inner), max_size=3).map(
            lambda pairs: "{" + ",".join(f"{key}:{value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=6,
)


@given(texts)
def test_json_is_read_as_lambda_reads_it(text: str) -> None:
    assert repr(loaded(text.encode())) == repr(json.loads(text))


def counting(**more: Any) -> Counting:
    return Counting(Job(Version({}, bare_stage("dev")), HERE, Path(), **more), Seen())


@pytest.mark.parametrize(
    ("time", "hour"),
    [
        ("2026-05-01T12:00:00Z", "2026-05-01T12"),
        ("2026-05-01T12:00:00.5Z", "2026-05-01T12"),
        ("2026-05-01T12:00:00+02:00", "2026-05-01T10"),
        ("2026-05-01T23:30:00-01:00", "2026-05-02T00"),
    ],
)
def test_times_of_every_form_are_counted_in_utc(time: str, hour: str) -> None:
    one = counting()
    one.event(Delivered("events", b"{}", time), "f", 1)
    assert dict(one.tally.hours.counts) == {hour: 1}


@pytest.mark.parametrize("time", ["", "yesterday", "2026-05-01T12:00:00", "2026-99-01T12:00:00Z"])
def test_what_is_no_time_is_broken(time: str) -> None:
    with pytest.raises(Broken, match="its time: found"):
        counting().event(Delivered("events", b"{}", time), "f", 1)


@pytest.mark.parametrize(
    ("time", "counted"),
    [
        ("2026-05-01T11:59:59Z", False),
        ("2026-05-01T12:00:00Z", True),
        ("2026-05-01T14:00:00+02:00", True),
        ("2026-05-01T13:00:00Z", True),
        ("2026-05-01T13:00:01Z", False),
    ],
)
def test_both_ends_of_a_time_range_belong_to_it(time: str, counted: bool) -> None:
    one = counting(since="2026-05-01T12:00:00Z", until="2026-05-01T13:00:00Z")
    one.event(Delivered("events", b"{}", time), "f", 1)
    assert (one.tally.events, one.tally.outside) == (int(counted), int(not counted))


def test_what_an_event_calls_an_id_is_cut(compiled: Compiled) -> None:
    record = {**CALL, "eventID": "e" * 5_000, "requestParameters": {"bucketName": "b" * 5_000}}
    [delivered] = deliveries(json.dumps(record).encode(), HERE)
    assert isinstance(delivered, Delivered)
    one = Counting(Job(Version(compiled.plans, compiled.stages["dev"]), HERE, Path()), Seen())
    one.event(delivered, "f", 1)
    fired = one.tally.rules["close-bucket"].fired
    [example] = fired.examples
    assert (len(example.identity), len(example.resource)) == (1_024, 1_024)
    assert list(fired.resources.counts) == [example.resource]
