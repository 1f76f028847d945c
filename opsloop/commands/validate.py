"""`opsloop validate`: everything that is wrong with the rules."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from opsloop.commands import options
from opsloop.commands.telling import tell_problems
from opsloop.compiler.memory import Memory, cache_folder
from opsloop.output import FAILED, print_json, tell, working
from opsloop.problems import Problems


@click.command("validate")
@options.project
@options.as_json
@click.pass_context
def command(ctx: click.Context, project: Path, *, as_json: bool) -> None:
    """Say what is wrong with the rules, all of it at once.

    Writes nothing. With --json a list of problems, each with its place; none is an empty list.
    Warnings are in it as well, and fail nothing. What was compiled before and has not changed
    is answered from the user's cache: OPSLOOP_CACHE names another folder, or `off`.
    """
    try:
        with working("reading the rules"):
            answer = Memory(project, cache_folder()).answer()
    except Problems as problems:
        if not as_json:
            raise
        told = [*problems.problems, *problems.warnings]
        print_json([asdict(problem) for problem in told])
        ctx.exit(FAILED)
    if as_json:
        print_json([asdict(warning) for warning in answer.warnings])
    else:
        tell_problems(answer.warnings)
        tell(f"{len(answer.rules)} rules are valid", "green")
