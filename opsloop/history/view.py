"""Executions as people look at them: a list of many, one step by step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from chalicelib.journal.packing import Cut
from chalicelib.journal.record import UNFINISHED, Error, Execution, Waiting
from opsloop.history import step_rows
from opsloop.history.chain import Chain
from opsloop.history.chain_rows import tree
from opsloop.output import plain, styled
from opsloop.tables import Rows, grid, pairs

#: as wide as the widest status
STATUS_WIDTH = 10


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
    """What happened, or what is waited for, in a few words."""
    if one.status == "waiting" and one.waiting is not None:
        return plain(_waits_for(one.waiting))
    if one.error:
        return plain(_fault(one.error))
    loop = one.loop and f"loop {one.loop}"
    told = filter(None, (", ".join(done(one)), one.note and plain(one.note), loop))
    return "; ".join(told) or "nothing to do"


def _waits_for(waiting: Waiting) -> str:
    if waiting.reason != "approval":
        return _until(waiting)
    return f"{_until(waiting)} by {_answerers(waiting)}: {_question(waiting)}"


def _until(waiting: Waiting) -> str:
    return f"{waiting.reason} until {waiting.until[:19]}Z"


def _answerers(waiting: Waiting) -> str:
    return " or ".join(waiting.data["by"])


def _question(waiting: Waiting) -> str:
    return str(waiting.data["prompt"]) or "go on?"


def _fault(error: Error) -> str:
    return f"{error.kind} {error.step}: {error.code}: {error.message}"


def done(one: Execution) -> list[str]:
    """The actions that were taken, or in observe mode would have been."""
    return [plain(name) for step in one.steps for name in step_rows.done(step)]


def details(one: Execution, around: Chain) -> RenderableType:
    """The whole execution, for people, with the chain that it is part of."""
    parts: list[RenderableType] = [pairs(chain(_head(one), _tail(one)))]
    if one.steps:
        rows = (row for step in one.steps for row in step_rows.rows(step))
        parts += [Text(), Rows(step_rows.COLUMNS, rows)]
    if (linked := tree(one, around)) is not None:
        parts += [Text(), linked]
    return Group(*parts)


def _head(one: Execution) -> Iterator[tuple[str, str | Text]]:
    yield "id", one.id
    yield "rule", f"{one.pack}/{one.rule}"
    yield "status", styled(one.status)
    yield from _waits(one)
    if one.loop:
        yield "loop", one.loop
    if one.error:
        yield "error", _fault(one.error)
    if one.note:
        yield "note", one.note
    yield from _cause(one)


def _tail(one: Execution) -> Iterator[tuple[str, str]]:
    if one.claims:
        yield "claims", f"{one.claims}, by its user agent alone"
    yield "mode", one.mode
    yield "started", one.started
    yield "took", f"{one.ms} ms" if one.ms is not None else "not closed"
    if one.facts:
        yield "facts", step_rows.short(one.facts)
    if one.targets is not None:
        yield "targets", _targets(one)


def _targets(one: Execution) -> str:
    """What the blast radius let through, as many as fit a line, and how many it did not."""
    admitted = "" if isinstance(one.targets, Cut) else f"{len(one.targets or [])} admitted"
    left = f"{one.left_out} left out" if one.left_out else ""
    counted = ", ".join(filter(None, (admitted, left)))
    return ": ".join(filter(None, (counted, step_rows.short(one.targets))))


def _waits(one: Execution) -> Iterator[tuple[str, str]]:
    """Where an unfinished execution is, what for, and who can end that."""
    if one.status in UNFINISHED:
        yield "phase", one.phase
    if (waiting := one.waiting) is None:
        return
    behind = f", in {waiting.step}" if waiting.step else ""
    yield "waits for", f"{_until(waiting)}{behind}"
    if waiting.reason == "approval":
        yield "question", _question(waiting)
        yield "to answer", _answerers(waiting)
    if (answer := one.decision) is not None:
        said = "approved" if answer.approved else "denied"
        yield "answer", " ".join(filter(None, (said, f"by {answer.by} at {answer.at}", answer.why)))


def _cause(one: Execution) -> Iterator[tuple[str, str]]:
    yield "resource", one.resource or "-"
    yield "actor", one.actor or "-"
    if one.asked_by:
        yield "asked by", f"{one.asked_by}, by their own word"
    yield "event", f"{_event(one)} at {one.event_time}"
    yield "cause", one.identity


def _event(one: Execution) -> str:
    detail = one.event.get("detail")
    name = detail.get("eventName") if isinstance(detail, dict) else None
    words = (one.event.get("source", "?"), one.event.get("detail-type", "?"), name)
    return " / ".join(str(word) for word in words if word)
