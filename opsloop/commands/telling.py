"""How problems and warnings are told, one below the other, with their corrected lines.

Called by `opsloop.cli` for what fails, and by the commands that compile for what does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from opsloop.output import tell
from opsloop.problems import Problem


def tell_problems(problems: Sequence[Problem]) -> None:
    """Each problem, and how many there are; nothing where there is none."""
    for problem in problems:
        fault, *correction = str(problem).split("\n", 1)
        tell(fault, "yellow" if problem.warning else "red")
        for line in correction:
            tell(line, "green")
    if problems:
        what = "warning" if problems[0].warning else "problem"
        tell(f"{len(problems)} {what}{'' if len(problems) == 1 else 's'}")
