"""A rule's plan for people: what EventBridge decides, what the function decides, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from opsloop.compiler.pushdown.explained import Asked, Explained, Judged
from opsloop.output import plain
from opsloop.tables import Rows

_BY = {"trigger": "dim", "criteria": "green", "both": "green"}
_SHARES = {"all": Text("all", "green"), "part": Text("part", "yellow"), "none": Text("no", "red")}
_WOKEN = {
    "schedule": "A schedule wakes it.",
    "topic": "A topic wakes it.",
    "manual": "People run it.",
}


def details(explained: Explained) -> RenderableType:
    """All of it."""
    heading = Text.assemble(
        (plain(explained.rule), "bold"), (f"  {plain(explained.source)}", "dim")
    )
    return Group(heading, *_eventbridge(explained), *_function(explained))


def _eventbridge(explained: Explained) -> Iterator[RenderableType]:
    if explained.pattern is None:
        yield Text(f"\nEventBridge decides nothing. {_WOKEN[explained.trigger]}", "bold")
        return
    size = f"  {explained.size:,} of {explained.most:,} characters"
    yield Text.assemble(("\nEventBridge decides", "bold"), (size, "dim"))
    yield Rows(("SAID BY", "FIELD", "WANTED"), [_field(field) for field in explained.fields])


def _field(field: Asked) -> tuple[Text, str, str]:
    by = "trigger and criteria" if field.by == "both" else field.by
    wanted = " or ".join(json.dumps(value, ensure_ascii=False) for value in field.wanted)
    return Text(by, _BY[field.by]), field.field, wanted


def _function(explained: Explained) -> Iterator[RenderableType]:
    if not explained.criteria:
        yield Text("\nThe function decides nothing: the rule has no criteria.", "bold")
        return
    again = "  and once more what is in the pattern" if explained.pattern is not None else ""
    yield Text.assemble(("\nThe function decides", "bold"), (again, "dim"))
    rows = [_criterion(criterion) for criterion in explained.criteria]
    yield Rows(("IN THE PATTERN", "CRITERION", "WHY"), rows)


def _criterion(judged: Judged) -> tuple[Text, str, str]:
    return _SHARES[judged.eventbridge], judged.criterion, "; ".join(judged.reasons)
