"""Every broken project of tests/broken/ gives exactly the message beside it.

`07-bad-cron.yaml` is one rule of the pack `pack`; a folder is laid over a project as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from opsloop.problems import Problem, Problems
from opsloop.rules.project import load_project
from tests.rules.projects import BROKEN, HEADER, broken, name_of

#: what reads a project and raises Problems
READ = load_project

CASES = sorted(path.stem for path in BROKEN.glob("*.txt"))
CORRECTED = [
    case
    for case in CASES
    if (BROKEN / f"{case}.yaml").is_file() and "    write: " in (BROKEN / f"{case}.txt").read_text()
]


def problems_of(folder: Path) -> list[Problem]:
    try:
        READ(folder)
    except Problems as found:
        return found.problems
    return []


@pytest.mark.parametrize("case", CASES)
def test_the_message_is_exactly_this(case: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as found:
        READ(broken(tmp_path, case))
    assert f"{found.value}\n" == (BROKEN / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CORRECTED)
def test_the_corrected_line_leaves_no_problem(case: str, tmp_path: Path) -> None:
    folder = broken(tmp_path, case)
    problems = problems_of(folder)
    path = folder / "rules" / "pack" / f"{name_of(case)}.yaml"
    for problem in problems:
        path.write_text(corrected(path.read_text(encoding="utf-8"), problem), encoding="utf-8")
    assert problems_of(folder) == []


def corrected(text: str, problem: Problem) -> str:
    """The text with the corrected line in its place; one that is missing goes in before it."""
    lines = text.split("\n")
    at = problem.place.line - 1
    correction = problem.correction or ""
    if problem.found.startswith("no '") or f"{correction}\n" == HEADER:
        lines.insert(at, correction)
    elif problem.found.startswith(("a line indented", "a tab")):
        lines[at] = correction
    else:
        indentation = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = indentation + correction
    return "\n".join(lines)


def test_every_case_has_its_message() -> None:
    cases = {path.name.removesuffix(".yaml") for path in BROKEN.iterdir() if path.suffix != ".txt"}
    assert cases == set(CASES)
