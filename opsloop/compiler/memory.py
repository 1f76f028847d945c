"""What was compiled before and has not changed since is answered without the compiler.

Called by `opsloop validate` and `opsloop compile`. An answer is kept under the digest of all
that it depends on (`inputs`), in the user's own cache and never in the project: whoever writes
the rules must not be able to write the answer as well. What cannot be read, kept or trusted is
compiled anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from opsloop.compiler.answer import Answer
from opsloop.compiler.inputs import Inputs, Program, inputs
from opsloop.problems import Problems

if TYPE_CHECKING:
    from opsloop.compiler.build import Compiled

#: names another folder for what is remembered; `off` remembers nothing
VARIABLE = "OPSLOOP_CACHE"
#: answers kept, of all projects: the newest
KEPT = 50


def cache_folder() -> Path | None:
    """Where answers are kept: as the environment says, else in the user's cache."""
    if said := os.environ.get(VARIABLE):
        return None if said == "off" else Path(said)
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME", ""))
        return (base if base.is_absolute() else Path.home() / ".cache") / "opsloop"
    except RuntimeError:  # a user without a home
        return None


class Memory:
    """Of one project as it is when this is made. Without a folder nothing is remembered."""

    def __init__(self, project: Path, folder: Path | None, program: Program | None = None) -> None:
        self._project = project
        self._folder = folder
        self._program = program or Program.running()
        self._inputs = self._now()
        self._compiled: Compiled | None = None

    def answer(self) -> Answer:
        """What compiling it comes to. Raises Problems."""
        known = self._recalled()
        if known is None:
            return Answer.of(self.compiled())
        if known.problems:
            raise Problems(list(known.problems), list(known.warnings), known.silenced)
        return known

    def compiled(self) -> Compiled:
        """The project, compiled once; that is remembered. Raises Problems."""
        if self._compiled is None:
            from opsloop.compiler.build import compile_project  # noqa: PLC0415 - pydantic is slow

            try:
                self._compiled = compile_project(self._project)
            except Problems as found:
                self._remember(Answer.wrong(found))
                raise
            self._remember(Answer.of(self._compiled))
        return self._compiled

    def _now(self) -> Inputs | None:
        return inputs(self._project, self._program) if self._folder else None

    def _recalled(self) -> Answer | None:
        if self._folder is None or self._inputs is None:
            return None
        try:
            content = (self._folder / self._inputs.digest).read_bytes()
        except OSError:
            return None
        seal, _, body = content.partition(b"\n")
        return msgspec.json.decode(body, type=Answer) if seal == _seal(body) else None

    def _remember(self, answer: Answer) -> None:
        """Keep it, unless something changed while the compiler was reading."""
        if self._folder is None or self._inputs is None or self._now() != self._inputs:
            return
        body = msgspec.json.encode(answer)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self._folder / self._inputs.digest, _seal(body) + b"\n" + body)
            _prune(self._folder)
        except OSError:
            return  # a cache is no reason to fail: the next time compiles again


def _seal(body: bytes) -> bytes:
    """By which a half, or a damaged answer, is known."""
    return hashlib.sha256(body).hexdigest().encode()


def _write(path: Path, content: bytes) -> None:
    """Complete under another name first, so that nobody reads a half."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _prune(folder: Path) -> None:
    """Leave the newest; what a run that was killed left half written goes with the oldest."""
    entries = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in entries[KEPT:]:
        path.unlink(missing_ok=True)
