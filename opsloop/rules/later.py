"""What the language has and opsloop does not do yet: refused with its place, never ignored.

An issue that builds one of them deletes its row. Called by `project`, `schema` and `docs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from opsloop.problems import Path, Problem
from opsloop.rules.fields import Model
from opsloop.rules.model import Rule
from opsloop.rules.shape import models_in
from opsloop.rules.source import Source
from opsloop.rules.triggers import Alarm, When


def _always(_: Any) -> bool:
    return True


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


@dataclass(frozen=True, slots=True)
class Later:
    """Why a key is refused: what to write instead, and which of its values are meant."""

    instead: str
    values: Callable[[Any], bool] = _always
    #: the values in words, where not all are meant
    label: str = ""

    @property
    def mark(self) -> str:
        """As the reference has it behind a key's meaning."""
        return f"Not yet: {self.label}." if self.label else "Not yet."


NOT_YET: dict[tuple[type[Model], str], Later] = {
    (Rule, "when"): Later("one trigger, and a rule file for each", _is_list, "a list"),
    (When, "bus"): Later("the default event bus"),
    (When, "timezone"): Later("hours in UTC"),
    (When, "queue"): Later("topic, event or another trigger"),
    (When, "webhook"): Later("topic, event or another trigger"),
    (Alarm, "create"): Later("the names of alarms that exist"),
    (Alarm, "via"): Later("events or topic", "direct".__eq__, "direct"),
}


def find(source: Source, model: type[Model]) -> Iterator[tuple[Path, Problem]]:
    """What of a file comes later, with its paths."""
    for owner, path in models_in(source.data, model):
        value = source.at(path)
        for key in value:
            row = NOT_YET.get((owner, key))
            if row and row.values(value[key]) is True:
                yield (*path, key), _problem(source, (*path, key), row)


def _problem(source: Source, path: Path, row: Later) -> Problem:
    label = f"{path[-1]}: {row.label}" if row.label else f"{path[-1]}"
    found = f"'{label}', which opsloop does not do yet"
    return Problem(source.place(path, key=True), found, row.instead)
