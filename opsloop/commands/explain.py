"""`opsloop explain EVENT`: for each rule, why it would run on an event or not."""

from __future__ import annotations

from pathlib import Path

import click

from opsloop.commands import options
from opsloop.output import print_json, print_text, show, working

STDIN = Path("/dev/stdin")


@click.command("explain")
@click.argument(
    "event", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--rule", help="Only this rule, in full.")
@options.stage
@options.project
@options.as_json
def command(*, event: Path, rule: str | None, stage: str, project: Path, as_json: bool) -> None:
    """Say for each rule why it would run on an event, or not.

    The nearest comes first; of what failed, the first failure is told. EVENT is a JSON file:
    the payload as the function gets it, by EventBridge, SNS, a schedule or a manual run, or a
    record of CloudTrail; - is standard input. Nothing is looked up: what depends on facts is
    said to be undecided. The clock stands at the event's own time. `not here` is what would
    run, had the stage a function of the rule: its mode is off, or its regions are others.
    """
    with working("compiling the rules"):
        from opsloop.compiler.build import compile_project  # noqa: PLC0415 - pydantic is slow
        from opsloop.explain import explain  # noqa: PLC0415 - as above
        from opsloop.explain.payload import payload_of  # noqa: PLC0415
        from opsloop.explain.view import details, listing  # noqa: PLC0415
        from opsloop.local.events import read_event  # noqa: PLC0415
        from opsloop.naming import named  # noqa: PLC0415

        compiled = compile_project(project)
    plans = compiled.plans.values() if rule is None else [named(compiled.plans, rule, "rule")]
    payload = payload_of(read_event(STDIN if str(event) == "-" else event))
    explained = explain(plans, named(compiled.stages, stage, "stage"), payload)
    if as_json:
        print_json([one.as_dict() for one in explained])
        return
    for place, one in enumerate(explained):
        print_text("\n" if place else "")
        show(listing(one) if rule is None else details(one))
