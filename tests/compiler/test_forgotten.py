"""Texts that are expressions without their `${}`, and texts that only look like one."""

from __future__ import annotations

import pytest

from opsloop.compiler.forgotten import find
from opsloop.expressions.types import STRING, Names, Type, elsewhere
from opsloop.problems import Fault

DETAIL = Type("object", {"state": STRING}, open=True)
LATER = elsewhere("which runs later", "an earlier one")
NAMES: Names = {
    "event": Type("object", {"id": STRING, "detail": DETAIL}),
    "params": Type("object", {"table": STRING}),
    "steps": Type("object", {"done": None, "late": LATER}),
    "region": STRING,
}

FORGOTTEN = [
    "event.detail.state",
    # a path that is wrong inside is no text for that
    "event.detail.staet",
    "event.detail.state.name",
    "event.detail.reason",
    "$event.id",
    "params.table",
    "steps.done.result",
    "lower(event.detail.staet)",
]


@pytest.mark.parametrize("text", FORGOTTEN)
def test_what_is_an_expression(text: str) -> None:
    meant = f"${{{text}}}"
    fault = Fault(f"`{text}`, an expression as a text", meant, meant, ("a", 0))
    assert list(find({"a": [text]}, NAMES)) == [fault]


TEXTS = [
    "region",
    "event.json",
    "params.yaml",
    "steps.late",
    "alarm.state",
    "an event.detail.state",
    "f(x)",
    "lower('a')",
    "${event.id}",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_a_text(text: str) -> None:
    assert list(find(text, NAMES)) == []
