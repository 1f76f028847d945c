"""An event of the journal as a new event: another identity, the same content, the same time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import OpsloopError
from chalicelib.events.names import asked_by
from chalicelib.events.normalise import normalise
from chalicelib.events.ulid import execution_id, time_of
from chalicelib.journal.packing import Cut
from chalicelib.journal.record import Execution
from opsloop.history.replaying import replay_of

BY = "arn:aws:sts::123456789012:assumed-role/oncall/maria"
EVENTS = Path(__file__).parents[1] / "events"


def kept(payload: Any, element: int | None = None) -> Execution:
    """The execution of a rule that got it."""
    event = normalise(payload)[0]
    place = "" if element is None else str(element)
    return Execution(
        id=execution_id("restart", event.identity, place, event.time),
        rule="restart",
        pack="hosts",
        plan="d1",
        mode="active",
        identity=event.identity,
        event=event.envelope,
        event_time=event.time,
        started=event.time,
        lease="",
        request="r",
        attempt="a",
        element=element,
    )


@pytest.mark.parametrize("sample", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_whatever_road_it_came_it_is_the_same_event_and_no_duplicate(sample: Path) -> None:
    first = kept(json.loads(sample.read_text()))
    replay = replay_of(first, BY)
    (event,) = normalise(dict(replay.payload))
    name = replay.payload["replay-name"]
    assert event.envelope == {**first.event} | {"replay-name": name, "asked-by": BY}
    assert asked_by(event) == BY
    assert (event.identity, event.time) == (f"{first.identity}/{name}", first.event_time)
    assert replay.rule == first.rule
    assert replay.execution == kept(dict(replay.payload)).id
    assert replay.execution != first.id
    assert time_of(replay.execution) == time_of(first.id)


def test_each_replay_is_another_one() -> None:
    first = kept(json.loads((EVENTS / "ec2-stop-instances.json").read_text()))
    again = kept(dict(replay_of(first, BY).payload))
    ids = {first.id, again.id, replay_of(first, BY).execution, replay_of(again, BY).execution}
    assert len(ids) == 4


def test_an_element_is_told_as_the_same_element() -> None:
    payload = json.loads((EVENTS / "ec2-run-instances.json").read_text())
    replay = replay_of(kept(payload, 3), BY)
    assert replay.execution == kept(dict(replay.payload), 3).id
    assert replay.execution != kept(dict(replay.payload)).id


def test_an_event_that_the_journal_has_not_all_of() -> None:
    payload = json.loads((EVENTS / "ec2-stop-instances.json").read_text())
    first = kept(payload)
    cut = Cut(cut="900000 bytes, sha256 abc", begins="{")
    with pytest.raises(OpsloopError) as refused:
        replay_of(replace(first, event=cut), BY)
    assert str(refused.value) == (
        f"{first.id}: its event did not fit into the journal (900000 bytes, sha256 abc): "
        "replay it from where it came from"
    )
