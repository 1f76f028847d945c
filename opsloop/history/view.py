"""Executions as people look at them: a list of many, one step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from chalicelib.journal.record import Execution, StepRecord
from opsloop.output import plain, styled, table

#: characters of a result that are worth a line; `--json` has all of it
RESULT_WIDTH = 100


def listing(executions: list[Execution]) -> RenderableType:
    """A table of executions, for people."""
    columns = ("TIME", "RULE", "STATUS", "RESOURCE", "WHAT", "ID")
    return table(columns, [_row(one) for one in executions])


def _row(one: Execution) -> list[str | Text]:
    time = one.event_time[:19].replace("T", " ")
    return [time, one.rule, styled(one.status), one.resource or "", summary(one), one.id]


def summary(one: Execution) -> str:
    """What happened, in a few words."""
    if one.error:
        return f"{one.error.step}: {one.error.code}: {one.error.message}"
    if one.note:
        return one.note
    acted = [step.do or step.id for step in one.steps if step.status in ("succeeded", "observed")]
    return plain(", ".join(acted) or "nothing to do")


def details(one: Execution) -> RenderableType:
    """The whole execution, for people."""
    head = table(("", ""), _head(one))
    head.show_header = False
    steps = table(("STEP", "STATUS", "MS", "DOES", ""), [_step(step) for step in one.steps])
    return Group(head, Text(), steps)


def _head(one: Execution) -> Iterator[tuple[str, str | Text]]:
    yield "rule", f"{one.pack}/{one.rule}"
    yield "status", styled(one.status)
    if one.error:
        yield "error", f"{one.error.step}: {one.error.code}: {one.error.message}"
    if one.note:
        yield "note", one.note
    yield "resource", one.resource or "-"
    yield "actor", one.actor or "-"
    yield "event", f"{_event(one)} at {one.event_time}"
    yield "cause", one.identity
    yield "mode", one.mode
    yield "started", one.started
    yield "took", f"{one.ms} ms" if one.ms is not None else "not closed"
    if one.facts:
        yield "facts", _short(one.facts)


def _event(one: Execution) -> str:
    detail = one.event.get("detail")
    name = detail.get("eventName") if isinstance(detail, dict) else None
    words = (one.event.get("source", "?"), one.event.get("detail-type", "?"), name)
    return " / ".join(str(word) for word in words if word)


def _step(step: StepRecord) -> list[str | Text]:
    shown = step.error.message if step.error else step.note or _short(step.result)
    return [step.id, styled(step.status), str(step.ms), step.do or "", shown]


def _short(value: object) -> str:
    if value is None:
        return ""
    text = json.dumps(value, default=str)
    return text if len(text) <= RESULT_WIDTH else text[: RESULT_WIDTH - 1] + "…"
