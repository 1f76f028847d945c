"""Replaying: today's rule on an event that is in the journal, as an execution of its own.

The event gets a `replay-name`, as EventBridge gives one to what it replays from an archive: so
it is another event than the first delivery, and no duplicate of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from chalicelib.errors import OpsloopError
from chalicelib.events.normalise import normalise
from chalicelib.events.ulid import execution_id
from chalicelib.journal.packing import Cut
from chalicelib.journal.record import Execution
from opsloop.deploy.account import session_for, stage_of
from opsloop.deploy.errors import DeployError, doing
from opsloop.deploy.names import function_name


@dataclass(frozen=True, slots=True)
class Replay:
    """An event that comes once more."""

    rule: str
    payload: Mapping[str, Any]
    #: the execution that comes of it, where its event still meets the criteria
    execution: str


def replay_of(execution: Execution, by: str) -> Replay:
    """A new event from an old one. Raises OpsloopError where the journal has not all of it.

    `by` is the caller's ARN: the new execution has it on record.
    """
    if isinstance(execution.event, Cut):
        raise OpsloopError(
            f"{execution.id}: its event did not fit into the journal "
            f"({execution.event['cut']}): replay it from where it came from"
        )
    name = f"{execution.id}-{uuid4().hex[:8]}"
    payload = {**execution.event, "replay-name": name, "asked-by": by}
    (event,) = normalise(payload)
    element = "" if execution.element is None else str(execution.element)
    name = execution_id(execution.rule, event.identity, element, event.time)
    return Replay(execution.rule, payload, name)


def send(project: Path, stage: str, replay: Replay) -> None:
    """Start the stage's own function with it, as an event would."""
    client = session_for(stage_of(project, stage)).client("lambda")
    function = function_name(stage, replay.rule)
    with doing(f"start {function}"):
        try:
            client.invoke(
                FunctionName=function,
                InvocationType="Event",
                Payload=json.dumps(replay.payload).encode(),
            )
        except client.exceptions.ResourceNotFoundException:
            raise DeployError(
                f"there is no function {function}: the rule is not deployed in stage {stage}"
            ) from None
