"""Events of the library as people and programs look at them at the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from opsloop.catalogue import schemas
from opsloop.catalogue.entries import Entry, fields
from opsloop.output import plain
from opsloop.tables import Rows, pairs


def listing(entries: Sequence[Entry]) -> RenderableType:
    """A table of many."""
    rows = [(one.name, one.known_from, one.detail_type) for one in entries]
    return Rows(("EVENT", "KNOWN FROM", "DETAIL-TYPE"), rows)


def details(one: Entry) -> RenderableType:
    """All of one."""
    return Group(*_parts(one))


def when(one: Entry) -> str:
    """The trigger that waits for it, in YAML."""
    if one.call is not None:
        return f"when:\n  api: {one.name}"
    return f"when:\n  event:\n    source: [{one.source}]\n    detail-type: [{one.detail_type}]"


def _parts(one: Entry) -> Iterator[RenderableType]:
    yield Text(one.name, style="bold")
    yield pairs([("source", one.source), ("detail-type", one.detail_type), *_tellers(one)])
    yield from _section("trigger", Text(when(one)))
    rows = [(each.path, each.type, each.known_from) for each in fields(one)]
    yield from _section("fields", Rows(("FIELD", "TYPE", "KNOWN FROM"), rows))
    for sample in one.samples:
        text = json.dumps(sample.payload, indent=2, ensure_ascii=False)
        lines = "\n".join(map(plain, text.split("\n")))
        yield from _section(f"sample {sample.name}", Text(lines))


def _tellers(one: Entry) -> Iterator[tuple[str, str]]:
    if one.has_schema:
        content = schemas.content()
        yield "schema", f"{content['package']} {content['version']} ({content['licence']})"
    yield from (("sample", f"{sample.name}: {sample.url}") for sample in one.samples)


def _section(title: str, content: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold")
    yield Padding(content, (0, 0, 0, 2))


def as_row(one: Entry) -> Mapping[str, Any]:
    """One of many, for programs."""
    return {
        "name": one.name,
        "source": one.source,
        "detail_type": one.detail_type,
        "call": one.call,
        "schema": one.has_schema,
        "samples": [sample.name for sample in one.samples],
    }


def as_json(one: Entry) -> Mapping[str, Any]:
    """All of one, for programs."""
    return {
        **as_row(one),
        "when": when(one),
        "fields": [asdict(each) for each in fields(one)],
        "samples": [asdict(sample) for sample in one.samples],
    }
