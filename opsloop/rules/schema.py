"""The JSON Schemas by which editors complete rules and settings, made from the models.

`opsloop schema` prints them; rules/rule.schema.json and rules/opsloop.schema.json are these
texts. The same models give the same bytes.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from opsloop.rules import steps, triggers
from opsloop.rules.fields import JsonSchema, Model
from opsloop.rules.later import NOT_YET
from opsloop.rules.model import Rule
from opsloop.rules.settings import INHERITED, Settings
from opsloop.rules.source import read

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXPRESSION = {"$ref": "#/$defs/Expression"}
_CRITERIA = {"$ref": "#/$defs/Criteria"}
_SEVERAL = {"type": "array", "items": _CRITERIA, "minItems": 1}
#: what the raw fields hold; pydantic knows them as anything
RAW: dict[str, JsonSchema] = {
    "Expression": {
        "description": "An expression: JMESPath over the names in scope, never with ${}.",
        "type": ["string", "number", "boolean"],
    },
    "Criteria": {
        "description": "An expression, a list that has to hold as a whole, or any, all, not.",
        "anyOf": [
            _EXPRESSION,
            _SEVERAL,
            {
                "type": "object",
                "properties": {"any": _SEVERAL, "all": _SEVERAL, "not": _CRITERIA},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ],
    },
    "Template": {"description": "A text; ${expression} inside of it.", "type": "string"},
    "Value": {"description": "Any value; ${expression} inside of its texts."},
    "Plain": {"description": "Any value, as it is."},
}
#: our own titles; pydantic makes more
_OURS = ("An opsloop", "opsloop's")
#: models of which exactly one key of these is given
_ONE_OF = {"When": triggers.KINDS, "Step": steps.KINDS}


def render() -> str:
    """The schema of a rule file."""
    schema = _schema(Rule, "An opsloop rule")
    schema["required"] = [key for key in schema["required"] if key not in INHERITED]
    return _text(schema)


def render_settings() -> str:
    """The schema of rules/opsloop.yaml."""
    return _text(_schema(Settings, "opsloop's stage settings"))


def _text(schema: JsonSchema) -> str:
    return json.dumps(_tidied(schema), indent=2, ensure_ascii=False) + "\n"


def _schema(model: type[Model], title: str) -> JsonSchema:
    made = marked(model)
    del made["title"]
    return {"$schema": DIALECT, "title": title, **made}


def marked(model: type[Model]) -> JsonSchema:
    """The schema of a model with pydantic's titles and our marks still in it, for `docs`."""
    made = model.model_json_schema(schema_generator=_Generator)
    raw = {name: RAW[name] for name in sorted(_raw_names(made))}
    definitions = {**made.pop("$defs", {}), **raw}
    return {**made, "$defs": definitions}


class _Generator(GenerateJsonSchema):
    """Pydantic's, with the marks that a model's keys have here."""

    def model_schema(self, schema: Any) -> JsonSchema:
        made = super().model_schema(schema)
        model = schema["cls"]
        for key, one in made["properties"].items():
            later = NOT_YET.get((model, key))
            if later:
                one["description"] += f" ({later.mark})"
        if kinds := _ONE_OF.get(model.__name__):
            made["oneOf"] = [{"required": [kind]} for kind in kinds]
        return made


def _raw_names(schema: Any) -> set[str]:
    """The raw types that a schema names, and those that they name."""
    if isinstance(schema, list):
        return set().union(*map(_raw_names, schema))
    if not isinstance(schema, dict):
        return set()
    found = set().union(*map(_raw_names, schema.values()))
    if name := schema.get("x-ref"):
        found |= {name, "Expression"} if name == "Criteria" else {name}
    return found


def _tidied(schema: Any, *, names: bool = False) -> Any:
    """Without titles, marks and empty defaults; examples as the values that they show.

    `names` says that the keys are names of the user's, not of the schema language.
    """
    if isinstance(schema, list):
        return [_tidied(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {key: _tidied(value) for key, value in schema.items()}
    tidied: JsonSchema = {}
    for key, value in schema.items():
        tidied |= _keyword(key, value)
    if "patternProperties" in tidied:
        tidied["additionalProperties"] = False
    return tidied


def _keyword(key: str, value: Any) -> JsonSchema:
    """One keyword of the schema language as it is written, which may be not at all."""
    if key == "x-ref":
        return {"$ref": f"#/$defs/{value}"}
    if key == "examples":
        return {key: [_example(one) for one in value]}
    if key == "title" and not value.startswith(_OURS):
        return {}
    if key in ("x-kind", "propertyNames") or (key == "default" and value in (None, [], {}, False)):
        return {}
    named = key in ("properties", "patternProperties", "$defs")
    return {key: _tidied(value, names=named)}


def _example(text: str) -> Any:
    return read(f"example: {text}", "an example").data["example"]
