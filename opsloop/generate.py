"""The generated files: schemas and reference pages, from the code that they are about.

`python -m opsloop.generate` writes them, `--check` fails where one is stale: `make generate`
and `make check`. What `opsloop compile` writes is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from opsloop.actions import docs as actions
from opsloop.catalogue import samples
from opsloop.commands import reference as commands
from opsloop.expressions import docs as expressions
from opsloop.graph import docs as graph
from opsloop.lint import docs as lint
from opsloop.output import FAILED, print_text, tell
from opsloop.rules import docs as rules
from opsloop.rules import schema

ROOT = Path(__file__).parents[1]

#: each file, and what gives its text: the same code gives the same bytes
FILES: dict[str, Callable[[], str]] = {
    "docs/actions.md": actions.render,
    "docs/cli.md": commands.render,
    "docs/expressions.md": expressions.render,
    "docs/graph.svg": graph.render,
    "docs/lint.md": lint.render,
    "docs/rules.md": rules.render,
    "docs/stackstorm-operators.md": expressions.render_stackstorm,
    "opsloop/catalogue/samples.jsonl": samples.render,
    "rules/opsloop.schema.json": schema.render_settings,
    "rules/rule.schema.json": schema.render,
}


def stale(root: Path) -> dict[str, str]:
    """The files below `root` that are not what they should be, with what they should be."""
    wanted = {path: render() for path, render in FILES.items()}
    return {path: text for path, text in wanted.items() if _read(root / path) != text}


@click.command("generate")
@click.option("--check", is_flag=True, help="Write nothing; fail where something is stale.")
@click.pass_context
def main(ctx: click.Context, *, check: bool) -> None:
    """Write the generated files anew."""
    changed = stale(ROOT)
    for path, text in changed.items():
        print_text(f"{'stale' if check else 'wrote'} {path}\n")
        if not check:
            (ROOT / path).write_text(text, encoding="utf-8")
    if check and changed:
        tell("run `make generate`", "red")
        ctx.exit(FAILED)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    main()
