"""Which file of `rules/` is what: rules and packs, and what stands in the wrong place.

Called by `project`; reads names only, never what is in a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SETTINGS = "opsloop.yaml"
PACK = "pack.yaml"
TEST = ".test.yaml"

Say = Callable[[Path, str, str], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """The rule files, and where each pack's pack.yaml is or would be."""

    rules: list[Path] = field(default_factory=list)
    packs: list[Path] = field(default_factory=list)


def walk(folder: Path, say: Say) -> Layout:
    """The layout below `rules/`, by name. What is out of place is said."""
    if not folder.is_dir():
        say(folder, "no such folder", "a folder with a pack of rules in it")
        return Layout()
    layout = Layout()
    for path in _entries(folder):
        if path.is_dir():
            _pack(path, layout, say)
        elif path.name != SETTINGS:
            _misplaced(path, say, "rules/<pack>/<rule>.yaml")
    return layout


def _pack(folder: Path, layout: Layout, say: Say) -> None:
    layout.packs.append(folder / PACK)
    for path in _entries(folder):
        if path.is_dir():
            for inner in sorted(path.rglob("*.y*ml")):
                _misplaced(inner, say, "rules/<pack>/<rule>.yaml, without folders in a pack")
        elif path.suffix == ".yml":
            _misplaced(path, say, "the ending .yaml")
        elif path.suffix == ".yaml" and path.name != PACK and not path.name.endswith(TEST):
            layout.rules.append(path)


def _misplaced(path: Path, say: Say, expected: str) -> None:
    if path.suffix in (".yaml", ".yml"):
        say(path, "a file that is no rule by its place", expected)


def _entries(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "__")))
