"""What to say of a name that a value is not known to have. Called by `checker` and `catalogue`.

A value whose fields are all known can never have it. Of an event only some are: there it is
wrong where it is a known name mistyped, or where a sample shows the same thing by another name;
else it is doubted, for catalogues lag behind AWS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from opsloop.expressions.spelling import is_sibling, misspelt
from opsloop.expressions.types import Type, there

_LISTED = 12
#: CloudTrail's own endings: EC2's lists are `instancesSet.items`, S3's bucket is `bucketName`
_ENDING = re.compile(r"(?<=[a-z])(?:Set|Name|List)$")


@dataclass(frozen=True, slots=True)
class Absent:
    """What was found, what was expected, what was meant, and whether it may be right after all."""

    found: str
    expected: str
    meant: str | None = None
    doubt: bool = False


def absent_of_open(name: str, owner: Type) -> Absent | None:
    """What to say where `owner` may have more fields than are known; None: it has a sibling."""
    known = there(owner.fields or {})
    if any(is_sibling(name, each) for each in known):
        return None
    found = f"`{name}`, which no such event is known to have"
    if own := _by_its_own_name(name, owner):
        return Absent(found, f"`{own}`", own)
    if near := misspelt(name, known):
        return Absent(found, f"`{near}`", near, owner.maybe is not None and name in owner.maybe())
    return Absent(found, f"{one_of(known)}, unless AWS has added it", doubt=True)


def one_of(names: Sequence[str]) -> str:
    """Some of the names there are, for a message."""
    if not names:
        return "a name that there is: here are none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"one of {', '.join(names[:_LISTED])}{more}"


def _by_its_own_name(name: str, owner: Type) -> str | None:
    """Where a sample shows what an API calls so: `instancesSet.items[].instanceId`."""
    stem = name.removesuffix("s")
    for known, below in (owner.fields or {}).items():
        if below is None or below.doubtful:
            continue
        items = (below.fields or {}).get("items")
        listed = items is not None and items.kind == "array"
        own, endings = _ENDING.subn("", known)
        if endings and own.removesuffix("s") == stem:
            return f"{known}.items" if listed else known
        element = items.items if listed and items else None
        if element is not None and name != stem and stem in (element.fields or {}):
            return f"{known}.items[].{stem}"
    return None
