"""docs/rules.md: the reference of every key, made from the models, behind a written introduction.

The same models give the same bytes. Called by whoever writes the generated files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from opsloop.rules.fields import JsonSchema, Model
from opsloop.rules.guards import (
    Blast,
    Breaker,
    Cooldown,
    Guard,
    Lock,
    Rate,
    Resources,
    Verify,
    Window,
)
from opsloop.rules.later import NOT_YET
from opsloop.rules.model import Each, Rule
from opsloop.rules.schema import marked
from opsloop.rules.settings import INHERITED, Approvers, Pack, Settings, Stage
from opsloop.rules.steps import Approve, Fact, Retry, Step
from opsloop.rules.triggers import Alarm, CreatedAlarm, Manual, Webhook, When

INTRODUCTION = Path(__file__).parents[2] / "docs" / "_rules_intro.md"

#: in the order in which one reads them; each under the title that leads to it
_SECTIONS: dict[str, tuple[type[Model], ...]] = {
    "Rule": (Rule, Each),
    "Triggers": (When, Alarm, CreatedAlarm, Webhook, Manual),
    "Facts and steps": (Fact, Step, Retry, Approve),
    "Guards and verification": (
        Guard, Cooldown, Rate, Lock, Blast, Resources, Window, Breaker, Verify,
    ),
    "Settings": (Settings, Stage, Approvers, Pack),
}  # fmt: skip
_TITLES = {
    Rule: "A rule: `rules/<pack>/<rule>.yaml`",
    Each: "`each`",
    When: "`when`",
    Alarm: "`when.alarm`",
    CreatedAlarm: "`when.alarm.create`",
    Webhook: "`when.webhook`",
    Manual: "`when.manual`",
    Fact: "`facts.<name>`",
    Step: "`then`, `on_failure`, `finally`: a step",
    Retry: "`retry`",
    Approve: "`approve`",
    Guard: "`guard`",
    Cooldown: "`guard.cooldown`",
    Rate: "`guard.rate`",
    Lock: "`guard.lock`",
    Blast: "`guard.blast`",
    Resources: "`guard.only`, `guard.except`",
    Window: "`guard.window`",
    Breaker: "`guard.breaker`",
    Verify: "`verify`",
    Settings: "`rules/opsloop.yaml`",
    Stage: "`stages.<name>`",
    Approvers: "`stages.<name>.approvers`",
    Pack: "`rules/<pack>/pack.yaml`",
}
_LABELS = {When: "trigger", CreatedAlarm: "alarm to create"}
_RAW_WORDS = {
    "Expression": "expression",
    "Criteria": "criteria",
    "Template": "text with `${}`",
    "Value": "anything, with `${}`",
    "Plain": "anything",
}
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


def render() -> str:
    """The whole page."""
    parts = [INTRODUCTION.read_text(encoding="utf-8").rstrip()]
    for title, models in _SECTIONS.items():
        parts += [f"## {title}", *(_section(model) for model in models)]
    return "\n\n".join([*parts, _later()]) + "\n"


def _section(model: type[Model]) -> str:
    schema = marked(model)
    if "$ref" in schema:
        schema = schema["$defs"][model.__name__]
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    required = schema.get("required", [])
    rows = [
        _row(model, key, fields[key], one, required=key in required)
        for key, one in schema["properties"].items()
    ]
    header = ["| key | type | default | meaning |", "|---|---|---|---|"]
    return "\n".join([f"### {_TITLES[model]}", "", schema["description"], "", *header, *rows])


def _row(
    model: type[Model], key: str, field: FieldInfo, schema: JsonSchema, *, required: bool
) -> str:
    meaning = str(field.description)
    if field.examples:
        meaning += f" Such as `{field.examples[0]}`."
    if later := NOT_YET.get((model, key)):
        meaning += f" **{later.mark}**"
    default = _default(model, key, schema, required=required)
    return _cells(f"`{key}`", _type(schema), default, meaning)


def _default(model: type[Model], key: str, schema: JsonSchema, *, required: bool) -> str:
    if required:
        return "required, or the pack's" if model is Rule and key in INHERITED else "required"
    value = schema.get("default")
    if value in (None, [], {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{', '.join(value) if isinstance(value, list) else value}`"


def _cells(*cells: str) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _type(schema: JsonSchema) -> str:
    """A schema in words."""
    if kind := schema.get("x-kind"):
        return str(kind)
    if name := schema.get("x-ref"):
        return _RAW_WORDS[name]
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return _link(name)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    return _composite(schema)


def _composite(schema: JsonSchema) -> str:
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("type") == "object":
        named = schema.get("patternProperties")
        inner: Any = next(iter(named.values())) if named else schema["additionalProperties"]
        return f"map of {'names to ' if named else ''}{_type(inner)}"
    return _TYPES[schema["type"]]


def _link(name: str) -> str:
    model, title = next(item for item in _TITLES.items() if item[0].__name__ == name)
    anchor = "".join(one for one in title.lower() if one.isalnum() or one in " -_").replace(
        " ", "-"
    )
    return f"[{_LABELS.get(model, name.lower())}](#{anchor})"


def _later() -> str:
    rows = [
        _cells(_TITLES[model], f"`{key}`" + (f": {row.label}" if row.label else ""), row.instead)
        for (model, key), row in NOT_YET.items()
    ]
    intro = "Part of the language, known to editors, and refused by `opsloop compile` for now."
    return "\n".join(
        ["## Not yet", "", intro, "", "| where | key | instead |", "|---|---|---|", *rows]
    )
