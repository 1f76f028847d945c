"""Many files changed as one: complete under other names first, then renamed, or all put back.

Called by `output`. No file is ever half written.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from chalicelib.errors import OpsloopError


class OutputError(OpsloopError):
    """The output could not be written; everything is as it was."""


class Swap:
    """New texts for paths below a folder; None removes the file. The seal comes last."""

    def __init__(self, root: Path, texts: Mapping[str, str | None], seal: str | None) -> None:
        self._root = root
        self._texts = texts
        self._seal = seal
        self._staged: dict[str, Path] = {}
        self._before: dict[str, bytes] = {}
        self._changed: list[str] = []

    def make(self) -> None:
        """Do it. Raises OutputError with everything as it was."""
        path = ""
        try:
            for path, text in self._texts.items():
                self._stage(path, text)
            self._break_seal()
            for path in self._texts:
                self._put(path)
            self._tidy()
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror}; {self._outcome()}") from error
        except BaseException:  # a keyboard interrupt, say: as above, then go
            self._undo()
            raise

    def _stage(self, path: str, text: str | None) -> None:
        """Keep what is there, and lay the new text beside it."""
        target = self._root / path
        if target.is_file():
            self._before[path] = target.read_bytes()
        if text is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._staged[path] = _written(target, text.encode())

    def _break_seal(self) -> None:
        if self._seal in self._before:
            self._changed.append(self._seal)
            (self._root / self._seal).unlink()

    def _put(self, path: str) -> None:
        target = self._root / path
        if path in self._staged:
            self._staged[path].replace(target)
            del self._staged[path]
        else:
            target.unlink()
        self._changed.append(path)

    def _tidy(self) -> None:
        """Folders of stages that are gone."""
        for folder in {(self._root / path).parent for path in self._texts}:
            if not any(folder.iterdir()):
                folder.rmdir()

    def _outcome(self) -> str:
        try:
            self._undo()
        except OSError:
            return "some files were changed: compile again"
        return "nothing was written"

    def _undo(self) -> None:
        """Everything as it was; the seal last, as it vouches for the rest."""
        for staged in self._staged.values():
            staged.unlink(missing_ok=True)
        for path in reversed(self._changed):
            target = self._root / path
            if path in self._before:
                target.parent.mkdir(parents=True, exist_ok=True)
                _written(target, self._before[path]).replace(target)
            else:
                target.unlink()


def _written(target: Path, content: bytes) -> Path:
    """The content complete on disk, under another name in the same folder."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
    except BaseException:
        temporary.unlink()
        raise
    return temporary
