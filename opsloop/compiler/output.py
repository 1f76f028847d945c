"""What a compilation writes: a set of files, all or nothing, the same bytes each time.

The compiler builds an `Output` in memory. `write` brings a folder to that state and removes
generated files that no rule stands for any more; `stale` says what `write` would change.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: folders that hold nothing but generated files, below the project
OWNED = ("chalicelib/compiled", ".chalice/policies")


def as_json(content: Any) -> str:
    """JSON as it is committed: sorted, indented, one line end at the end."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_compact_json(content: Any) -> str:
    """JSON as it ships: sorted, and nothing that Lambda would read for nobody."""
    return json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n"


@dataclass
class Output:
    """Texts by path below the project."""

    files: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, text: str) -> None:
        """One more file; two of the same path are a defect of the compiler."""
        if path in self.files:
            raise ValueError(f"{path} is written twice")
        self.files[path] = text

    def stale(self, root: Path) -> list[str]:
        """The paths that differ from what is in `root`, generated leftovers included."""
        changed = [path for path, text in self.files.items() if _read(root / path) != text]
        return sorted([*changed, *_leftovers(root, self.files)])

    def write(self, root: Path) -> list[str]:
        """Bring `root` to this state; returns the paths that changed.

        Every file is complete on disk under a temporary name before the first is renamed:
        a full disk or a crash while writing leaves the old state.
        """
        changed = [path for path in self.files if _read(root / path) != self.files[path]]
        leftovers = list(_leftovers(root, self.files))
        staged = [(_stage(root / path, self.files[path]), root / path) for path in changed]
        for temporary, target in staged:
            temporary.replace(target)
        for path in leftovers:
            (root / path).unlink()
        return sorted([*changed, *leftovers])


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _leftovers(root: Path, files: Mapping[str, str]) -> Iterator[str]:
    for folder in OWNED:
        for path in sorted((root / folder).rglob("*.json")):
            name = path.relative_to(root).as_posix()
            if name not in files:
                yield name


def _stage(target: Path, text: str) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    temporary = Path(name)
    temporary.chmod(0o644)
    return temporary
