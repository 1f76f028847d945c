"""The steps of an execution as rows of a table; below a step with inner steps, its turns.

Called by `view`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from rich.text import Text

from chalicelib.journal.packing import Cut
from chalicelib.journal.record import StepRecord
from opsloop.output import plain, styled

COLUMNS = ("STEP", "STATUS", "MS", "DOES")
#: characters of a result that are worth a line; `--json` has all of it
RESULT_WIDTH = 200
#: turns that are shown where all went well; what failed is always shown
MOST_TURNS = 10

Row = list[str | Text]


def rows(step: StepRecord) -> Iterator[Row]:
    """The step, and below it the turns of its elements."""
    turns = turns_of(step)
    error = step.error.message if step.error else None
    came = _came(error, step.note, None if turns else step.result)
    yield _row(step.id, step.status, step.ms, _about(step, turns), came)
    shown = [place for place, turn in enumerate(turns) if place < MOST_TURNS or _failed(turn)]
    for place in shown:
        yield from _turn(place, turns[place])
    if left := len(turns) - len(shown):
        yield _row("  …", "", None, f"{left} more, of which none failed", "")


def turns_of(step: StepRecord) -> list[Mapping[str, Any]]:
    """The turns of a step with inner steps, those that are under way behind the others."""
    if step.do is not None or step.items is None or isinstance(step.result, Cut):
        return []
    if isinstance(step.result, dict):
        return [*step.result["results"], *step.result.get("turns", {}).values()]
    return list(step.result or [])


def done(step: StepRecord) -> Iterator[str]:
    """The actions that a step has taken, or in observe mode would have."""
    if turns := turns_of(step):
        inner = (one for turn in turns for one in turn["steps"].values() if _did(one["status"]))
        yield from dict.fromkeys(one["do"] for one in inner if "do" in one)
    elif _did(step.status):
        yield step.do or step.id


def short(value: object) -> str:
    """A value as JSON, on a line."""
    if value is None:
        return ""
    text = json.dumps(value, default=str)
    return text if len(text) <= RESULT_WIDTH else f"{text[: RESULT_WIDTH - 1]}… (all of it: --json)"


def _did(status: str) -> bool:
    return status in ("succeeded", "observed")


def _failed(turn: Mapping[str, Any]) -> bool:
    return "error" in turn or "status" not in turn


def _about(step: StepRecord, turns: list[Mapping[str, Any]]) -> str:
    if not turns:
        return step.do or ""
    return f"{len(turns)} element{'s' if len(turns) > 1 else ''}"


def _turn(place: int, turn: Mapping[str, Any]) -> Iterator[Row]:
    steps: Mapping[str, Mapping[str, Any]] = turn["steps"]
    # why a turn ended stands beside the step that ended it
    note = "" if steps else turn.get("note", "")
    item = str(turn.get("item", ""))
    yield _row(f"  [{place}]", turn.get("status", "running"), None, item, note)
    for name, one in steps.items():
        error = one.get("error", {}).get("message")
        came = _came(error, one.get("note"), one.get("result"))
        yield _row(f"    {name}", one["status"], one.get("ms"), one.get("do", ""), came)


def _came(error: str | None, note: str | None, result: object) -> str:
    return error or note or short(result)


def _row(name: str, status: str, ms: int | None, does: str, came: str) -> Row:
    """What it does, and on a line below what came of it."""
    lines = chain([Text(plain(does))], [Text(plain(came), "dim")] if came else [])
    told = Text("\n").join(line for line in lines if line.plain)
    time = Text("" if ms is None else str(ms), justify="right")
    return [plain(name), styled(status) if status else "", time, told]
