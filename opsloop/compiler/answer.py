"""What a compilation comes to, without what it made: enough to say it again.

Called by `memory`, and by the commands that tell of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opsloop.compiler.output import leftovers
from opsloop.problems import Problem, Problems, Silenced

if TYPE_CHECKING:
    from opsloop.compiler.build import Compiled


@dataclass(frozen=True, slots=True)
class Answer:
    """The rules by name, and the SHA-256 of each file to be written; or what is wrong."""

    rules: tuple[str, ...] = ()
    files: dict[str, str] | None = None
    warnings: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    silenced: tuple[Silenced, ...] = ()

    @classmethod
    def of(cls, compiled: Compiled) -> Answer:
        """Of a project that compiles."""
        files = {path: _digest(text.encode()) for path, text in compiled.output.files.items()}
        rules = tuple(sorted(compiled.plans))
        return cls(rules, files, compiled.warnings, silenced=compiled.silenced)

    @classmethod
    def wrong(cls, found: Problems) -> Answer:
        """Of a project that does not."""
        return cls(
            warnings=tuple(found.warnings),
            problems=tuple(found.problems),
            silenced=found.silenced,
        )

    def stale(self, root: Path) -> list[str]:
        """The paths that differ from what is in `root`, as `Output.stale` has them."""
        return sorted([*self._changed(root), *leftovers(root, self._files)])

    @property
    def _files(self) -> dict[str, str]:
        if self.files is None:
            raise ValueError("a project with problems has no files")
        return self.files

    def _changed(self, root: Path) -> Iterator[str]:
        for path, digest in self._files.items():
            file = root / path
            if not file.is_file() or _digest(file.read_bytes()) != digest:
                yield path


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
