"""`opsloop explain-plan RULE`: what EventBridge decides, what the function decides, and why."""

from __future__ import annotations

from pathlib import Path

import click

from opsloop.commands import options
from opsloop.output import print_json, show, working


@click.command("explain-plan")
@click.argument("rule")
@options.project
@options.as_json
def command(rule: str, project: Path, *, as_json: bool) -> None:
    """Say what EventBridge decides for a rule, and what its function does.

    And why. A criterion that the rule's event pattern says as well never starts the function in
    vain. The function decides every criterion again: an event may come by a road that has no
    pattern.
    """
    with working("compiling the rules"):
        from opsloop.compiler.pushdown.explained import explained  # noqa: PLC0415 - pydantic
        from opsloop.compiler.pushdown.view import details  # noqa: PLC0415

        found = explained(project, rule)
    if as_json:
        print_json(found.as_dict())
    else:
        show(details(found))
