"""What a compilation writes: a set of files, all or nothing, the same bytes each time.

The compiler builds an `Output` in memory. `write` brings a folder to that state and removes
generated files that no rule stands for any more; `stale` says what `write` would change.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from opsloop.compiler.swap import Swap

#: folders that hold nothing but generated files, below the project
OWNED = ("chalicelib/compiled", ".chalice/policies")


def as_json(content: Any) -> str:
    """JSON as it is committed: sorted, indented, one line end at the end."""
    # json indents in Python only, at ten times the price
    sorted_ = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return msgspec.json.format(sorted_, indent=2) + "\n"


def as_compact_json(content: Any) -> str:
    """JSON as it ships: sorted, and nothing that Lambda would read for nobody."""
    return json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n"


@dataclass
class Output:
    """Texts by path below the project. `seal` is the one without which the rest is not valid."""

    seal: str | None = None
    files: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, text: str) -> None:
        """One more file; two of the same path are a defect of the compiler."""
        if path in self.files:
            raise ValueError(f"{path} is written twice")
        self.files[path] = text

    def stale(self, root: Path) -> list[str]:
        """The paths that differ from what is in `root`, generated leftovers included."""
        return sorted([*self._changed(root), *leftovers(root, self.files)])

    def write(self, root: Path) -> list[str]:
        """Bring `root` to this state; returns the paths that changed.

        Raises OutputError, with everything as it was, where something cannot be written.
        What is cut off in the middle has no seal, and `app.py` refuses to deploy it.
        """
        changed = [*self._changed(root), *leftovers(root, self.files)]
        if changed:
            sealed = [self.seal] if self.seal else []
            paths = [*(path for path in changed if path != self.seal), *sealed]
            Swap(root, {path: self.files.get(path) for path in paths}, self.seal).make()
        return sorted(changed)

    def _changed(self, root: Path) -> Iterator[str]:
        for path, text in self.files.items():
            if not (root / path).is_file() or (root / path).read_bytes() != text.encode():
                yield path


def leftovers(root: Path, files: Container[str]) -> Iterator[str]:
    """Generated files of rules and stages that are gone, and of a compilation cut off."""
    for folder in OWNED:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if name not in files and path.is_file() and path.suffix in (".json", ".tmp"):
                yield name
