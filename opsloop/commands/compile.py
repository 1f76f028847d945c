"""`opsloop compile`: rules become plans, policies and Chalice's configuration."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from opsloop.commands import options
from opsloop.commands.telling import tell_problems
from opsloop.output import FAILED, plain, print_json, print_text, tell, working


@click.command("compile")
@click.option("--check", is_flag=True, help="Write nothing; fail where something is stale.")
@options.project
@options.as_json
@click.pass_context
def command(ctx: click.Context, project: Path, *, check: bool, as_json: bool) -> None:
    """Turn rules into plans, policies and Chalice's configuration.

    Writes all of chalicelib/compiled and .chalice, or nothing: with a fault in any rule,
    everything stays as it was.
    """
    with working("compiling the rules"):
        from opsloop.compiler.build import compile_project  # noqa: PLC0415 - pydantic is slow

        compiled = compile_project(project)
    changed = compiled.output.stale(project) if check else compiled.output.write(project)
    if as_json:
        warnings = [asdict(warning) for warning in compiled.warnings]
        print_json({"rules": sorted(compiled.plans), "changed": changed, "warnings": warnings})
    else:
        tell_problems(compiled.warnings)
        _say(project, changed, len(compiled.plans), check=check)
    if check and changed:
        ctx.exit(FAILED)


def _say(project: Path, changed: list[str], rules: int, *, check: bool) -> None:
    for path in changed:
        done = "wrote" if (project / path).exists() else "removed"
        print_text(f"{'stale' if check else done} {plain(path)}\n")
    tell(f"{rules} rules compiled, {len(changed)} files {'stale' if check else 'changed'}")
    if check and changed:
        tell("run `opsloop compile`", "red")
