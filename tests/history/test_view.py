"""An execution in a few words, and its head: notes beside what was done, what was let through."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from chalicelib.journal.packing import Cut
from opsloop.history.chain import Chain
from opsloop.history.view import details, summary
from tests.journal.executions import RUNNING, STEP

NOTE = "trimmed to 1 of 2 targets"
DONE: dict[str, Any] = {"status": "succeeded", "steps": (STEP,)}
SAID: list[tuple[dict[str, Any], str]] = [
    (DONE, "s3.block_public_access"),
    (DONE | {"note": NOTE}, f"s3.block_public_access; {NOTE}"),
    (DONE | {"note": NOTE, "loop": "closed"}, f"s3.block_public_access; {NOTE}; loop closed"),
    ({"status": "refused", "note": "pause: all paused"}, "pause: all paused"),
    ({"status": "succeeded"}, "nothing to do"),
    ({"status": "succeeded", "loop": "closed"}, "loop closed"),
]


@pytest.mark.parametrize(("made", "said"), SAID)
def test_a_note_stands_behind_what_was_done(made: dict[str, Any], said: str) -> None:
    assert summary(replace(RUNNING, **made)) == said


TARGETS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"targets": ["i-1"], "left_out": 1}, ['targets   1 admitted, 1 left out: ["i-1"]']),
    ({"targets": ["i-1", "i-2"]}, ['targets   2 admitted: ["i-1", "i-2"]']),
    ({"targets": []}, ["targets   0 admitted: []"]),
]


@pytest.mark.parametrize(("made", "lines"), TARGETS)
def test_what_was_let_through_is_listed(made: dict[str, Any], lines: list[str]) -> None:
    assert [line for line in shown(made) if line.startswith("targets")] == lines


def test_a_long_list_is_cut_and_counted() -> None:
    (line,) = [one for one in shown({"targets": ["i-0abc"] * 1_000}) if one.startswith("targets")]
    assert line.startswith('targets   1000 admitted: ["i-0abc", ')
    assert "…" in line
    assert len(line) < 300


def test_what_did_not_fit_into_the_journal_says_so() -> None:
    cut = Cut({"cut": "90000 bytes, sha256 abc", "begins": '["i-1"'})
    (line,) = [one for one in shown({"targets": cut, "left_out": 2}) if "targets" in one]
    assert line.startswith('targets   2 left out: {"cut": "90000 bytes, sha256 abc"')


def shown(made: dict[str, Any]) -> list[str]:
    text = StringIO()
    Console(file=text, width=400, color_system=None).print(
        details(replace(RUNNING, **made), Chain([], []))
    )
    return [line.rstrip() for line in text.getvalue().splitlines()]
