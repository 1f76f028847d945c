"""Which expressions of a call must not read an event: those that would choose where it goes.

An event is written by whoever caused it. Its values may be told to a host or a channel, but
never name one. Called by the compiler, which knows what an expression reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.actions.base import Action, Own
from opsloop.aws.templates import Piece, Splitter, pieces
from opsloop.problems import Path

#: in the place of an expression
_EXPRESSION = "\0"
#: a URL as far as its path: nothing but a plain host and port is trusted to end there
_ORIGIN = re.compile(r"(?:https?://|\0)(?:://)?+[\w.\0-]*(?::[\d\0]+)?[/?#]", re.ASCII)


def own_expressions(
    action: Action, data: Mapping[str, Any], *, templated: Splitter = pieces
) -> Iterator[tuple[Path, int]]:
    """The texts of `data` with such expressions: the path to each, and how many of its first.

    Of `url: https://${params.host}/${event.id}` that is `(("url",), 1)`.
    """
    for name, own in action.own.items():
        if name in data:
            yield from _below(data[name], own, templated, (name,))


def _below(value: Any, own: Own, split: Splitter, path: Path) -> Iterator[tuple[Path, int]]:
    if isinstance(value, list | dict):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, below in items:
            yield from _below(below, own, split, (*path, key))
    elif isinstance(value, str):
        parts = split(value)
        count = (_origin(parts) if own == "origin" else parts).count(None)
        if count:
            yield path, count


def _origin(parts: list[Piece]) -> list[Piece]:
    """The parts up to where the URL's path begins; all of them where that is not plain."""
    before = ""
    for index, part in enumerate(parts):
        before += _EXPRESSION if part is None else part
        if _ORIGIN.match(before):
            return parts[:index]
    return parts
