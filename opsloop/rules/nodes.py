"""YAML events to a tree of values with places: no tags, no merges, everything bounded.

The tree is built from PyYAML's C parser's events without recursion, so that nothing a file
holds can cost more than its size. Called by `source`; syntax errors pass through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

import yaml
from yaml import events

from opsloop.problems import Place, Problem, Problems
from opsloop.rules import corrections
from opsloop.rules.corrections import MAX_DEPTH
from opsloop.rules.scalars import NotJson, resolve
from opsloop.rules.words import MAX_PROBLEMS, readable

Data = Any
MAX_NODES = 10_000

_ValueEvent = events.ScalarEvent | events.CollectionStartEvent
#: anchor and tag, with what may stand between them and the value
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s|(?<=\s)#[^\n]*)*)+")


class Mark(NamedTuple):
    """A position in the text: characters from its start, line and column from 0."""

    offset: int
    line: int
    column: int


@dataclass(slots=True)
class Node:
    """One value: what it is, where it starts and ends, and what it holds."""

    data: Data
    start: Mark
    end: Mark
    #: as PyYAML has it: None is plain, else the character that opens the scalar
    style: str | None = None
    #: inside `{}` or `[]`, where fewer characters may stand without quotes
    flow: bool = False
    #: nodes in all, aliases expanded
    size: int = 1
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, Node] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """A collection whose end is still to come."""

    node: Node
    anchor: str | None
    key: Node | None = None


class Builder:
    """Makes one tree. Faults that leave a tree behind are collected in `problems`."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._size = 0
        self._root: Node | None = None

    def build(self) -> Node | None:
        """The root, or None where there is no content. Raises `Problems`, yaml.YAMLError."""
        readers = self._readers()
        for event in parse(self.text):
            if read := readers.get(type(event)):
                read(event)
        return self._root

    def _readers(self) -> dict[type, Callable[[Any], None]]:
        """By kind of event; the ends of documents and of the stream say nothing."""
        return {
            events.ScalarEvent: self._value,
            events.MappingStartEvent: self._start,
            events.SequenceStartEvent: self._start,
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }

    def _document(self, event: events.DocumentStartEvent) -> None:
        if self._root:
            self._stop(_mark(event.start_mark), "a second document", "one document in a file")

    def _value(self, event: events.ScalarEvent) -> None:
        self._tag(event)
        node = self._scalar(event)
        self._remember(event.anchor, node)
        self._place(node)

    def _scalar(self, event: events.ScalarEvent) -> Node:
        start, end = _mark(event.start_mark), _mark(event.end_mark)
        if event.tag and start.line == end.line and not event.tag.startswith("tag:"):
            # `!a.b == c` is an expression without its quotes, and told as that
            return Node(self.text[start.offset : end.offset], start, end, None, self._in_flow())
        start = self._behind_anchor(event, start)
        data: Data = event.value
        if event.implicit[0] and not self._expects_key():
            try:
                data = resolve(event.value)
            except NotJson as number:
                expected = "a finite number of at most 40 digits, or a text in quotes"
                self._say(start, f"the number {number}", expected)
        return Node(data, start, end, event.style or None, self._in_flow())

    def _start(self, event: events.CollectionStartEvent) -> None:
        self._tag(event)
        start = self._behind_anchor(event, _mark(event.start_mark))
        if self._expects_key():
            self._collection_as_key(start)
        if len(self._open) == MAX_DEPTH:
            self._stop(start, f"more than {MAX_DEPTH} levels", "values nested less deeply")
        data: Data = {} if isinstance(event, events.MappingStartEvent) else []
        flow = bool(event.flow_style)
        node = Node(data, start, _mark(event.end_mark), "{" if flow else None, self._in_flow())
        self._open.append(_Open(node, event.anchor))

    def _behind_anchor(self, event: _ValueEvent, start: Mark) -> Mark:
        """Where the value itself starts; PyYAML counts anchors and tags to it."""
        if not (event.anchor or event.tag):
            return start
        found = _PROPERTIES.match(self.text, start.offset, _mark(event.end_mark).offset)
        skipped = found.group() if found else ""
        lines = skipped.count("\n")
        behind = len(skipped.rpartition("\n")[2])
        column = behind if lines else start.column + behind
        return Mark(start.offset + len(skipped), start.line + lines, column)

    def _end(self, event: events.CollectionEndEvent) -> None:
        closed = self._open.pop()
        closed.node.end = _mark(event.end_mark)
        self._remember(closed.anchor, closed.node)
        self._place(closed.node)

    def _alias(self, event: events.AliasEvent) -> None:
        start, name = _mark(event.start_mark), event.anchor
        if any(frame.anchor == name for frame in self._open):
            self._stop(start, f"*{name} inside of &{name} itself", "an alias to something else")
        if name not in self._anchors:
            quoted = corrections.quoted(self.text, start.line)
            expected = "a value; a text that starts with * stands in quotes"
            self._stop(start, f"*{name} without &{name} before it", expected, quoted)
        self._place(self._anchors[name], start)

    def _place(self, node: Node, at: Mark | None = None) -> None:
        """Put a finished value where it belongs."""
        self._count(node, at or node.start)
        if not self._open:
            self._root = node
            return
        frame = self._open[-1]
        if isinstance(frame.node.data, list):
            frame.node.children[len(frame.node.data)] = node
            frame.node.data.append(node.data)
        elif frame.key is None:
            frame.key = self._key(node, at or node.start)
        else:
            self._entry(frame, frame.key, node)

    def _entry(self, frame: _Open, key: Node, node: Node) -> None:
        frame.key = None
        owner = frame.node
        if key.data in owner.keys:
            first = owner.keys[key.data].start.line + 1
            found = f"the key {key.data!r} again, first on line {first}"
            self._say(key.start, found, "each key once")
            return
        if node.start == node.end and key.end == node.start and ":" in key.data:
            self._say(key.start, *corrections.no_space(self.text, key.start.line, key.data))
        owner.keys[key.data] = key
        owner.children[key.data] = node
        owner.data[key.data] = node.data

    def _key(self, node: Node, at: Mark) -> Node:
        if not isinstance(node.data, str):
            self._stop(at, "a list or a map as a key", "a text as a key")
        if node.data == "<<" and node.style is None:
            self._say(at, "the merge key <<", "its keys written out: YAML 1.2 has no merge key")
        elif not node.data:
            self._say(at, "an empty key", "a name before the ':'")
        return node

    def _count(self, node: Node, at: Mark) -> None:
        """Expanded aliases count in full, so that no bomb is ever walked through."""
        self._size += 1 if at is node.start else node.size
        if self._size > MAX_NODES:
            self._stop(at, f"more than {MAX_NODES:,} values, aliases counted", "a smaller file")
        if self._open:
            self._open[-1].node.size += node.size

    def _remember(self, anchor: str | None, node: Node) -> None:
        if anchor:
            self._anchors[anchor] = node

    def _tag(self, event: _ValueEvent) -> None:
        if event.tag is None:
            return
        start = _mark(event.start_mark)
        found = self.text[start.offset :].split(maxsplit=1)[0]
        if found.startswith("!!"):
            self._say(start, f"the tag {found}", "no tag: a value is what it looks like")
        else:
            quoted = corrections.quoted(self.text, start.line)
            expected = "no tag; a text that starts with ! stands in quotes"
            self._say(start, f"the tag {found}", expected, quoted)

    def _collection_as_key(self, start: Mark) -> NoReturn:
        if self.text.startswith("{{", start.offset - 1):
            expected = 'a template, which is "${…}" in quotes'
            fixed = corrections.double_braces(self.text, start.line)
            self._stop(start, "'{{', which makes a map inside of a map", expected, fixed)
        self._stop(start, "a list or a map as a key", "a text as a key")

    def _expects_key(self) -> bool:
        if not self._open:
            return False
        return isinstance(self._open[-1].node.data, dict) and self._open[-1].key is None

    def _in_flow(self) -> bool:
        return bool(self._open) and self._open[-1].node.style == "{"

    def _say(self, at: Mark, found: str, expected: str, correction: str | None = None) -> None:
        place = Place(self.name, at.line + 1, at.column + 1)
        self.problems.append(Problem(place, found, expected, correction))
        if len(self.problems) > MAX_PROBLEMS:
            raise Problems(readable(self.problems))

    def _stop(self, at: Mark, found: str, expected: str, correction: str | None = None) -> NoReturn:
        self._say(at, found, expected, correction)
        raise Problems(self.problems)


def parse(text: str) -> Iterator[Any]:
    """PyYAML's events, made while they are asked for. Raises yaml.YAMLError."""
    yield from yaml.parse(text, Loader=yaml.CSafeLoader)


def _mark(mark: Any) -> Mark:
    return Mark(mark.index, mark.line, mark.column)
