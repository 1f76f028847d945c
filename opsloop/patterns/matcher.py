"""Many patterns against one raw event, at a cost nearly independent of how many there are.

Called by backtest, explain and whoever replays events. Imports Group and Pattern. Its answer is
Pattern's, pattern by pattern; docs/performance.md says how it gets there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from opsloop.patterns.branches import Branch, Field
from opsloop.patterns.errors import InvalidPattern
from opsloop.patterns.group import SURPRISES, Contender, Group
from opsloop.patterns.operators import Exactly
from opsloop.patterns.pattern import Pattern
from opsloop.patterns.tokens import QUOTE

SOURCE, DETAIL_TYPE = "source", "detail-type"
DEEPEST = 20  # steps in a name; deeper patterns are asked exactly
MOST_KINDS = 10_000
_PLAIN = re.compile(r'[^."\\\x00-\x1f\ud800-\udfff]+')  # what the JSON reader takes as a name


class Kind(msgspec.Struct, gc=False):
    """What tells events apart before anything else is read."""

    source: Any = UNSET
    detail_type: Any = msgspec.field(name="detail-type", default=UNSET)


class Entry(NamedTuple):
    """One branch of a pattern, and the sources and detail-types it is for; None: for all."""

    name: str
    pattern: Pattern
    branch: Branch
    sources: frozenset[str] | None
    detail_types: frozenset[str] | None

    def contends(self, source: str | None, detail_type: str | None) -> bool:
        """Whether events of this kind can satisfy it; None: a kind that no pattern names."""
        return (self.sources is None or source in self.sources) and (
            self.detail_types is None or detail_type in self.detail_types
        )

    def contender(self) -> Contender:
        """What the kind has not settled."""
        settled = set()
        if self.sources is not None:
            settled.add(SOURCE)
        if self.detail_types is not None:
            settled.add(DETAIL_TYPE)
        fields = [field for field in self.branch.fields if field.name not in settled]
        return Contender(self.name, self.pattern, fields, exact_only=_is_odd(self.branch))


class Kinds(dict[tuple[Any, Any], Group]):
    """Source and detail-type to the group of all that such an event can satisfy."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._entries = entries
        self._sources = frozenset(s for entry in entries for s in entry.sources or ())
        self._detail_types = frozenset(t for entry in entries for t in entry.detail_types or ())
        self._groups: dict[tuple[str | None, str | None], Group] = {}
        everything = (entry._replace(sources=None, detail_types=None) for entry in entries)
        self.everything = Group([entry.contender() for entry in everything])

    def __missing__(self, key: tuple[Any, Any]) -> Group:
        """Find the group, sharing one among the kinds that no pattern names."""
        source, detail_type = key
        known = (
            source if source in self._sources else None,
            detail_type if detail_type in self._detail_types else None,
        )
        if known not in self._groups:
            contending = (entry for entry in self._entries if entry.contends(*known))
            self._groups[known] = Group([entry.contender() for entry in contending])
        if len(self) >= MOST_KINDS:
            self.clear()
        self[key] = self._groups[known]
        return self[key]


class Matcher:
    """Patterns by name. Built once; raises InvalidPattern, naming the pattern."""

    def __init__(self, patterns: Mapping[str, Mapping[str, Any] | str | bytes]) -> None:
        compiled = {name: _compile(name, pattern) for name, pattern in patterns.items()}
        self._kinds = Kinds(
            [entry for name in compiled for entry in _entries(name, compiled[name])]
        )
        self._kind = msgspec.json.Decoder(Kind).decode

    def match(self, event: bytes) -> list[str]:
        """The names of all patterns that match, in their order. Raises InvalidEvent."""
        try:
            kind = self._kind(event)
            group = self._kinds[kind.source, kind.detail_type]
        except (TypeError, *SURPRISES):
            group = self._kinds.everything
        return group.match(event)

    def match_many(self, events: Iterable[bytes]) -> Iterator[list[str]]:
        """The names for each event in turn; goes on behind an event that raised InvalidEvent."""
        return map(self.match, events)


def _compile(name: str, pattern: Mapping[str, Any] | str | bytes) -> Pattern:
    try:
        return Pattern(pattern)
    except InvalidPattern as error:
        raise InvalidPattern(f"{name}: {error.path}", error.reason) from error


def _entries(name: str, pattern: Pattern) -> Iterator[Entry]:
    for branch in pattern.branches:
        literals = {field.name: _literals(field) for field in branch.fields}
        yield Entry(name, pattern, branch, literals.get(SOURCE), literals.get(DETAIL_TYPE))


def _literals(field: Field) -> frozenset[str] | None:
    """The strings of a field that asks for nothing else."""
    texts = [
        operator.token[1:-1]
        for operator in field.operators
        if isinstance(operator, Exactly) and operator.token.startswith(QUOTE)
    ]
    return frozenset(texts) if len(texts) == len(field.operators) else None


def _is_odd(branch: Branch) -> bool:
    """Whether a field's name is not simply its steps, or not for generated code."""
    return any(
        len(field.steps) > DEEPEST or not all(map(_PLAIN.fullmatch, field.steps))
        for field in branch.fields
    )
