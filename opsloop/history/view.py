"""Executions as people look at them: a list of many, one step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from chalicelib.journal.record import Error, Execution, StepRecord
from opsloop.output import plain, styled
from opsloop.tables import Rows, grid, pairs

#: characters of a result that are worth a line; `--json` has all of it
RESULT_WIDTH = 200
#: as wide as the widest status
STATUS_WIDTH = 9


class Listing:
    """A table of executions: one line for each where that fits, else two."""

    def __init__(self, executions: list[Execution]) -> None:
        self._executions = executions

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What rich prints."""
        columns = ("TIME", "STATUS", "RULE", "RESOURCE", "ID", "WHAT")
        wide = Rows(columns, [_row(one) for one in self._executions])
        yield wide if wide.fits(options.max_width) else _cards(self._executions)


def _row(one: Execution) -> list[str | Text]:
    return [_time(one), styled(one.status), one.rule, one.resource or "-", one.id, summary(one)]


def _cards(executions: list[Execution]) -> RenderableType:
    """The time over the id; beside them the rule and its resource over what was done."""
    made = grid()
    made.show_header = False
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for one in executions:
        status = styled(one.status)
        status.pad_right(STATUS_WIDTH - len(one.status))
        when = Text.assemble(_time(one), "  ", status, "\n", (one.id, "dim"))
        about = Text.assemble((one.rule, "bold"), "  ", plain(one.resource or ""))
        made.add_row(when, Text("\n").join([about, Text(summary(one))]))
    return made


def _time(one: Execution) -> str:
    return f"{one.event_time[:19]}Z"


def summary(one: Execution) -> str:
    """What happened, in a few words."""
    if one.error:
        return plain(_fault(one.error))
    return plain(one.note) if one.note else ", ".join(done(one)) or "nothing to do"


def _fault(error: Error) -> str:
    return f"{error.kind} {error.step}: {error.code}: {error.message}"


def done(one: Execution) -> list[str]:
    """The actions that were taken, or in observe mode would have been."""
    return [
        plain(step.do or step.id) for step in one.steps if step.status in ("succeeded", "observed")
    ]


def details(one: Execution) -> RenderableType:
    """The whole execution, for people."""
    steps = Rows(("STEP", "STATUS", "MS", "DOES"), [_step(step) for step in one.steps])
    return Group(pairs(_head(one)), Text(), steps) if one.steps else pairs(_head(one))


def _head(one: Execution) -> Iterator[tuple[str, str | Text]]:
    yield "id", one.id
    yield "rule", f"{one.pack}/{one.rule}"
    yield "status", styled(one.status)
    if one.error:
        yield "error", _fault(one.error)
    if one.note:
        yield "note", one.note
    yield from _cause(one)
    yield "mode", one.mode
    yield "started", one.started
    yield "took", f"{one.ms} ms" if one.ms is not None else "not closed"
    if one.facts:
        yield "facts", _short(one.facts)


def _cause(one: Execution) -> Iterator[tuple[str, str]]:
    yield "resource", one.resource or "-"
    yield "actor", one.actor or "-"
    yield "event", f"{_event(one)} at {one.event_time}"
    yield "cause", one.identity


def _event(one: Execution) -> str:
    detail = one.event.get("detail")
    name = detail.get("eventName") if isinstance(detail, dict) else None
    words = (one.event.get("source", "?"), one.event.get("detail-type", "?"), name)
    return " / ".join(str(word) for word in words if word)


def _step(step: StepRecord) -> list[str | Text]:
    """What it does, and on a line below what came of it."""
    came = step.error.message if step.error else step.note or _short(step.result)
    lines = chain([Text(step.do or "")], [Text(plain(came), "dim")] if came else [])
    does = Text("\n").join(line for line in lines if line.plain)
    return [step.id, styled(step.status), Text(str(step.ms), justify="right"), does]


def _short(value: object) -> str:
    if value is None:
        return ""
    text = json.dumps(value, default=str)
    return text if len(text) <= RESULT_WIDTH else text[: RESULT_WIDTH - 1] + "…"
