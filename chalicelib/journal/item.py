"""An execution as a DynamoDB item that reads well in the console, and back. Pure.

Plain attribute names and ISO times. Events, facts and results are JSON text, because
DynamoDB nests at most 32 levels and knows no floats, and events may hold anything.

Keys: partition `rule`, sort `id`. Sparse and secondary keys:
`day` + `id` (index `recent`), `resource` + `id` (index `by-resource`),
`attention` + `due` (index `attention`: unfinished and failed executions only).
`day` and `attention` end in a shard, so that a busy day is not one partition.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.journal.record import Error, Execution, StepRecord

SCHEMA = 1
SHARDS = 4
RETENTION = timedelta(days=90)
#: bytes of JSON; above the first an event is compressed, above the second it is cut
PLAIN_EVENT = 8_192
LARGEST_EVENT = 200_000
#: bytes of JSON that one fact or result may take, and all steps together
LARGEST_RESULT = 8_192
LARGEST_STEPS = 120_000

Item = dict[str, Any]


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
        **_plain(execution),
        **_event(execution.event),
        **_changing(execution),
    }
    return {name: value for name, value in item.items() if value is not None}


def changes(execution: Execution) -> tuple[Item, list[str]]:
    """What to set and what to remove when an execution moves on or closes."""
    values = _changing(execution)
    absent = [name for name, value in values.items() if value is None]
    return {name: value for name, value in values.items() if value is not None}, absent


def from_item(item: Mapping[str, Any]) -> Execution:
    """The execution that `to_item` wrote. A cut event comes back as its mark."""
    known = {field.name for field in fields(Execution)}
    values = {name: value for name, value in item.items() if name in known}
    error = item.get("error")
    return Execution(
        **values
        | {
            "event": _read_event(item),
            "facts": json.loads(item["facts"]) if "facts" in item else None,
            "steps": tuple(map(_read_step, item.get("steps", []))),
            "error": Error(**error) if error else None,
            "lease": item.get("lease", ""),
            "ms": _int(item.get("ms")),
            "element": _int(item.get("element")),
        }
    )


def _plain(execution: Execution) -> Item:
    return {
        name: getattr(execution, name)
        for name in (
            "pack",
            "plan",
            "mode",
            "identity",
            "event_time",
            "started",
            "request",
            "attempt",
            "key",
            "element",
            "resource",
            "actor",
        )
    }


def _changing(execution: Execution) -> Item:
    kind, due = _attention(execution)
    return {
        "status": execution.status,
        "lease": execution.lease if execution.status == "running" else None,
        "facts": _json(execution.facts) if execution.facts else None,
        "steps": _steps(execution.steps),
        "closed": execution.closed,
        "ms": execution.ms,
        "error": execution.error.as_dict() if execution.error else None,
        "note": execution.note,
        "attention": attention_key(kind, execution.id) if kind else None,
        "due": due,
    }


def _attention(execution: Execution) -> tuple[str | None, str | None]:
    if execution.status == "running":
        return "unfinished", execution.lease
    if execution.status == "failed":
        return "failed", execution.closed
    return None, None


def _expiry(started: str) -> int:
    return int((datetime.fromisoformat(started) + RETENTION).astimezone(UTC).timestamp())


def _event(event: Mapping[str, Any]) -> Item:
    text = json.dumps(event, separators=(",", ":"), default=str)
    if len(text) <= PLAIN_EVENT:
        return {"event": text}
    packed = zlib.compress(text.encode(), 6)
    if len(packed) <= LARGEST_EVENT:
        return {"event_zlib": packed}
    return {
        "event": text[:PLAIN_EVENT],
        "event_cut": f"{len(text)} bytes, sha256 {hashlib.sha256(text.encode()).hexdigest()}",
    }


def _read_event(item: Mapping[str, Any]) -> Mapping[str, Any]:
    if "event_cut" in item:
        return {"cut": item["event_cut"], "begins": item["event"]}
    if "event_zlib" in item:
        event: Mapping[str, Any] = json.loads(zlib.decompress(bytes(item["event_zlib"])))
        return event
    loaded: Mapping[str, Any] = json.loads(item["event"])
    return loaded


def _json(value: Any, most: int = LARGEST_RESULT) -> str:
    text = json.dumps(value, separators=(",", ":"), default=str)
    if len(text) <= most:
        return text
    return json.dumps({"cut": f"{len(text)} bytes", "begins": text[: most // 2]})


def _steps(steps: tuple[StepRecord, ...]) -> list[Item]:
    written = [_step(step, LARGEST_RESULT) for step in steps]
    if sum(len(step.get("result", "")) for step in written) <= LARGEST_STEPS:
        return written
    return [_step(step, LARGEST_STEPS // len(steps)) for step in steps]


def _step(step: StepRecord, most: int) -> Item:
    values: Item = {field.name: getattr(step, field.name) for field in fields(StepRecord)}
    values["result"] = None if step.result is None else _json(step.result, most)
    values["error"] = step.error.as_dict() if step.error else None
    return {name: value for name, value in values.items() if value is not None}


def _read_step(item: Mapping[str, Any]) -> StepRecord:
    return StepRecord(
        **dict(item)
        | {
            "result": json.loads(item["result"]) if "result" in item else None,
            "error": Error(**item["error"]) if "error" in item else None,
            "ms": int(item.get("ms", 0)),
            "attempts": int(item.get("attempts", 1)),
            "items": _int(item.get("items")),
        }
    )


def _int(value: Any) -> int | None:
    return None if value is None else int(value)
