"""What `opsloop events` finds by a name: one event of the library, or a list to choose from."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from opsloop.catalogue import samples, schemas
from opsloop.catalogue.cloudtrail import PARTS, record
from opsloop.catalogue.events import detail_of
from opsloop.catalogue.samples import Sample
from opsloop.catalogue.shapes import shown
from opsloop.expressions.absent import quoted
from opsloop.expressions.types import Type
from opsloop.naming import unknown


@dataclass(frozen=True, slots=True)
class Entry:
    """One event that is known."""

    #: as EventBridge's registry names its schema; a call as `api:` does
    name: str
    source: str
    detail_type: str
    call: str | None
    has_schema: bool
    samples: tuple[Sample, ...]

    @property
    def known_from(self) -> str:
        """Who tells of it."""
        told = [word for word, tells in self._tellers() if tells]
        return " and ".join(told)

    def _tellers(self) -> tuple[tuple[str, bool], ...]:
        return ("schema", self.has_schema), ("sample", bool(self.samples))

    def goes_by(self, name: str) -> bool:
        """Whether that is what it is called: its name, its detail-type, a sample's."""
        called = {self.name, self.detail_type, *(sample.name for sample in self.samples)}
        return name.lower() in {each.lower() for each in called}

    def has(self, text: str) -> bool:
        """Whether the text is part of what it is called."""
        return text.lower() in f"{self.name} {self.detail_type}".lower()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event, as an expression reads it."""

    path: str
    type: str
    known_from: str


@functools.cache
def every() -> tuple[Entry, ...]:
    """All events that are known, by source, detail-type and call."""
    keys = dict.fromkeys(samples.known())
    told = {key[:2] for key in keys}
    for source, by_type in schemas.names().items():
        keys |= {(source, kind, None): None for kind in by_type if (source, kind) not in told}
    return tuple(_entry(*key) for key in sorted(keys, key=lambda key: (*key[:2], key[2] or "")))


def find(name: str | None) -> list[Entry]:
    """The events of a name, of a source, or with a text in their names; all without one.

    Raises WrongUsage where there are none.
    """
    if name is None:
        return list(every())
    by_source = [one for one in every() if name.lower() in (one.source, one.source[4:])]
    found = (
        [one for one in every() if one.goes_by(name)]
        or by_source
        or [one for one in every() if one.has(name)]
    )
    if not found:
        there = [*(one.name for one in every()), *_sources()]
        raise unknown("event", name, there, lists="a name or a word that `opsloop events` lists")
    return found


def fields(entry: Entry) -> list[Field]:
    """The fields of an event's `detail`; of a call, first those that its own samples show."""
    if entry.call is None:
        return list(_fields(detail_of(entry.source, entry.detail_type)))
    details = [sample.envelope["detail"] for sample in entry.samples]
    own = {part: shown([detail.get(part) for detail in details], part) for part in PARTS}
    of_all = record(entry.source, entry.detail_type, None).fields or {}
    rest = {name: known for name, known in of_all.items() if name not in PARTS}
    return [
        *_fields(Type("object", own)),
        *(replace(each, known_from="CloudTrail") for each in _fields(Type("object", rest))),
    ]


def _sources() -> list[str]:
    return sorted({one.source for one in every()})


def _entry(source: str, kind: str, call: str | None) -> Entry:
    registered = schemas.names().get(source, {}).get(kind, [])
    camel = "".join(re.findall(r"[A-Za-z0-9]+", kind.title()))
    name = registered[0] if registered else f"{source}@{camel}"
    if call is not None:
        name = f"{source.removeprefix('aws.')}:{call}"
    return Entry(name, source, kind, call, bool(registered), samples.of(source, kind, call))


def _fields(known: Type | None, path: str = "event.detail") -> Iterator[Field]:
    below = (known.fields if known is not None else None) or {}
    for name, each in below.items():
        at = f"{path}.{quoted(name)}"
        teller = "schema" if each is not None and each.doubtful else "sample"
        yield Field(at, _described(each), "" if each is None else teller)
        element = each.items if each is not None and each.kind == "array" else None
        yield from _fields(each, at)
        yield from _fields(element, f"{at}[]")


def _described(known: Type | None) -> str:
    if known is None:
        return "any"
    if known.kind == "array":
        return "array" if known.items is None else f"array of {known.items.kind}s"
    return "string, a time" if known.is_time else known.kind
