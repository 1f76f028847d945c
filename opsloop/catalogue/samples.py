"""The event library: real events with the page of AWS's documentation each is from.

They live in tests/events. `render` makes samples.jsonl of those, one line for each, which is
what an installed opsloop reads; `make generate` calls it. All else here reads that file.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.events.normalise import normalise

PATH = Path(__file__).parent / "samples.jsonl"
FOLDER = Path(__file__).parents[2] / "tests" / "events"
_ROW = re.compile(
    r"^\| (?P<name>\S+)\.json \| \[(?P<title>.+)\]\((?P<url>\S+)\) \| (?P<adapted>.+) \|$"
)
_VIA_CLOUDTRAIL = " via CloudTrail"


@dataclass(frozen=True, slots=True)
class Sample:
    """One event as Lambda receives it."""

    name: str
    title: str
    url: str
    #: what was changed of the documented event
    adapted: str
    payload: Mapping[str, Any]

    @property
    def envelope(self) -> Mapping[str, Any]:
        """What a rule calls `event`."""
        (event,) = normalise(self.payload)
        return event.envelope


def render(folder: Path = FOLDER) -> str:
    """samples.jsonl, from the events of a folder and its SOURCES.md."""
    return "".join(f"{line}\n" for line in _lines(folder))


def _lines(folder: Path) -> Iterator[str]:
    sources = (folder / "SOURCES.md").read_text(encoding="utf-8").splitlines()
    rows = {row["name"]: row for line in sources if (row := _ROW.match(line))}
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stem):
        row = rows[path.stem]
        payload = json.loads(path.read_text(encoding="utf-8"))
        whole = {**row.groupdict(), "payload": payload}
        yield json.dumps(whole, separators=(",", ":"), ensure_ascii=False)


@functools.cache
def every() -> tuple[Sample, ...]:
    """All samples, by name (3 ms)."""
    import orjson  # noqa: PLC0415 - policy_sentry brings it

    return tuple(Sample(**orjson.loads(line)) for line in PATH.read_bytes().splitlines())


@functools.cache
def _index() -> Mapping[tuple[str, str, str | None], tuple[Sample, ...]]:
    found: dict[tuple[str, str, str | None], tuple[Sample, ...]] = {}
    for sample in every():
        envelope = sample.envelope
        for key in {key_of(envelope), (*key_of(envelope)[:2], None)}:
            found[key] = (*found.get(key, ()), sample)
    return found


def key_of(envelope: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Source, detail-type and, where CloudTrail tells of it, the name of the call."""
    kind = envelope["detail-type"]
    call = envelope["detail"].get("eventName") if is_recorded(kind) else None
    return envelope["source"], kind, call


def is_recorded(detail_type: str) -> bool:
    """Whether such an event is a record of CloudTrail's."""
    return detail_type.endswith(_VIA_CLOUDTRAIL)


def of(source: str, detail_type: str, call: str | None = None) -> tuple[Sample, ...]:
    """The samples of an event: of one call, or of all where none is named."""
    return _index().get((source, detail_type, call), ())


@functools.cache
def known() -> tuple[tuple[str, str, str | None], ...]:
    """What there are samples of: each source, detail-type and call."""
    return tuple(dict.fromkeys(key_of(sample.envelope) for sample in every()))
