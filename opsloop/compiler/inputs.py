"""All that a compilation depends on, as one digest: the rules, this program, what it stands on.

Called by `memory`, which takes an answer as known only while this digest is the same. What is
not sure to be covered gives no digest: a folder reached by a link, a file that is none.
Standard library only: an unchanged project is told from this without the compiler.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import chalicelib
import opsloop

#: what the compiler writes into the packages, and what Python does; of rules, nothing is left out
_MADE = ("compiled", "__pycache__")
_DISTRIBUTIONS = (".dist-info", ".egg-info")

#: a file's path, its time of change, its size and its inode
Stamp = tuple[str, int, int, int]


class _Unsure(Exception):
    """There is something of which nobody knows what it holds."""


@dataclass(frozen=True, slots=True)
class Program:
    """What compiles: Python, our own packages, and the folders in which libraries stand."""

    python: str
    packages: tuple[Path, ...]
    libraries: tuple[Path, ...]

    @classmethod
    def running(cls) -> Program:
        """The one that runs."""
        packages = tuple(Path(str(one.__file__)).parent for one in (opsloop, chalicelib))
        return cls(sys.version, packages, tuple(map(Path, sys.path)))


@dataclass(frozen=True, slots=True)
class Inputs:
    """Equal digests mean equal answers; equal stamps, that nothing changed in between."""

    digest: str
    stamps: tuple[Stamp, ...]


def inputs(project: Path, program: Program) -> Inputs | None:
    """What a compilation of the project would read now; None where that cannot be told."""
    told, stamps = hashlib.sha256(), list[Stamp]()
    try:
        for line in _lines(project, program, stamps):
            told.update(line.encode(errors="surrogateescape") + b"\0\n")
    except (OSError, _Unsure):
        return None  # the compiler reads it, and says what is wrong
    return Inputs(told.hexdigest(), tuple(stamps))


def _lines(project: Path, program: Program, stamps: list[Stamp]) -> Iterator[str]:
    yield program.python
    yield str(project.resolve())
    yield from _tree(project / "rules", "", stamps)
    for root in program.packages:
        yield from _tree(root, "", stamps, _MADE)
    for folder in filter(Path.is_dir, program.libraries):
        yield from _distributions(folder)


def _tree(root: Path, name: str, stamps: list[Stamp], made: tuple[str, ...] = ()) -> Iterator[str]:
    """Every folder and file below but what is made, each file with what it holds."""
    yield f"folder {name}"
    with os.scandir(root / name) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        below = f"{name}/{entry.name}" if name else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _tree(root, below, stamps, made) if entry.name not in made else ()
        elif entry.is_file():
            yield f"file {below} {_read(entry, stamps)}"
        else:
            raise _Unsure(below)


def _read(entry: os.DirEntry[str], stamps: list[Stamp]) -> str:
    with open(entry.path, "rb") as file:  # noqa: PTH123 - a third of Path's time
        stat = os.fstat(file.fileno())
        stamps.append((entry.path, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return hashlib.sha256(file.read()).hexdigest()


def _distributions(folder: Path) -> Iterator[str]:
    """The libraries installed there, by the folders that name their versions."""
    for path in sorted(folder.iterdir()):
        if path.name.endswith(_DISTRIBUTIONS):
            yield f"library {path.name} {path.stat().st_mtime_ns}"
