"""Who sends which events: are a pattern's sources and detail-types some that AWS has?

Called by `patterns` and `entries`. Sources that are not AWS's may send whatever they like.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from opsloop.aws import models
from opsloop.aws.names import listing
from opsloop.catalogue import samples, schemas
from opsloop.catalogue.events import sources_of
from opsloop.expressions.spelling import misspelt
from opsloop.problems import DOUBTED_SENDER, Fault, Path

_AWS = "aws."
#: how CloudTrail's records come, for every service
RECORDS = (
    "AWS API Call via CloudTrail",
    "AWS Console Action via CloudTrail",
    "AWS Console Sign In via CloudTrail",
    "AWS Insight via CloudTrail",
    "AWS Service Event via CloudTrail",
)


@functools.cache
def sources() -> frozenset[str]:
    """Every source known to send events, or calls by way of CloudTrail (30 ms)."""
    told = {source for source, _, _ in samples.known()} | schemas.names().keys()
    others = ("endpointPrefix", "signingName")
    called = {
        f"{_AWS}{known[other]}"
        for known in models.metadata().values()
        for other in others
        if other in known
    }
    return frozenset(told | called | {f"{_AWS}{service}" for service in models.services()})


@functools.cache
def detail_types(source: str) -> list[str]:
    """The detail-types that a source is known to send of itself."""
    told = {kind for each, kind, _ in samples.known() if each == source}
    return sorted(told | schemas.names().get(source, {}).keys())


def check_sources(pattern: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong, or doubtful, with the sources of a pattern."""
    for place, source in _texts(pattern.get("source")):
        if _is_told(source) or source in sources():
            continue
        path: Path = ("source", place)
        found = f"the source '{source}'"
        if source.lower().startswith("aws") and (near := _near_source(source)):
            yield Fault(f"{found}, which AWS does not have", f"'{near}'", near, path)
        elif f"{_AWS}{source}" in sources():
            own = f"{_AWS}{source}"
            yield _doubted(f"{found}, which is not AWS's", f"'{own}' for its events", path, own)
        elif source.startswith(_AWS) and not source.startswith("aws.partner/"):
            found, expected = f"{found}, which is not known", "a service's name behind 'aws.'"
            yield _doubted(found, expected, path)


@functools.cache
def _is_told(source: str) -> bool:
    """Whether the library has events of it: quicker than to ask for all services' names."""
    return source in schemas.names() or any(source == each for each, _, _ in samples.known())


def _near_source(source: str) -> str | None:
    """The source that was mistyped; `aws.` alone makes no two alike."""
    if not source.lower().startswith(_AWS):
        return misspelt(source, sources())
    near = misspelt(source[len(_AWS) :], (each.removeprefix(_AWS) for each in sources()))
    return None if near is None else f"{_AWS}{near}"


def check_detail_types(pattern: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong, or doubtful, with its detail-types, where all of its sources are AWS's."""
    named = [source for _, source in _texts(pattern.get("source"))]
    if not named or not all(source in sources() for source in named):
        return
    known = {kind for source in named for kind in detail_types(source)}
    for place, text in _texts(pattern.get("detail-type")):
        if text not in known and text not in RECORDS:
            yield _unknown_type(text, known, named, ("detail-type", place))


def _unknown_type(text: str, known: set[str], named: list[str], path: Path) -> Fault:
    found = f"the detail-type '{text}'"
    if near := misspelt(text, sorted({*known, *RECORDS})):
        return Fault(f"{found}, which {listing(named)} does not send", f"'{near}'", near, path)
    if others := sources_of(text):
        found = f"{found}, which {listing(others)} sends and {listing(named)} does not"
        return _doubted(found, f"source: [{others[0]}]", path)
    expected = f"{listing(sorted(known) or RECORDS)}, or one that AWS has added since"
    return _doubted(f"{found}, of which no sample and no schema tells", expected, path)


def _doubted(found: str, expected: str, path: Path, correction: str | None = None) -> Fault:
    return Fault(found, expected, correction, path, doubt=True, lint=DOUBTED_SENDER)


def _texts(matchers: Any) -> Iterator[tuple[int, str]]:
    """The plain texts among a field's matchers, with their places."""
    for place, each in enumerate(matchers if isinstance(matchers, list) else ()):
        if isinstance(each, str):
            yield place, each
