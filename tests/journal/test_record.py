"""Transitions that must not be: they are defects, and say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.journal.record import (
    Decision,
    Ending,
    Execution,
    Waiting,
    close,
    decide,
    resume,
    suspend,
)
from tests.journal.executions import RUNNING

YES = Decision(approved=True, by="maria", at="2024-11-12T09:30:00.000Z")
ASKED = suspend(RUNNING, Waiting("approval", "2024-11-12T10:00:00.000Z", "ask"))
RESTING = suspend(RUNNING, Waiting("wait", "2024-11-12T10:00:00.000Z", "rest"))
DONE = close(RUNNING, Ending("succeeded"), closed="2024-11-12T09:10:14.000Z", ms=1)
ANSWERED = decide(ASKED, YES, attempt="a-2")


def test_an_answer_is_a_new_attempt() -> None:
    assert replace(ASKED, decision=YES, attempt="a-2") == ANSWERED


@pytest.mark.parametrize(
    ("execution", "said"),
    [
        (RUNNING, "is running and asks nothing"),
        (RESTING, "is waiting and asks nothing"),
        (DONE, "is succeeded and asks nothing"),
        (ANSWERED, "was answered by maria"),
    ],
)
def test_only_a_question_is_answered_and_once(execution: Execution, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{RUNNING.id} {said}$"):
        decide(execution, YES, attempt="a-3")


def test_what_has_ended_neither_goes_on_nor_ends_again() -> None:
    with pytest.raises(ValueError, match="is succeeded and cannot be resumed"):
        resume(DONE, request="r-2", attempt="a-2", lease="2024-11-12T10:02:00.000Z")
    with pytest.raises(ValueError, match="cannot go from succeeded to failed"):
        close(DONE, Ending("failed"), closed="2024-11-12T09:10:15.000Z", ms=1)
    with pytest.raises(ValueError, match="cannot go from running to waiting"):
        close(RUNNING, Ending("waiting"), closed="2024-11-12T09:10:15.000Z", ms=1)
    with pytest.raises(ValueError, match="is waiting and cannot be suspended"):
        suspend(ASKED, Waiting("wait", "2024-11-12T10:00:00.000Z"))
