"""The types of single values: names, durations, expressions, templates, one or many.

Each refuses with what was found and what was expected, and knows its JSON Schema. Expressions
and templates stay raw: `opsloop.expressions` reads them, with their places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from chalicelib.expressions.times import seconds_of
from opsloop.rules.words import Refused, Unquoted, said

T = TypeVar("T")
JsonSchema = dict[str, Any]
_AMOUNT = r"[0-9]{1,6}(\.[0-9]{1,3})?"
DURATION = rf"(?=.)({_AMOUNT}d)?({_AMOUNT}h)?({_AMOUNT}m)?({_AMOUNT}s)?"
IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"
RULE_NAME = r"[a-z](-?[a-z0-9])*"


class Model(BaseModel):
    """A map of the rule language: unknown keys and other types than asked for are faults."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.rstrip("_"),
        hide_input_in_errors=True,
    )


def key(meaning: str, example: str | None = None, **more: Any) -> Any:
    """One key of a map: what it means, an example as YAML has it, else pydantic's arguments."""
    return Field(description=meaning, examples=None if example is None else [example], **more)


class _Given:
    """A key that may be left out, but not left empty: null is no value of it."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        inner = [one for one in get_args(source) if one is not type(None)]
        return handler.generate_schema(inner[0])


Given = Annotated[T | None, _Given()]


class Short:
    """A map that may be written as the value of its one main key."""

    def __init__(self, main: str, schema: JsonSchema) -> None:
        self.main, self.schema = main, schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        widen = BeforeValidator(self._widened)
        return handler.generate_schema(Annotated[source, widen])

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchema:
        return {"anyOf": [self.schema, handler(schema)]}

    def _widened(self, value: Any) -> Any:
        return value if isinstance(value, dict) else {self.main: value}


class _OneOrMany:
    """One value where a list may stand: it is the list of itself."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        widen = BeforeValidator(lambda value: value if isinstance(value, list) else [value])
        return handler.generate_schema(Annotated[source, widen, AfterValidator(_some)])

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchema:
        many = handler(schema)
        return {"anyOf": [many["items"], {**many, "minItems": 1}]}


def _some(values: list[Any]) -> list[Any]:
    if not values:
        raise Refused("an empty list", "at least one value")
    return values


OneOrMany = Annotated[list[T], _OneOrMany()]
Some = Annotated[list[T], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]


def matching(
    kind: str, pattern: str, expected: str, mend: Callable[[str], str] | None = None
) -> Any:
    """A text that matches as a whole; `mend` makes the correction where it then matches.

    `kind` is what the reference calls it.
    """
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if compiled.fullmatch(text):
            return text
        mended = mend(text) if mend else ""
        raise Refused(said(text), expected, mended if compiled.fullmatch(mended) else None)

    schema = WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "x-kind": kind})
    return Annotated[str, AfterValidator(check), schema]


def _seconds(value: Any) -> float:
    """A duration in seconds."""
    if isinstance(value, str) and re.fullmatch(DURATION, value) and (seconds := seconds_of(value)):
        return seconds
    expected = "a duration, longest unit first, such as 90s, 15m, 1h30m or 2d"
    raise Refused(said(value), expected, _as_duration(value))


def _as_duration(value: Any) -> str | None:
    """What was probably meant by `300`, `15 min` or `1 hour 30 minutes`."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"{value}s"
    parts = re.findall(r"(\d+)\s*([dhms])[a-z]*", str(value).lower())
    text = "".join(map("".join, parts))
    meant = re.fullmatch(r"(\d+\s*[a-z]+[\s,]*)+", str(value).lower())
    return text if meant and re.fullmatch(DURATION, text) and seconds_of(text) else None


Duration = Annotated[
    float,
    PlainValidator(_seconds),
    WithJsonSchema({"type": "string", "pattern": f"^{DURATION}$", "x-kind": "duration"}),
]


def _expression(value: Any) -> Any:
    if isinstance(value, str | int | float) and value != "":
        return value
    raise Unquoted(said(value), "an expression; one that starts with [ or { stands in quotes")


def _something(value: Any) -> Any:
    if value is None or value in ([], {}, ""):
        raise Refused(said(value), "an expression, or a list of them")
    return value


def _template(value: Any) -> Any:
    if isinstance(value, str) and value:
        return value
    raise Refused(said(value), "a text")


def identifier(text: str) -> str:
    """A text made into an identifier."""
    joined = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
    return f"_{joined}" if joined[:1].isdigit() else joined


def dashed(text: str) -> str:
    """A text made into a rule's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _ref(name: str) -> WithJsonSchema:
    return WithJsonSchema({"x-ref": name})


Text = Annotated[str, Field(min_length=1)]
Name: Any = matching("name", IDENTIFIER, "a name of letters, digits and _", identifier)
#: an expression, never `${}`; raw
Expression = Annotated[Any, AfterValidator(_expression), _ref("Expression")]
#: one expression, or a list, or any/all/not; raw
Criteria = Annotated[Any, AfterValidator(_something), _ref("Criteria")]
#: a text with `${}`; raw
Template = Annotated[Any, AfterValidator(_template), _ref("Template")]
#: any value, with `${}` in its texts; raw
Raw = Annotated[Any, _ref("Value")]
#: any value, as it is
Plain = Annotated[Any, _ref("Plain")]
