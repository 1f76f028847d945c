"""`opsloop compile`: rules become plans, policies and Chalice's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from opsloop.commands import options
from opsloop.commands.telling import silenced_as_json, tell_problems, told_as_json
from opsloop.compiler.answer import Answer
from opsloop.compiler.memory import Memory, cache_folder
from opsloop.compiler.uncollected import uncollected_to_the_end
from opsloop.output import FAILED, counted, plain, print_json, print_text, tell, working

if TYPE_CHECKING:
    from opsloop.compiler.build import Compiled


@click.command("compile")
@click.option("--check", is_flag=True, help="Write nothing; fail where something is stale.")
@options.project
@options.as_json
@click.pass_context
@uncollected_to_the_end()
def command(ctx: click.Context, project: Path, *, check: bool, as_json: bool) -> None:
    """Turn rules into plans, policies and Chalice's configuration.

    Writes all of chalicelib/compiled and .chalice, or nothing: with a fault in any rule,
    everything stays as it was. An unchanged project is answered from the user's cache, as by
    `opsloop validate`.
    """
    with working("compiling the rules"):
        memory = Memory(project, cache_folder())
        answer = memory.answer()
        changed = answer.stale(project)
        if changed and not check:
            answer, changed = _written(project, memory.compiled())
    if as_json:
        warnings = [told_as_json(warning) for warning in answer.warnings]
        silenced = silenced_as_json(answer.silenced)
        told = {"rules": answer.rules, "changed": changed}
        print_json({**told, "warnings": warnings, "silenced": silenced})
    else:
        tell_problems(answer.warnings)
        _say(project, changed, len(answer.rules), check=check)
    if check and changed:
        ctx.exit(FAILED)


def _written(project: Path, compiled: Compiled) -> tuple[Answer, list[str]]:
    return Answer.of(compiled), compiled.output.write(project)


def _say(project: Path, changed: list[str], rules: int, *, check: bool) -> None:
    for path in changed:
        done = "wrote" if (project / path).exists() else "removed"
        print_text(f"{'stale' if check else done} {plain(path)}\n")
    files = counted(len(changed), "file")
    tell(f"{counted(rules, 'rule')} compiled, {files} {'stale' if check else 'changed'}")
    if check and changed:
        tell("run `opsloop compile`", "red")
