"""Every lint: what it tells, exactly; a counterpart without it; the comment that silences it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from opsloop.compiler.build import compile_project
from opsloop.lint.codes import TITLES
from opsloop.lint.table import LINTS, SILENCED
from opsloop.problems import Problem, Problems, Silenced
from tests.compiler.projects import ROOT
from tests.lint.projects import CASES, written

REASON = "it is meant so, here"


def told(folder: Path) -> tuple[list[Problem], tuple[Silenced, ...]]:
    """Errors first, then warnings; and what comments silence."""
    try:
        compiled = compile_project(folder)
    except Problems as found:
        return [*found.problems, *found.warnings], found.silenced
    return list(compiled.warnings), compiled.silenced


@pytest.mark.parametrize("code", LINTS)
def test_the_message_is_exactly_this(code: str, tmp_path: Path) -> None:
    problems, _ = told(written(tmp_path, code, "broken"))
    expected = (CASES / code / "message.txt").read_text(encoding="utf-8")
    assert "".join(f"{problem}\n" for problem in problems) == expected
    assert [(one.code, one.warning) for one in problems] == [
        (code, LINTS[code].severity == "warning")
    ]


@pytest.mark.parametrize("code", LINTS)
def test_its_counterpart_is_clean(code: str, tmp_path: Path) -> None:
    problems, silenced = told(written(tmp_path, code, "clean"))
    assert problems == []
    assert [one for one in silenced if one.problem.code == code] == []


@pytest.mark.parametrize("above", [False, True], ids=["behind", "above"])
@pytest.mark.parametrize("code", sorted(SILENCED))
def test_a_comment_silences_it(code: str, above: bool, tmp_path: Path) -> None:
    folder = written(tmp_path, code, "broken")
    (problem,), _ = told(folder)
    silence(folder, problem, above=above)
    problems, silenced = told(folder)
    assert problems == []
    assert [(one.problem.found, one.reason) for one in silenced if one.problem.code == code] == [
        (problem.found, REASON)
    ]


def silence(folder: Path, problem: Problem, *, above: bool) -> None:
    """Write the comment."""
    path = folder / problem.place.file
    lines = path.read_text(encoding="utf-8").split("\n")
    at, comment = problem.place.line - 1, f"# opsloop: ignore {problem.code} - {REASON}"
    indentation = re.match(" *", lines[at])
    assert indentation
    lines[at] = f"{indentation[0]}{comment}\n{lines[at]}" if above else f"{lines[at]}  {comment}"
    path.write_text("\n".join(lines), encoding="utf-8")


def test_the_shipped_rules_are_told_of_nothing_and_say_why() -> None:
    problems, silenced = told(ROOT)
    assert problems == []
    assert {one.problem.code for one in silenced} == {"OPS302", "OPS303"}
    assert all(len(one.reason.split()) > 5 for one in silenced)


def test_every_lint_has_a_title_and_a_case() -> None:
    assert list(TITLES) == list(LINTS) == sorted(LINTS)
    assert {path.name for path in CASES.iterdir()} == set(LINTS)


def test_every_lint_is_told_by_somebody() -> None:
    read = {"OPS001", "OPS002", "OPS101", "OPS102", "OPS103", "OPS401", "OPS501", "OPS502"}
    read |= {"OPS202"}  # with OPS201
    checked = {code for code, lint in LINTS.items() if lint.of_rule or lint.of_all}
    assert checked | read == set(LINTS)
    assert not checked & read


@pytest.mark.parametrize("code", ["OPS201", "OPS301", "OPS302", "OPS303"])
def test_rules_of_the_past_are_compiled_without_lint(code: str, tmp_path: Path) -> None:
    compiled = compile_project(written(tmp_path, code, "broken"), linted=False)
    assert (len(compiled.plans), compiled.warnings, compiled.silenced) == (1, (), ())
