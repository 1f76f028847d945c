"""A trigger in a few words, and a step. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from opsloop.rules.durations import spelled
from opsloop.rules.steps import Step
from opsloop.rules.triggers import Alarm, When

_HEAD = ("source", "detail-type")


def trigger(when: When) -> tuple[str, list[str]]:
    """What wakes a rule: the kind, and lines that say what of it."""
    kind = when.kind
    if when.event is not None:
        return kind, list(_event(when.event))
    if when.api:
        errors = {"ignore": [], "only": ["that fail"], "any": ["failed or not"]}[when.errors]
        return kind, [*when.api, *errors]
    if when.alarm is not None:
        return kind, list(_alarm(when.alarm))
    if when.manual is not None:
        return kind, [*when.manual.parameters] or ["by people"]
    said = when.schedule or when.topic or when.queue or (when.webhook and when.webhook.name)
    return kind, [str(said)]


def _alarm(alarm: Alarm) -> Iterator[str]:
    before = f"{' or '.join(alarm.from_)} " if alarm.from_ else ""
    *names, last = alarm.names or ["of this rule"]
    yield from names
    yield f"{last} {before}→ {' or '.join(alarm.to)}"


def _event(pattern: Mapping[str, Any]) -> Iterator[str]:
    """Source and detail-type as they are, and each further field with what it may hold."""
    for name in _HEAD:
        if name in pattern:
            yield _values(pattern[name])
    rest = {name: below for name, below in pattern.items() if name not in _HEAD}
    yield from _fields(rest, "")


def _fields(pattern: Mapping[str, Any], place: str) -> Iterator[str]:
    for name, below in pattern.items():
        at = name if place in ("", "detail") else f"{place}.{name}"
        if name == "$or" and isinstance(below, list):
            yield f"{len(below)} alternatives"
        elif isinstance(below, Mapping):
            yield from _fields(below, at)
        else:
            yield f"{at}: {_values(below)}"


def _values(values: Any) -> str:
    each = values if isinstance(values, list) else [values]
    return ", ".join(one if isinstance(one, str) else json.dumps(one) for one in each)


def step(given: Step) -> tuple[str, str]:
    """What a step does, and to whom or for how long."""
    if given.do is not None:
        to = given.with_.get("to") if given.do == "notify" else None
        return given.do, f"→ {to}" if isinstance(to, str) else ""
    if given.wait is not None:
        return "wait", spelled(given.wait)
    if given.approve is not None:
        return "approve", f"by {', '.join(given.approve.by)}"
    if given.fail is not None:
        return "fail", given.fail
    if given.steps:
        return f"for each {given.as_}", f"of {given.for_each}"
    return given.kind, ""
