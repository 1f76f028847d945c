"""What to say of a name that a value is not known to have. Called by `checker` and `catalogue`.

A value whose fields are all known can never have it. Of an event only some are: there it is
wrong where it is a known name mistyped, or where a sample shows the same thing by another name;
else it is doubted, for catalogues lag behind AWS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opsloop.expressions.spelling import is_sibling, misspelt
from opsloop.expressions.types import Fields, Type, there
from opsloop.problems import DOUBTED_NAME

_LISTED = 12
#: how deep a name is looked for below where it was read
_DEEP = 3
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: CloudTrail's own endings: EC2's lists are `instancesSet.items`, S3's bucket is `bucketName`
_ENDING = re.compile(r"(?<=[a-z])(?:Set|Name|List)$")


@dataclass(frozen=True, slots=True)
class Absent:
    """What was found, what was expected, what was meant, and whether it may be right after all."""

    found: str
    expected: str
    meant: str | None = None
    doubt: bool = False

    @property
    def lint(self) -> str | None:
        """Under which a doubt is told; an error is no lint."""
        return DOUBTED_NAME if self.doubt else None


def absent_of_open(name: str, owner: Type) -> Absent | None:
    """What to say where `owner` may have more fields than are known; None: it has a sibling."""
    known = _proven_first(owner)
    if any(is_sibling(name, each) for each in known):
        return None
    found = f"`{name}`, which no such event is known to have"
    if own := _by_its_own_name(name, owner):
        return Absent(found, f"`{own}`", own)
    if near := misspelt(name, known):
        return Absent(found, f"`{near}`", near, owner.maybe is not None and name in owner.maybe())
    if inside := _in_a_list(name, owner):
        return Absent(found, f"`{inside}`, where a sample has it", doubt=True)
    return Absent(found, f"{one_of(known)}, unless AWS has added it", doubt=True)


def one_of(names: Sequence[str]) -> str:
    """Some of the names there are, for a message."""
    if not names:
        return "a name that there is: here are none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"one of {', '.join(names[:_LISTED])}{more}"


def below(name: str, fields: Fields) -> str | None:
    """The path to a field of that name, where just one of these values is known to have it."""
    paths = list(_below(name, fields, ()))
    return ".".join(map(quoted, paths[0])) if len(paths) == 1 else None


def _below(name: str, fields: Fields, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for each, known in fields.items():
        if known is None or known.open or known.kind != "object" or len(path) == _DEEP:
            continue
        inner, at = known.fields or {}, (*path, each)
        if name in inner:
            yield (*at, name)
        else:
            yield from _below(name, inner, at)


def quoted(name: str) -> str:
    """A field's name as an expression has it."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def _proven_first(owner: Type) -> list[str]:
    fields = owner.fields or {}
    return sorted(there(fields), key=lambda name: getattr(fields[name], "doubtful", False))


def _by_its_own_name(name: str, owner: Type) -> str | None:
    """Where a sample shows what an API calls so: `instancesSet.items[].instanceId`."""
    stem = name.removesuffix("s").lower()
    for known, below in _shown(owner):
        own, endings = _ENDING.subn("", known)
        if endings and own.removesuffix("s").lower() == stem:
            return known if _items(below) is None else f"{known}.items"
    return _in_a_list(name.removesuffix("s"), owner) if name.endswith("s") else None


def _in_a_list(name: str, owner: Type) -> str | None:
    """Where a sample has a field of that name: in the elements of a list beside it."""
    for known, below in _shown(owner):
        listed = _items(below)
        element = listed.items if listed is not None else None
        if element is not None and name in (element.fields or {}):
            return f"{known}.items[].{name}"
    return None


def _shown(owner: Type) -> Iterator[tuple[str, Type]]:
    """The fields that samples show."""
    for known, below in (owner.fields or {}).items():
        if below is not None and not below.doubtful:
            yield known, below


def _items(known: Type) -> Type | None:
    """The list that EC2 puts below `items`."""
    items = (known.fields or {}).get("items")
    return items if items is not None and items.kind == "array" else None
