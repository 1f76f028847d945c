"""Marks: what stands in the place of a value that only the run knows, so that it is found again.

A mark goes through the derivation of ARNs like any name; `touches` reads where it ended up.
Pure; standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsloop.aws.templates import pieces

MARK = re.compile("\x02(\\d+)\\|([^\x03]*)\x03")

Path = tuple[str | int, ...]


def is_mark(text: str) -> bool:
    """Whether the whole text is a mark."""
    return MARK.fullmatch(text) is not None


def turned(mark: str, turn: str) -> str:
    """The mark, with the turn that its value will need."""
    return f"{mark[:-1]}{turn}\x03"


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one call, and the places of its parameters that they stand for."""

    paths: list[Path] = field(default_factory=list)

    def marked(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with a mark for every text that has an expression in it."""
        return {name: self._marked(value, (name,)) for name, value in parameters.items()}

    def _marked(self, value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: self._marked(below, (*path, key)) for key, below in value.items()}
        if isinstance(value, list):
            return [self._marked(below, (*path, at)) for at, below in enumerate(value)]
        if not isinstance(value, str) or None not in pieces(value):
            return value
        self.paths.append(path)
        return f"\x02{len(self.paths) - 1}|\x03"
