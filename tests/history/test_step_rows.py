"""The steps of an execution as people read them, with the turns of inner steps below."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from chalicelib.journal.packing import Cut
from chalicelib.journal.record import Error, StepRecord, StepStatus
from opsloop.history.step_rows import COLUMNS, done, rows
from opsloop.tables import Rows

AT = "2026-11-23T10:00:00Z"
DRAIN = {"do": "aws.elbv2.deregister_targets", "status": "succeeded", "result": {}, "ms": 40}
STOP = {"do": "aws.ec2.stop_instances", "status": "succeeded", "result": {"n": 1}, "ms": 120}
REST = {"status": "succeeded"}
BROKEN = {
    "do": "aws.ec2.stop_instances",
    "status": "failed",
    "error": {"kind": "action", "step": "stop", "code": "Gone", "message": "no such instance"},
}


def turn(item: str | None, status: str | None = "succeeded", **steps: Any) -> dict[str, Any]:
    told: dict[str, Any] = {} if item is None else {"item": item}
    if status is not None:
        told["status"] = status
    if status == "failed":
        told["error"] = BROKEN["error"]
    return told | {"steps": steps}


def record(turns: Any, status: StepStatus = "succeeded", error: Error | None = None) -> StepRecord:
    items = len(turns) if isinstance(turns, list) else 1
    return StepRecord("roll", status, AT, ms=900, items=items, result=turns, error=error)


def printed(step: StepRecord) -> list[str]:
    text = StringIO()
    Console(file=text, width=90, color_system=None).print(Rows(COLUMNS, rows(step)))
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_each_turn_stands_below_its_step() -> None:
    skipped = turn("i-2", "skipped") | {"note": "item != 'i-2': item is \"i-2\""}
    turns = [turn("i-1", drain=DRAIN, rest=REST, stop=STOP), skipped, turn(None, drain=DRAIN)]
    assert printed(record(turns)) == [
        "STEP       STATUS     MS   DOES",
        "roll       succeeded  900  3 elements",
        "  [0]      succeeded       i-1",
        "    drain  succeeded   40  aws.elbv2.deregister_targets",
        "                           {}",
        "    rest   succeeded",
        "    stop   succeeded  120  aws.ec2.stop_instances",
        '                           {"n": 1}',
        "  [1]      skipped         i-2",
        "                           item != 'i-2': item is \"i-2\"",
        "  [2]      succeeded",
        "    drain  succeeded   40  aws.elbv2.deregister_targets",
        "                           {}",
    ]


def test_why_a_turn_failed_stands_beside_the_step_that_did() -> None:
    error = Error("action", "stop", "Gone", "element 0 of 1: no such instance")
    step = record([turn("i-1", "failed", rest=REST, stop=BROKEN)], "failed", error)
    assert printed(step) == [
        "STEP      STATUS     MS   DOES",
        "roll      failed     900  1 element",
        "                          element 0 of 1: no such instance",
        "  [0]     failed          i-1",
        "    rest  succeeded",
        "    stop  failed          aws.ec2.stop_instances",
        "                          no such instance",
    ]


def test_what_is_under_way_stands_behind_what_is_through() -> None:
    under_way = {"1": turn("i-2", None, drain=DRAIN)}
    kept = {"results": [turn("i-1", rest=REST)], "statuses": ["succeeded"], "turns": under_way}
    assert printed(record(kept, "running")) == [
        "STEP       STATUS     MS   DOES",
        "roll       running    900  2 elements",
        "  [0]      succeeded       i-1",
        "    rest   succeeded",
        "  [1]      running         i-2",
        "    drain  succeeded   40  aws.elbv2.deregister_targets",
        "                           {}",
    ]


def test_of_many_turns_the_first_and_those_that_failed_are_shown() -> None:
    turns = [turn(f"i-{number}", "skipped") for number in range(40)]
    turns[33] = turn("i-33", "failed", stop=BROKEN)
    lines = printed(record(turns))
    assert [line.split()[0] for line in lines[2:12]] == [f"[{place}]" for place in range(10)]
    assert lines[12:] == [
        "  [33]    failed          i-33",
        "    stop  failed          aws.ec2.stop_instances",
        "                          no such instance",
        "  …                       29 more, of which none failed",
    ]


def test_what_was_cut_is_shown_as_it_is() -> None:
    cut = record(Cut(cut="90000 bytes", begins="[{"))
    assert printed(replace(cut, items=2_000))[1:] == [
        'roll  succeeded  900  {"cut": "90000 bytes", "begins": "[{"}'
    ]


def test_what_is_too_long_for_a_line_says_where_all_of_it_is() -> None:
    step = StepRecord("one", "succeeded", AT, do="notify", result="x" * 300)
    told = "".join(line.strip() for line in printed(step)[2:])
    assert told == f'"{"x" * 198}… (all of it: --json)'


EACH = StepRecord("one", "succeeded", AT, do="notify", items=2)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (StepRecord("one", "succeeded", AT, do="notify"), ["notify"]),
        (StepRecord("one", "failed", AT, do="notify"), []),
        (replace(EACH, result=[{"steps": {}}]), ["notify"]),
        (StepRecord("ask", "succeeded", AT, result={"by": "maria"}), ["ask"]),
        (
            record([turn("a", drain=DRAIN), turn("b", "failed", drain=DRAIN, stop=BROKEN)]),
            ["aws.elbv2.deregister_targets"],
        ),
        (record([turn("a", "skipped")]), []),
        (record([]), ["roll"]),
    ],
)  # fmt: skip
def test_what_was_done(step: StepRecord, expected: list[str]) -> None:
    assert list(done(step)) == expected
