"""How problems and warnings are told, with their corrected lines.

Called by `opsloop.cli` for what fails, and by the commands that compile for what does not. In a
pipe each has a line of its own, as other programs read it. At a terminal lints are told in
groups, with what each is about and where it is explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from opsloop.lint.codes import TITLES, link
from opsloop.output import console, plain, show, tell
from opsloop.problems import Problem, Silenced
from opsloop.tables import Rows


def tell_problems(problems: Sequence[Problem]) -> None:
    """Each problem, and how many there are; nothing where there is none."""
    grouped = console(stderr=True).is_terminal
    for problem in problems:
        if not (grouped and problem.code):
            _tell(problem)
    codes = sorted({problem.code for problem in problems if problem.code})
    for code in codes if grouped else ():
        _tell_group(code, [problem for problem in problems if problem.code == code])
    if problems:
        what = "warning" if problems[0].warning else "problem"
        seen = "" if grouped else "".join(f", {link(code)}" for code in codes)
        tell(f"{len(problems)} {what}{'' if len(problems) == 1 else 's'}{seen}")


def told_as_json(problem: Problem) -> dict[str, Any]:
    """A problem, and where its lint is explained."""
    return {**asdict(problem), "docs": link(problem.code) if problem.code else None}


def silenced_as_json(silenced: Iterable[Silenced]) -> list[dict[str, Any]]:
    """Problems that comments silence, each with its reason."""
    return [{**told_as_json(one.problem), "reason": one.reason} for one in silenced]


def _tell(problem: Problem) -> None:
    fault, *correction = str(problem).split("\n", 1)
    tell(fault, _style(problem))
    for line in correction:
        tell(line, "green")


def _tell_group(code: str, problems: Sequence[Problem]) -> None:
    tell(f"{code}  {TITLES[code]}, {link(code)}", f"bold {_style(problems[0])}")
    rows = ((f"  {problem.place}", Text("\n").join(_lines(problem))) for problem in problems)
    show(Rows(("", ""), rows, header=False), stderr=True)


def _lines(problem: Problem) -> Iterator[Text]:
    yield Text(plain(f"found {problem.found}"))
    yield Text(plain(f"expected {problem.expected}"))
    if problem.correction is not None:
        yield Text(plain(f"write: {problem.correction}"), "green")


def _style(problem: Problem) -> str:
    return "yellow" if problem.warning else "red"
