"""`opsloop schema`: the JSON Schema that editors complete rule files with."""

from __future__ import annotations

import click

from opsloop.output import print_text


@click.command("schema")
@click.option("--settings", is_flag=True, help="That of rules/opsloop.yaml instead.")
def command(*, settings: bool) -> None:
    """Print the JSON Schema of rule files.

    Editors complete with it: rules/rule.schema.json is the same text.
    """
    from opsloop.rules.schema import render, render_settings  # noqa: PLC0415 - pydantic is slow

    print_text(render_settings() if settings else render())
