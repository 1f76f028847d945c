"""The compiled output of another git revision: compiled anew, or as it was committed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from opsloop.compiler.build import COMPILED
from opsloop.planning.expected import CONFIG, SHIPPED, Output, package_facts
from opsloop.planning.state import Facts
from opsloop.problems import Place, Problem, Problems
from opsloop.revision import commit_of, compiled_at, files_at


@dataclass(frozen=True, slots=True)
class Then:
    """The output of a revision, its commit, and how it came about."""

    output: Output
    commit: str
    notes: tuple[str, ...] = ()


def output_at(project: Path, revision: str) -> Then:
    """What the revision asks for, by this version of opsloop; else what it had committed.

    Raises WrongUsage for no such revision, and Problems where its rules do not compile and
    its committed output is not of this version's schema, either.
    """
    commit = commit_of(project, revision)
    package = package_facts(files_at(project, commit, SHIPPED))
    try:
        return Then(Output(compiled_at(project, revision).output.files, package), commit)
    except Problems as problems:
        committed = _committed(project, commit, package)
        if CONFIG not in committed.files:
            raise
        if misfits := committed.misfits():
            unread = [_unread(revision, *one) for one in misfits.items()]
            raise Problems([*problems.problems, *unread]) from None
        note = (
            f"the rules of {revision} do not compile with this version of opsloop: "
            "compared is the output that was committed with them"
        )
        return Then(committed, commit, (note,))


def _unread(revision: str, file: str, found: str) -> Problem:
    return Problem(
        Place(f"{revision}:{file}"),
        f"{found}: its rules do not compile with this version of opsloop, and what was committed "
        "with them was compiled by another",
        "a revision that this version can compile or read: take a later one",
    )


def _committed(project: Path, commit: str, package: Facts) -> Output:
    files = files_at(project, commit, (COMPILED, ".chalice/config.json", ".chalice/policies"))
    texts = {name: content.decode() for name, content in files.items() if name.endswith(".json")}
    return Output(texts, package)
