"""A difference as lines with a sign before them: what terminals and pull requests both show. Pure.

Whatever stands in a rule may have been written to deceive its reviewer: a line is one line, and
control characters, those that turn the direction of a text included, are made visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import yaml

from opsloop.planning.diff import ABSENT, Change, UnitDiff
from opsloop.planning.expected import COMPILED_TO
from opsloop.planning.legible import legible
from opsloop.planning.state import Path, Unit

Sign = Literal[" ", "+", "-", "~", "!"]

#: unchanged lines around a changed one
CONTEXT = 2
#: facts that go without saying where the whole unit comes or goes
_IMPLIED = frozenset(
    {"invoker", "role", "failures", "log", "tag", "environment", "function", "concurrency"}
)
_IMPLIED_TOO = frozenset({("trigger", "state"), ("trigger", "target"), ("trigger", "description")})
#: units of which nobody reads every fact where they are new
_MADE_WHOLE = ("package", "infra")
_LABELS = {
    COMPILED_TO: "says the same, compiled otherwise",
    ("trigger", "pattern"): "event pattern",
    ("trigger", "state"): "EventBridge rule",
    ("trigger", "target"): "target",
    ("trigger", "description"): "EventBridge rule's description",
    ("function", "tracing"): "X-Ray tracing",
    ("concurrency", "reserved"): "reserved concurrency",
    ("log", "retention"): "log retention",
    ("failures", "destination"): "dead letters to",
    ("failures", "retries"): "retries by Lambda",
    ("role", "trust"): "who may take the role",
    ("role", "boundary"): "permissions boundary",
    ("expiry", "attribute"): "time to live",
    ("backups", "point in time"): "point-in-time recovery",
}
_UNITS = {
    ("function", "memory"): "MiB",
    ("function", "timeout"): "s",
    ("log", "retention"): "days",
}
_GROUPS = {
    "environment": "environment ",
    "tag": "tag ",
    "topic": "topic ",
    "filter": "filter of ",
    "invoker": "invoked by ",
    "file": "",
    "requirement": "requirement ",
    "unpinned": "requirements.txt says ",
    "attached": "attached policy ",
    "policies": "inline policy ",
    "targets": "target ",
}


#: facts that only are there or not
PLAIN = frozenset({"invoker", "attached", "topic", "unpinned"})
#: facts that are files, told by their names
_FILES = ("file", "vendored")
_ONE_LINE = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `depth` is how far it is indented."""

    sign: Sign
    text: str
    depth: int = 0

    def __str__(self) -> str:
        return f"{self.sign} {'  ' * self.depth}{self.text}".rstrip()


def line(sign: Sign, text: str, depth: int = 0) -> Line:
    """A line of what anybody may have written."""
    return Line(sign, legible(text), depth)


def label(path: Path) -> str:
    """What a fact is called."""
    if path in _LABELS:
        return _LABELS[path]
    group, *rest = path
    if group in _GROUPS:
        return f"{_GROUPS[group]}{'.'.join(rest)}"
    return ".".join(rest)


def title(one: UnitDiff) -> str:
    """What a unit is called; a rule by its name alone."""
    names = {
        "stage": f"settings of stage {one.unit.name}",
        "package": "code package",
        "infra": f"infra: stack {one.unit.name}",
    }
    name = names.get(one.unit.kind, one.unit.name)
    return f"{one.was} → {name}" if one.was else name


def facts(one: UnitDiff) -> list[Line]:
    """What happens to a unit, fact by fact; of one that comes or goes, what is worth saying."""
    if one.unit.kind == "package" and one.action == "change":
        return [*_files(one), *_lines(_but(one.changes, *_FILES))]
    if one.action == "destroy" or (one.unit.kind in _MADE_WHOLE and one.action == "add"):
        return []
    if one.action == "add" and one.unit.kind != "stage":
        return [*_lines(_worth_saying(one.changes)), *_function(one.unit)]
    return list(_lines(_but_what_follows(one.changes)))


def _but_what_follows(changes: Sequence[Change]) -> Iterator[Change]:
    """A rule that says something else is compiled to something else: that alone is news."""
    others = [one for one in changes if one.path != COMPILED_TO]
    said = any(one.path[0] in ("rule", "trigger", "topic") for one in others)
    return (one for one in (others if said else changes))


def _but(changes: Iterable[Change], *groups: str) -> Iterator[Change]:
    return (one for one in changes if one.path[0] not in groups)


def _worth_saying(changes: Iterable[Change]) -> Iterator[Change]:
    return (one for one in _but(changes, *_IMPLIED) if one.path not in _IMPLIED_TOO)


def _lines(changes: Iterable[Change]) -> Iterator[Line]:
    for one in changes:
        yield from fact(one)


def fact(one: Change) -> Iterator[Line]:
    """One fact: on a line of its own, or under a heading, line by line."""
    sign: Sign = "+" if one.before is ABSENT else "-" if one.after is ABSENT else "~"
    if is_short(one.before) and is_short(one.after):
        yield line(sign, f"{label(one.path)}  {_values(one)}".rstrip())
        return
    yield line(sign, label(one.path))
    yield from differing(written(one.before), written(one.after))


def differing(before: list[str], after: list[str]) -> Iterator[Line]:
    """What differs between two texts, with some lines around it."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    end = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if group[0][1] > end:
            yield Line(" ", "…", 1)
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (line(" ", text, 1) for text in before[i1:i2])
                continue
            yield from (line("-", text, 1) for text in before[i1:i2])
            yield from (line("+", text, 1) for text in after[j1:j2])
        end = group[-1][2]
    if end and end < len(before):
        yield Line(" ", "…", 1)


def _files(one: UnitDiff) -> Iterator[Line]:
    for change in sorted(one.changes, key=lambda change: change.path):
        if change.path[0] in _FILES:
            sign: Sign = "+" if change.before is ABSENT else "-" if change.after is ABSENT else "~"
            yield line(sign, change.path[1])


def _function(unit: Unit) -> Iterator[Line]:
    """The size of a new function."""
    sizes = [
        f"{unit.facts[path]} {_UNITS[path]}"
        for path in (("function", "memory"), ("function", "timeout"))
        if path in unit.facts
    ]
    if sizes:
        yield line("+", f"function  {', '.join(sizes)}")


def is_short(value: Any) -> bool:
    """Whether a line holds it."""
    if isinstance(value, str):
        return "\n" not in value
    return not isinstance(value, list | dict) or not value


def _values(one: Change) -> str:
    if one.path[0] in PLAIN:
        return ""
    unit = f" {_UNITS[one.path]}" if one.path in _UNITS else ""
    return " → ".join(value(side) for side in (one.before, one.after) if side is not ABSENT) + unit


def value(value: Any) -> str:
    """As YAML has it, where a number and a text of digits differ."""
    return yaml.safe_dump(value, allow_unicode=True, width=_ONE_LINE).removesuffix("...\n").strip()


def written(value: Any) -> list[str]:
    """As a rule file has it."""
    if value is ABSENT:
        return []
    if isinstance(value, str):
        return value.split("\n")
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_ONE_LINE)
    return text.rstrip("\n").split("\n")
