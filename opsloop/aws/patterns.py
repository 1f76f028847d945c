"""A call's parameters as IAM sees them: literals, and `*` for what only the run will know.

Pure; standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opsloop.aws.templates import Splitter, pieces

ANY = "*"

#: parameters whose every text is a pattern; what was one expression is ANY, even for a list
Given = Mapping[str, Any]

_SPECIAL = re.compile(r"[*?$]")
#: `*`, but not the `${*}` that stands for itself
_WILDCARD = re.compile(r"(?<!\{)\*")
#: more open ARNs than this are told by what they have in common
_OPEN = 8


def patterns(value: Any, split: Splitter = pieces) -> Any:
    """The value with each text as an IAM pattern, of the same shape otherwise."""
    if isinstance(value, dict):
        return {key: patterns(below, split) for key, below in value.items()}
    if isinstance(value, list):
        return [patterns(below, split) for below in value]
    if isinstance(value, str):
        return "".join(ANY if piece is None else literal(piece) for piece in split(value))
    return value


def literal(text: str) -> str:
    """The text as a pattern that matches nothing but itself."""
    return _SPECIAL.sub(lambda found: f"${{{found.group()}}}", text)


def strings(value: Any) -> tuple[str, ...]:
    """The patterns that a parameter gives for one place in an ARN; ANY where it is no text."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(one for below in value for one in strings(below)))
    if isinstance(value, str | int) and not isinstance(value, bool):
        return (str(value),)
    return (ANY,)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text below `value`, with the names that lead to it."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, str(key)))
    elif isinstance(value, list):
        for below in value:
            yield from leaves(below, path)
    elif isinstance(value, str):
        yield path, value


def covers(pattern: str, other: str) -> bool:
    """Whether `pattern` allows all that the pattern `other` allows."""
    first, *rest = _WILDCARD.split(pattern)
    if not rest:
        return pattern == other
    at, end = len(first), len(other) - len(rest[-1])
    if at > end or not (other.startswith(first) and other.endswith(rest[-1])):
        return False
    for part in rest[:-1]:
        found = other.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def compact(arns: Iterable[str]) -> tuple[str, ...]:
    """The ARNs sorted, without those that another one covers."""
    distinct = sorted(set(arns))
    if len({arn for arn in distinct if arn.endswith(ANY)}) > _OPEN:
        distinct = sorted({_common(arn) for arn in distinct})
    return tuple(arn for arn in distinct if not any(covers(o, arn) for o in distinct if o != arn))


def _common(arn: str) -> str:
    return f"{':'.join(arn.split(':', 5)[:5])}:*" if arn.endswith(ANY) else arn
