"""`opsloop validate`: everything that is wrong with the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from opsloop.commands import options
from opsloop.commands.telling import silenced_as_json, tell_problems, told_as_json
from opsloop.compiler.answer import Answer
from opsloop.compiler.memory import Memory, cache_folder
from opsloop.compiler.uncollected import uncollected_to_the_end
from opsloop.output import FAILED, counted, print_json, tell, working
from opsloop.problems import Problems


@click.command("validate")
@click.option("--strict", is_flag=True, help="Fail of warnings as well.")
@options.project
@options.as_json
@click.pass_context
@uncollected_to_the_end()
def command(ctx: click.Context, project: Path, *, strict: bool, as_json: bool) -> None:
    """Say what is wrong with the rules, all of it at once.

    Writes nothing. Warnings fail nothing, unless --strict; docs/lint.md explains each by its
    code. With --json three lists: problems, warnings, and what comments in the rules silence,
    each with its place, its code and, if silenced, the reason. What was compiled before and has
    not changed is answered from the user's cache: OPSLOOP_CACHE names another folder, or `off`.
    """
    try:
        with working("reading the rules"):
            answer = Memory(project, cache_folder()).answer()
    except Problems as problems:
        if not as_json:
            raise
        print_json(_as_json(Answer.wrong(problems)))
        ctx.exit(FAILED)
    if as_json:
        print_json(_as_json(answer))
    else:
        tell_problems(answer.warnings)
        count = len(answer.rules)
        tell(counted(count, "rule is valid", "rules are valid"), "green")
    if strict and answer.warnings:
        tell("and --strict takes no warnings", "red")
        ctx.exit(FAILED)


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "problems": [told_as_json(problem) for problem in answer.problems],
        "warnings": [told_as_json(warning) for warning in answer.warnings],
        "silenced": silenced_as_json(answer.silenced),
    }
