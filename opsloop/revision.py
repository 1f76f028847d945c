"""Another revision of a project: read with git, compiled beside the checkout.

`git archive` gives that revision's files; the checkout is read, never touched. Called by
`backtest` and `plan` for `--against`.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from opsloop.compiler.build import Compiled, compile_project
from opsloop.naming import WrongUsage
from opsloop.problems import Problems

#: all that rules are compiled from
RULES = "rules"


def compiled_at(project: Path, revision: str) -> Compiled:
    """The project as it was. Raises WrongUsage for no such revision, Problems for broken rules."""
    files = files_at(project, revision, (RULES,))
    if not files:
        raise _no_revision(revision)
    with TemporaryDirectory(prefix="opsloop-") as folder:
        _write(Path(folder), files)
        try:
            return compile_project(Path(folder), linted=False)
        except Problems as problems:
            raise _of_then(problems, revision) from None


def files_at(project: Path, revision: str, paths: Iterable[str]) -> dict[str, bytes]:
    """Those of these files, and all in these folders, by their paths below the project.

    Raises WrongUsage for no such revision.
    """
    commit = commit_of(project, revision)
    there = _git(project, "ls-tree", "--name-only", "-z", commit, "--", *paths)
    names = [name for name in there.decode().split("\0") if name]
    if not names:
        return {}
    content = _git(project, "archive", "--format=tar", commit, "--", *names)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        found = {entry.name: archive.extractfile(entry) for entry in archive if entry.isfile()}
        return {name: file.read() for name, file in found.items() if file is not None}


def commit_of(project: Path, revision: str) -> str:
    """The commit that a revision names. Raises WrongUsage where there is none."""
    named = f"{revision}^{{commit}}"
    try:
        said = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", named)
    except subprocess.CalledProcessError as error:
        raise _no_revision(revision) from error
    return said.decode().strip()


def _no_revision(revision: str) -> WrongUsage:
    return WrongUsage(
        f"found the revision {revision!r}; expected one with {RULES}/ in it, "
        "as git names it: main, v1.2, HEAD~3"
    )


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _git(project: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a revision stands where git takes one
            ["git", "-C", str(project), *arguments],  # noqa: S607 - the user's own git
            check=True,
            capture_output=True,
        )
    except FileNotFoundError as error:
        raise WrongUsage("--against needs git, and there is none on the path") from error
    return done.stdout


def _of_then(problems: Problems, revision: str) -> Problems:
    """The same problems, with the revision before each file's name."""
    return Problems(
        [
            replace(one, place=replace(one.place, file=f"{revision}:{one.place.file}"))
            for one in problems.problems
        ]
    )
