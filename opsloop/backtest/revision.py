"""The rules of another revision, compiled by this version of opsloop, beside the checkout.

`git archive` writes that revision's rules into a folder of its own: the checkout is read, never
touched. Called by `run` for `--against`.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from opsloop.backtest.ruling import Version
from opsloop.compiler.build import Compiled, compile_project
from opsloop.naming import WrongUsage
from opsloop.problems import Problems

#: all that rules are compiled from
RULES = "rules"


def compiled_at(project: Path, revision: str) -> Compiled:
    """The project as it was. Raises WrongUsage for no such revision, Problems for broken rules."""
    try:
        content = _archived(project, revision)
    except subprocess.CalledProcessError as error:
        raise WrongUsage(
            f"found the revision {revision!r}; expected one with {RULES}/ in it, "
            "as git names it: main, v1.2, HEAD~3"
        ) from error
    with TemporaryDirectory(prefix="opsloop-") as folder:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter="data")
        try:
            return compile_project(Path(folder))
        except Problems as problems:
            raise _of_then(problems, revision) from None


def _archived(project: Path, revision: str) -> bytes:
    named = f"{revision}^{{commit}}"
    commit = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", named)
    return _git(project, "archive", "--format=tar", commit.decode().strip(), RULES)


def changed(now: Version, before: Version) -> frozenset[str]:
    """The rules that one of two versions has alone, or that differ."""
    if now.stage != before.stage:
        return frozenset({*now.plans, *before.plans})
    return frozenset(
        rule
        for rule in {*now.plans, *before.plans}
        if rule not in now.plans
        or rule not in before.plans
        or now.plans[rule]["digest"] != before.plans[rule]["digest"]
    )


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
