"""`opsloop graph`: triggers, rules, actions, and the events that they cause."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from opsloop.commands import options
from opsloop.output import print_json, print_text, show, tell, working

if TYPE_CHECKING:
    from opsloop.graph.rules import Graph

Form = Literal["text", "mermaid", "svg"]


@click.command("graph")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "mermaid", "svg"]),
    default="text",
    show_default=True,
    help="A tree, a flowchart for Mermaid, or a picture.",
)
@click.option("--rule", help="Only this rule, and those that it wakes or that wake it.")
@click.option("--pack", help="Only the rules of this pack.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write to this file.",
)
@options.project
@options.as_json
def command(
    *,
    form: Form,
    rule: str | None,
    pack: str | None,
    output: Path | None,
    project: Path,
    as_json: bool,
) -> None:
    """Show what wakes the rules, what they do, and what that wakes.

    Of each rule its triggers and actions; of each action the events that it causes, as far as
    they are known; of each event the rules that it wakes, and what that hangs on. Rules that
    wake each other in a circle are named. docs/graph.md says which events are known.
    """
    with working("compiling the rules"):
        from opsloop.graph.rules import graph  # noqa: PLC0415 - pydantic is slow

        found = graph(project, rule=rule, pack=pack)
    if as_json:
        print_json(found.as_dict())
    elif output is not None:
        output.write_text(_text(found, form), encoding="utf-8")
        tell(f"wrote {output}")
    elif form == "text":
        from opsloop.graph.text import tree  # noqa: PLC0415 - rich, for people

        show(tree(found))
    else:
        print_text(_text(found, form))


def _text(found: Graph, form: Form) -> str:
    from opsloop.graph.drawing import drawn  # noqa: PLC0415 - as above
    from opsloop.graph.mermaid import mermaid  # noqa: PLC0415
    from opsloop.graph.svg import svg  # noqa: PLC0415
    from opsloop.graph.text import as_text  # noqa: PLC0415

    if form == "text":
        return as_text(found)
    return (mermaid if form == "mermaid" else svg)(drawn(found))
