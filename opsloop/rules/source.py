"""A YAML file as values with places: `load` reads one, `Source` answers where things stand.

Called by `project`, and by the compiler for the places of its faults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import yaml

from opsloop.problems import Fault, Path, Place, Problem, Problems
from opsloop.rules import corrections, spans, syntax
from opsloop.rules.nodes import Builder, Mark, Node

MAX_BYTES = 1 << 20
#: what a text file has no use for: controls, lone surrogates, marks that reorder what is read
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


_NOTHING = Node([], Mark(0, 0, 0), Mark(0, 0, 0))


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `problems` are those that leave something to read."""

    name: str
    text: str
    root: Node
    problems: tuple[Problem, ...] = ()

    @property
    def data(self) -> Any:
        """Plain values: dictionaries, lists, texts, numbers, booleans, None."""
        return self.root.data

    def line(self, number: int) -> str:
        """A line of the file; they count from 1."""
        return self.text.split("\n")[number - 1]

    def place(self, path: Path, offset: int = 0, *, key: bool = False) -> Place:
        """Where the value stands that `path` leads to, or the nearest thing that exists.

        `offset` counts characters of the value, whatever quotes, escapes and folding the
        file has; `key` asks for the place of the value's key.
        """
        node, rest = self._find(path)
        if key and path and path[-1] in (keys := self._find(path[:-1])[0].keys):
            return self._at(keys[path[-1]].start)
        if offset and not rest and isinstance(node.data, str):
            return self._inside(node, offset)
        return self._at(node.start)

    def problem(self, fault: Fault, base: Path = ()) -> Problem:
        """A fault of this file with its place and its corrected line."""
        path = base + fault.path
        place = self.place(path, fault.offset, key=fault.key)
        corrected = self._corrected(path, fault)
        return Problem(
            place, fault.found, fault.expected, corrected, warning=fault.doubt, code=fault.code
        )

    def _corrected(self, path: Path, fault: Fault) -> str | None:
        node, rest = self._find(path)
        if fault.correction is None or rest:
            return None
        if fault.key:
            return self.renamed(path, fault.correction)
        if fault.spelt:
            return self.replaced(path, fault.correction)
        return None if node.children else self.rewritten(path, fault.correction)

    def rewritten(self, path: Path, value: str) -> str | None:
        """The line, or the line of a block of text, with another text in the value's place.

        None, here and below, where the line is too long to be read.
        """
        node, _ = self._find(path)
        if node.style in ("|", ">"):
            return _changed_line(str(node.data), value)
        spelt = corrections.spell(value, flow=node.flow, style=node.style)
        return self._replaced(node, spelt)

    def renamed(self, path: Path, key: str) -> str | None:
        """The line with another key in the place of the last of `path`.

        None where that is no key: an element, the file itself.
        """
        old = self._find(path[:-1])[0].keys.get(path[-1]) if path else None
        return self._replaced(old, key) if old else None

    def at(self, path: Path) -> Any:
        """The value at a path that exists."""
        value = self.data
        for part in path:
            value = value[part]
        return value

    def own(self, path: Path) -> Path:
        """The path as the file has it: without the 0 of a list that is one value there."""
        node, found = self.root, []
        for part in path:
            if part == 0 and not isinstance(node.data, list):
                continue
            found.append(part)
            node = node.children.get(part, _NOTHING)
        return tuple(found)

    def raw(self, path: Path) -> str:
        """The value as the file spells it, quotes and all."""
        node, _ = self._find(path)
        return self.text[node.start.offset : node.end.offset]

    def replaced(self, path: Path, spelt: str) -> str | None:
        """The line with the value spelt otherwise: `spelt` goes in as it is."""
        return self._replaced(self._find(path)[0], spelt)

    def _replaced(self, node: Node, spelt: str) -> str | None:
        start, end = node.start.offset, node.end.offset
        before = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        stop = self.text.find("\n", end)
        behind = self.text[end:stop] if stop >= 0 else ""
        if node.start == node.end and before.endswith(":"):
            spelt = " " + spelt
        line = f"{before}{spelt}{behind}".strip()
        return line if len(line) <= corrections.MAX_LINE else None

    def _find(self, path: Path) -> tuple[Node, Path]:
        """The node at `path`, else the last that exists and what of the path is left.

        One value may stand where a list is meant: it is its own first element.
        """
        node = self.root
        for depth, part in enumerate(path):
            if part == 0 and not isinstance(node.data, list):
                continue
            if part not in node.children:
                return node, path[depth:]
            node = node.children[part]
        return node, ()

    def _inside(self, node: Node, offset: int) -> Place:
        raw = self.text[node.start.offset : node.end.offset]
        at = spans.spots(raw, node.style, node.data)[min(offset, len(node.data))]
        before = raw[:at]
        lines = before.count("\n")
        column = len(before) - before.rfind("\n") - 1 if lines else node.start.column + at
        return Place(self.name, node.start.line + lines + 1, column + 1)

    def _at(self, mark: Mark) -> Place:
        return Place(self.name, mark.line + 1, mark.column + 1)


def load(path: File, name: str | None = None) -> Source:
    """The source of a file. Raises `Problems`; OSError where it cannot be read."""
    name = name or str(path)
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        size = f"{path.stat().st_size:,} bytes"
        raise Problems([Problem(Place(name), size, f"at most {MAX_BYTES:,}: a rule fits a screen")])
    return read(_decoded(content, name), name)


def read(text: str, name: str) -> Source:
    """The source of a text. Raises `Problems`."""
    text = text.replace("\r\n", "\n")
    if unseen := _unseen(text, name):
        raise Problems(unseen)
    builder = Builder(name, text if text.endswith("\n") else f"{text}\n")
    try:
        root = builder.build()
    except yaml.YAMLError as error:
        raise Problems([*builder.problems, syntax.explain(error, name, builder.text)]) from None
    return Source(name, builder.text, _a_map(root, builder), tuple(builder.problems))


def _a_map(root: Node | None, builder: Builder) -> Node:
    if root is not None and isinstance(root.data, dict):
        return root
    place = Place(builder.name)
    if root is None or root.data is None:
        raise Problems([*builder.problems, Problem(place, "an empty file", "keys with values")])
    place = Place(builder.name, root.start.line + 1, root.start.column + 1)
    found = "a list" if isinstance(root.data, list) else "a value without a key"
    raise Problems([*builder.problems, Problem(place, found, "keys with values")])


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        place = Place(name, before.count(b"\n") + 1, column)
        found = f"the byte 0x{content[error.start]:02x}"
        raise Problems([Problem(place, found, "text in UTF-8")]) from None


def _unseen(text: str, name: str) -> list[Problem]:
    """The first character that an editor would not show."""
    found = _UNSEEN.search(text)
    if found is None:
        return []
    before = text[: found.start()]
    place = Place(name, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    character = f"the control character U+{ord(found.group()):04X}"
    expected = f'visible text; "\\u{ord(found.group()):04x}" in double quotes if it is meant'
    return [Problem(place, character, expected)]


def _changed_line(old: str, new: str) -> str:
    """The first line of `new` that differs from `old`'s."""
    before, after = old.split("\n"), new.split("\n")
    pairs = zip(before, after, strict=False)
    changed = (line for previous, line in pairs if previous != line)
    return next(changed, after[-1]).strip()
