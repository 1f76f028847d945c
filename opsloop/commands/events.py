"""`opsloop events [NAME]`: which events there are, and what is in them."""

from __future__ import annotations

import click

from opsloop.commands import options
from opsloop.output import counted, print_json, show, tell


@click.command("events")
@click.argument("name", required=False)
@options.as_json
def command(name: str | None, *, as_json: bool) -> None:
    """List the events that are known, or show one.

    NAME is an event (`aws.ec2@EC2InstanceStateChangeNotification`, `ec2:RunInstances`), its
    detail-type, a source (`ec2`), or any part of those: what fits is listed, and what fits
    alone is shown with its fields and a sample. With --json the same as data: a list, or one
    event.
    """
    from opsloop.catalogue import entries, view  # noqa: PLC0415 - reads the library

    found = entries.find(name)
    if name is not None and len(found) == 1:
        if as_json:
            print_json(view.as_json(found[0]))
        else:
            show(view.details(found[0]))
    elif as_json:
        print_json([view.as_row(one) for one in found])
    else:
        show(view.listing(found))
        tell(f"\n{counted(len(found), 'event')}; `opsloop events NAME` shows one", "dim")
