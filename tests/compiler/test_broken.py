"""Every broken project of broken/ gives exactly the message beside it.

Faults that only the compiler finds; those of a file by itself are in tests/broken/, and the
compiler says the same of them. `007-unknown-action.yaml` is one rule of the pack `pack`; a
folder is laid over a project as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from opsloop.compiler.build import compile_project
from opsloop.problems import Problem, Problems
from tests.compiler.projects import BROKEN, HEADER, broken, project
from tests.rules import projects as readers
from tests.rules.test_broken import corrected

CASES = sorted(path.stem for path in BROKEN.glob("*.txt"))
CORRECTED = [case for case in CASES if "    write: " in (BROKEN / f"{case}.txt").read_text()]
READ = sorted(path.stem for path in readers.BROKEN.glob("*.txt"))


def problems_of(folder: Path) -> list[Problem]:
    try:
        compile_project(folder)
    except Problems as found:
        return found.problems
    return []


@pytest.mark.parametrize("case", CASES)
def test_the_message_is_exactly_this(case: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as found:
        compile_project(broken(tmp_path, case))
    assert f"{found.value}\n" == (BROKEN / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_one_fault_is_one_problem(case: str, tmp_path: Path) -> None:
    assert len(problems_of(broken(tmp_path, case))) == 1


@pytest.mark.parametrize("case", CORRECTED)
def test_the_corrected_line_leaves_no_problem(case: str, tmp_path: Path) -> None:
    folder = broken(tmp_path, case)
    for problem in problems_of(folder):
        path = folder / problem.place.file
        path.write_text(corrected(path.read_text(encoding="utf-8"), problem), encoding="utf-8")
    assert problems_of(folder) == []


def test_every_case_has_its_message() -> None:
    cases = {path.name.removesuffix(".yaml") for path in BROKEN.iterdir() if path.suffix != ".txt"}
    assert cases == set(CASES)


@pytest.mark.parametrize("case", READ)
def test_what_the_reader_finds_is_all_that_the_compiler_says(case: str, tmp_path: Path) -> None:
    folder = readers.broken(tmp_path, case)
    expected = (readers.BROKEN / f"{case}.txt").read_text(encoding="utf-8")
    assert "".join(f"{problem}\n" for problem in problems_of(folder)) == expected


def test_all_files_are_told_of_together_and_in_order(tmp_path: Path) -> None:
    rule = (BROKEN / "001-unknown-action.yaml").read_text().removeprefix(HEADER)
    folder = project(tmp_path, {"b/two.yaml": rule, "a/one.yaml": rule, "a/three.yaml": rule})
    places = [str(problem.place) for problem in problems_of(folder)]
    assert places == ["rules/a/one.yaml:20:9", "rules/a/three.yaml:20:9", "rules/b/two.yaml:20:9"]


def test_ten_megabytes(tmp_path: Path) -> None:
    folder = project(tmp_path, {"pack/large.yaml": "# padding\n" * 1_048_576})
    (problem,) = problems_of(folder)
    assert str(problem) == (
        "rules/pack/large.yaml:1:1: found 10,485,812 bytes; "
        "expected at most 1,048,576: a rule fits a screen"
    )
