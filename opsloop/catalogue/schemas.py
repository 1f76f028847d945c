"""EventBridge's published schemas, as `build` packed them. Called by `events` and `entries`.

They lag behind AWS, and were in part inferred from events: whatever they say is doubtful.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opsloop.catalogue.keyed import KEYED_BY_DATA
from opsloop.expressions.types import Type, either

PATH = Path(__file__).parent / "schemas.json.gz"


@functools.cache
def content() -> Mapping[str, Any]:
    """The file: its package, version, licence, shapes and events (3 ms)."""
    import orjson  # noqa: PLC0415 - policy_sentry brings it

    loaded: Mapping[str, Any] = orjson.loads(gzip.decompress(PATH.read_bytes()))
    return loaded


@functools.cache
def names() -> Mapping[str, Mapping[str, list[str]]]:
    """What EventBridge's registry calls the schemas, by source and detail-type."""
    return {
        source: {kind: [name for name, _ in each] for kind, each in by_type.items()}
        for source, by_type in content()["events"].items()
    }


@functools.cache
def detail(source: str, detail_type: str) -> Type | None:
    """What the schemas say of an event's `detail`; None where there is none of it."""
    found = content()["events"].get(source, {}).get(detail_type, ())
    return either([_shape(number) for _, number in found]) if found else None


@functools.cache
def _shape(number: int) -> Type:
    fields = content()["shapes"][number]
    return Type(
        "object",
        {name: _field(name, code) for name, code in map(_named, fields.items())},
        open=True,
        doubtful=True,
    )


def _named(field: tuple[str, Any]) -> tuple[str, Any]:
    """A question mark says that the field may be missing, as any may to a rule."""
    return field[0].removesuffix("?"), field[1]


def _field(name: str, code: Any) -> Type | None:
    known = _type(code)
    if known is not None and known.kind == "object" and name.lower() in KEYED_BY_DATA:
        return Type("object", doubtful=True)
    return known


def _type(code: Any) -> Type | None:
    match code:
        case "any":
            return None
        case str():
            return Type(code, doubtful=True)
        case int():
            return _shape(code)
        case ["list", of]:
            return Type("array", items=_type(of), doubtful=True)
        case ["map", _]:
            return Type("object", doubtful=True)
        case ["either", *codes]:
            return either([_type(each) for each in codes])
    raise ValueError(f"{PATH}: found the code {code!r}")
