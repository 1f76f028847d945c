"""Actions as people and programs look at them at the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from chalicelib.actions.base import Permission
from opsloop.actions.doc import ActionDoc, Parameter
from opsloop.actions.lookup import Entry
from opsloop.tables import Rows

#: what an effect means after a crash, which is what it is told for
EFFECTS = {
    "read": "changes nothing",
    "idempotent": "done twice, it comes to the same",
    "token": "one token for all attempts: done once",
    "once": "never repeated after a crash",
}


def listing(entries: list[Entry]) -> RenderableType:
    """A table of many."""
    if any(one.effect for one in entries):
        rows = [(one.name, one.effect, one.summary) for one in entries]
        return Rows(("ACTION", "EFFECT", "WHAT IT DOES"), rows)
    return Rows(("SERVICE", "WHAT IT IS"), [(one.name, one.summary) for one in entries])


def details(one: ActionDoc) -> RenderableType:
    """All of one."""
    return Group(*_parts(one))


def _parts(one: ActionDoc) -> Iterator[RenderableType]:
    yield Text(one.name, style="bold")
    yield Text(one.summary)
    for paragraph in filter(None, one.text.split("\n\n")):
        yield Text(f"\n{' '.join(paragraph.split())}")
    yield from _section("with", Rows(("PARAMETER", "", "TAKES"), map(_parameter, one.parameters)))
    yield from _section("returns", Text(one.returns))
    yield from _section("effect", Text(f"{one.effect}: {EFFECTS[one.effect]}"))
    if one.touches:
        yield from _section("touches", Text("\n".join(one.touches)))
    rows = [_permission(permission) for permission in one.permissions]
    needs = Rows(("PERMISSION", "ON"), rows) if rows else Text("none")
    yield from _section("needs", needs)
    yield from _section("example", Text(one.example))


def _section(title: str, content: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold")
    yield Padding(content, (0, 0, 0, 2))


def _parameter(one: Parameter) -> tuple[str, str, Text]:
    takes = Text(f"{one.kind}. " if one.text else one.kind)
    if one.default not in (None, ""):
        takes.append(f"Default {_yaml(one.default)}. ")
    takes.append(one.text, style="dim")
    return one.name, "required" if one.required else "", takes


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _permission(one: Permission) -> tuple[str, str]:
    conditions = [
        f"{key} is {value}"
        for operands in (one.condition or {}).values()
        for key, value in operands.items()
    ]
    where = [f"{name} is {_yaml(value)}" for name, value in one.where.items()]
    only = f"  if {', '.join([*where, *conditions])}" if where or conditions else ""
    return one.action, one.resource + only


def as_json(one: ActionDoc) -> Mapping[str, Any]:
    """All of one, for programs."""
    return {**asdict(one), "parameters": [_plain(each) for each in one.parameters]}


def _plain(one: Parameter) -> Mapping[str, Any]:
    """Without the Python type, which is no JSON; `kind` says it in words."""
    return {name: value for name, value in asdict(one).items() if name != "type"}
