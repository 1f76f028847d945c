"""What may be right is told as a warning, and compiles: each rule of doubtful/ has exactly one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from opsloop.compiler.build import Compiled, compile_project
from opsloop.problems import Problem, Problems
from tests.compiler.projects import ROOT, SETTINGS, name_of, project
from tests.rules.test_broken import corrected

DOUBTFUL = Path(__file__).parent / "doubtful"
CASES = sorted(path.stem for path in DOUBTFUL.glob("*.yaml"))
EXAMPLES = sorted((ROOT / "tests" / "rules" / "examples").glob("*/*.yaml"))
CORRECTED = [case for case in CASES if "    write: " in (DOUBTFUL / f"{case}.txt").read_text()]


def doubtful(folder: Path, case: str) -> Path:
    rule = project(folder) / "rules" / "pack" / f"{name_of(case)}.yaml"
    rule.parent.mkdir()
    shutil.copyfile(DOUBTFUL / f"{case}.yaml", rule)
    return folder


def compiled(folder: Path, case: str) -> Compiled:
    return compile_project(doubtful(folder, case))


@pytest.mark.parametrize("case", CASES)
def test_the_warning_is_exactly_this(case: str, tmp_path: Path) -> None:
    (warning,) = compiled(tmp_path, case).warnings
    assert f"{warning}\n" == (DOUBTFUL / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CORRECTED)
def test_the_corrected_line_leaves_none(case: str, tmp_path: Path) -> None:
    (warning,) = compiled(tmp_path, case).warnings
    path = tmp_path / warning.place.file
    path.write_text(corrected(path.read_text(encoding="utf-8"), warning), encoding="utf-8")
    assert compile_project(tmp_path).warnings == ()


def test_every_case_has_its_message() -> None:
    assert sorted(path.stem for path in DOUBTFUL.glob("*.txt")) == CASES


def test_beside_problems_warnings_are_told_apart(tmp_path: Path) -> None:
    folder = doubtful(tmp_path, CASES[0])
    rule = folder / "rules" / "pack" / f"{name_of(CASES[0])}.yaml"
    rule.write_text(rule.read_text().replace("do: notify", "do: notfy"), encoding="utf-8")
    with pytest.raises(Problems) as found:
        compile_project(folder)
    assert [problem.found for problem in found.value.problems] == [
        "the action 'notfy', which opsloop does not have"
    ]
    told = "".join(f"{warning}\n" for warning in found.value.warnings)
    assert told == (DOUBTFUL / f"{CASES[0]}.txt").read_text(encoding="utf-8")


def test_the_shipped_rules_have_none() -> None:
    assert compile_project(ROOT).warnings == ()


PARAMS = "params: {limit: 5, rds_max_gib: 100, alertmanager: 'https://a.b', exceptions_table: t}"
#: what the examples are ahead of
TO_COME = re.compile(r"opsloop does not (?:do yet|have)$|^`result`, which ")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_neither_wrong_nor_doubtful(path: Path, tmp_path: Path) -> None:
    settings = SETTINGS.replace("params: {limit: 5}", PARAMS)
    channels = "      security: {type: sns, topic: a}\n      platform: {type: sns, topic: b}\n"
    folder = project(tmp_path, settings=settings + channels)
    (folder / "rules" / "pack").mkdir()
    shutil.copyfile(path, folder / "rules" / "pack" / path.name)
    try:
        warnings = list(compile_project(folder).warnings)
        problems = list[Problem]()
    except Problems as found:
        problems, warnings = found.problems, found.warnings
    assert warnings == []
    assert [problem for problem in problems if not TO_COME.search(problem.found)] == []
