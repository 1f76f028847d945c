"""`opsloop actions [NAME]`: what a step can do."""

from __future__ import annotations

from dataclasses import asdict

import click

from opsloop.commands import options
from opsloop.output import print_json, show, tell, working


@click.command("actions")
@click.argument("name", required=False)
@options.as_json
def command(name: str | None, *, as_json: bool) -> None:
    """List the actions, or explain one.

    NAME is an action (`s3.block_public_access`), an operation of AWS's API as boto3 has it
    (`aws.ec2.stop_instances`), or what to list: `aws` its services, `aws.ec2` the operations
    of one.
    """
    from opsloop.actions import lookup  # noqa: PLC0415 - reads AWS's models

    if name is None or lookup.is_list(name):
        _list(name, as_json=as_json)
    else:
        _explain(name, as_json=as_json)


def _list(name: str | None, *, as_json: bool) -> None:
    from opsloop.actions import lookup, view  # noqa: PLC0415 - as above

    with working("reading AWS's models"):
        entries = lookup.entries(name)
    if as_json:
        print_json([asdict(one) for one in entries])
        return
    show(view.listing(entries))
    if name is None:
        tell("\nand every operation of AWS's API: `opsloop actions aws`", "dim")


def _explain(name: str, *, as_json: bool) -> None:
    from opsloop.actions import lookup, view  # noqa: PLC0415 - as above

    with working("reading AWS's models"):
        document = lookup.document(name)
    if as_json:
        print_json(view.as_json(document))
    else:
        show(view.details(document))
