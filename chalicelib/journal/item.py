"""An execution as a DynamoDB item that reads well in the console, and back. Pure.

Plain attribute names and ISO times. Events, facts and results are JSON text (`packing`),
because DynamoDB nests at most 32 levels and knows no floats, and events may hold anything.

Keys: partition `rule`, sort `id`. Sparse and secondary keys:
`day` + `id` (index `recent`), `resource` + `id` (index `by-resource`),
`attention` + `due` (index `attention`: unfinished and failed executions only).
`day` and `attention` end in a shard, so that a busy day is not one partition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.journal.packing import LONGEST_TEXT, pack, size, storable, unpack
from chalicelib.journal.record import (
    Decision,
    Ending,
    Error,
    Execution,
    StepRecord,
    Waiting,
)

SCHEMA = 1
SHARDS = 4
RETENTION = timedelta(days=90)
#: bytes that one event, all facts, one result, and all steps together may take
LARGEST_EVENT = 160_000
LARGEST_FACTS = 60_000
LARGEST_RESULT = 40_000
LARGEST_STEPS = 120_000
#: results of steps that are too many for their room are cut to this
SMALLEST_RESULT = 200

Item = dict[str, Any]
#: never changes after admission
_FIXED = (
    "pack",
    "plan",
    "mode",
    "identity",
    "event_time",
    "started",
    "element",
    "resource",
    "actor",
    "asked_by",
    "key",
    "caused_by",
    "claims",
)
#: changes as it is, where it is plain
_MOVING = (
    "status",
    "phase",
    "request",
    "attempt",
    "intent",
    "loop",
    "rest",
    "closed",
    "ms",
    "note",
)
#: maps of plain values
_RECORDS = {"waiting": Waiting, "decision": Decision, "error": Error}


def shard(execution_id: str) -> int:
    """The shard of an execution, from its id alone."""
    return ord(execution_id[-1]) % SHARDS


def day_key(execution_id: str, day: str) -> str:
    """The partition of the `recent` index for an ISO day, e.g. `2026-11-23#2`."""
    return f"{day}#{shard(execution_id)}"


def attention_key(kind: str, execution_id: str) -> str:
    """The partition of the `attention` index: `unfinished#…` or `failed#…`."""
    return f"{kind}#{shard(execution_id)}"


def to_item(execution: Execution) -> Item:
    """The whole item, without absent values."""
    item: Item = {
        "rule": execution.rule,
        "id": execution.id,
        "schema": SCHEMA,
        "day": day_key(execution.id, execution.event_time[:10]),
        "expires": _expiry(execution.started),
        **{name: storable(getattr(execution, name)) for name in _FIXED},
        "chain": execution.chain or None,
        "left_out": execution.left_out or None,
        **pack("event", execution.event, LARGEST_EVENT),
        **_changing(execution),
    }
    return {name: value for name, value in item.items() if value is not None}


def changes(execution: Execution) -> tuple[Item, list[str]]:
    """What to set and what to remove when an execution moves on or closes."""
    values = _changing(execution)
    absent = [name for name, value in values.items() if value is None]
    return {name: value for name, value in values.items() if value is not None}, absent


def from_item(item: Mapping[str, Any]) -> Execution:
    """The execution that `to_item` wrote. What was cut comes back as its mark."""
    known = {field.name for field in fields(Execution)}
    records = {name: made(**item[name]) for name, made in _RECORDS.items() if name in item}
    return Execution(
        **{name: value for name, value in item.items() if name in known}
        | records
        | {
            "event": unpack("event", item),
            "facts": unpack("facts", item),
            "targets": unpack("targets", item),
            "pending": _read_ending(item.get("pending")),
            "steps": tuple(map(_read_step, item.get("steps", []))),
            "lease": item.get("lease", ""),
            "ms": _int(item.get("ms")),
            "element": _int(item.get("element")),
            "chain": int(item.get("chain", 0)),
            "left_out": int(item.get("left_out", 0)),
        }
    )


def _changing(execution: Execution) -> Item:
    kind, due = _attention(execution)
    large = {"facts": None, "facts_zlib": None, "facts_cut": None}
    large |= {"targets": None, "targets_zlib": None, "targets_cut": None}
    return {
        **{name: storable(getattr(execution, name)) for name in _MOVING},
        **{name: _record(getattr(execution, name)) for name in _RECORDS},
        **large,
        **pack("facts", execution.facts or None, LARGEST_FACTS),
        **pack("targets", execution.targets, LARGEST_FACTS // 2),
        "pending": None if execution.pending is None else storable(_ending(execution.pending)),
        "lease": execution.lease if execution.status == "running" else None,
        "steps": _steps(execution.steps),
        "attention": attention_key(kind, execution.id) if kind else None,
        "due": due,
    }


def _attention(execution: Execution) -> tuple[str | None, str | None]:
    """Who has to look at it again, and when."""
    if execution.status == "running":
        return "unfinished", execution.lease
    if execution.waiting is not None:
        # a decision is news: it is looked at with the next tick
        decided = execution.decision
        return "unfinished", execution.waiting.until if decided is None else decided.at
    if execution.status == "failed":
        return "failed", execution.closed
    return None, None


def _expiry(started: str) -> int:
    return int((datetime.fromisoformat(started) + RETENTION).astimezone(UTC).timestamp())


def _record(record: Any) -> Item | None:
    if record is None:
        return None
    return {name: storable(value) for name, value in asdict(record).items() if value is not None}


def _ending(ending: Ending) -> Item:
    found = {"status": ending.status, "note": ending.note, "loop": ending.loop}
    return {
        **{name: value for name, value in found.items() if value is not None},
        **({} if ending.error is None else {"error": ending.error.as_dict()}),
    }


def _read_ending(item: Mapping[str, Any] | None) -> Ending | None:
    if item is None:
        return None
    error = Error(**item["error"]) if "error" in item else None
    return Ending(item["status"], error, item.get("note"), item.get("loop"))


def _steps(steps: tuple[StepRecord, ...]) -> list[Item]:
    written = [_step(step, LARGEST_RESULT) for step in steps]
    if sum(map(size, written)) <= LARGEST_STEPS:
        return written
    room = max(SMALLEST_RESULT, LARGEST_STEPS // len(steps) // 4)
    return [_step(step, room) for step in steps]


def _step(step: StepRecord, most: int) -> Item:
    values: Item = {field.name: getattr(step, field.name) for field in fields(StepRecord)}
    del values["result"]
    values["error"] = step.error.as_dict() if step.error else None
    kept = {name: value for name, value in values.items() if value is not None}
    texts: Item = storable(kept, min(most, LONGEST_TEXT))
    return texts | pack("result", step.result, most)


def _read_step(item: Mapping[str, Any]) -> StepRecord:
    known = {field.name for field in fields(StepRecord)}
    return StepRecord(
        **{name: value for name, value in item.items() if name in known}
        | {
            "result": unpack("result", item),
            "error": Error(**item["error"]) if "error" in item else None,
            "ms": int(item.get("ms", 0)),
            "attempts": int(item.get("attempts", 1)),
            "items": _int(item.get("items")),
        }
    )


def _int(value: Any) -> int | None:
    return None if value is None else int(value)
