"""Values become types: what samples show, alone and beside what a schema says. Pure.

A sample proves that a field is there and of what kind, and not that there is none besides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chalicelib.expressions.values import kind
from opsloop.catalogue.keyed import KEYED_BY_DATA
from opsloop.expressions.types import STRING, TIME, Type

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")


def shown(values: Sequence[Any], name: str = "") -> Type | None:
    """What values of one place show of it; None where they show nothing, or differ in kind.

    An empty text shows nothing: S3's `acl` is one in some records, and a list in others.
    """
    there = [value for value in values if value is not None and value != ""]
    kinds = {kind(value) for value in there}
    if len(kinds) != 1:
        return None
    match kinds.pop():
        case "object":
            return _map(there, name)
        case "array":
            return Type("array", items=shown([each for value in there for each in value]))
        case "string":
            return TIME if all(map(_TIME.fullmatch, there)) else STRING
        case only:
            return Type(only)


def _map(values: Sequence[dict[str, Any]], name: str) -> Type:
    fields = dict.fromkeys(key for value in values for key in value)
    if not fields or name.lower() in KEYED_BY_DATA:
        return Type("object")
    known = {key: shown([value.get(key) for value in values], key) for key in sorted(fields)}
    return Type("object", known, open=True)


def beside(sample: Type | None, schema: Type | None) -> Type | None:
    """What is known of a value of which both tell."""
    if sample is None or schema is None:
        return None  # "anything", whoever of them says it
    if sample.kind != schema.kind:
        return None
    match sample.kind:
        case "object":
            return _maps(sample, schema)
        case "array":
            items = beside(sample.items, schema.items) if sample.items else schema.items
            return Type("array", items=items)
    return sample


def _maps(sample: Type, schema: Type) -> Type:
    if schema.fields is None:
        return Type("object")
    if sample.fields is None:
        return schema
    fields = {
        name: beside(sample.fields[name], schema.fields[name])
        if name in sample.fields and name in schema.fields
        else sample.fields.get(name, schema.fields.get(name))
        for name in sorted({**sample.fields, **schema.fields})
    }
    return Type("object", fields, open=True)
