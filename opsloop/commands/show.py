"""`opsloop show ID`: one execution, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Group, RenderableType
from rich.text import Text

from chalicelib.journal.record import Execution, StepRecord
from opsloop.commands import options
from opsloop.output import FAILED, console, plain, print_json, styled, table

#: characters of a result that are worth a line; `--json` has all of it
RESULT_WIDTH = 100


@click.command("show")
@click.argument("execution_id", metavar="ID")
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(
    ctx: click.Context, execution_id: str, stage: str, project: Path, *, as_json: bool
) -> None:
    """Show one execution: what woke it, what it read, what it did, how it ended."""
    from opsloop.history.open import journal_of  # noqa: PLC0415 - boto3 is slow

    found = journal_of(project, stage).one(execution_id)
    if found is None:
        message = f"no execution {execution_id} in stage {stage}; `opsloop history` lists them"
        console(stderr=True).print(plain(message), style="red", soft_wrap=True)
        ctx.exit(FAILED)
    if as_json:
        print_json(asdict(found))
    else:
        console().print(details(found))


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
