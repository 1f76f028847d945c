"""`opsloop run RULE`: one rule, on this machine, with your own AWS credentials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from chalicelib.clock import SystemClock
from chalicelib.plan import Plan, Stage
from opsloop.commands import options
from opsloop.output import FAILED, console, plain, print_json, styled, table


class Parameter(click.ParamType[tuple[str, Any]]):
    """`name=value`; a value that is JSON is read as JSON."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        """The name and the value."""
        name, sign, text = value.partition("=")
        if not sign or not name:
            self.fail(f"{value!r} is no name=value", param, ctx)
        try:
            return name, json.loads(text)
        except json.JSONDecodeError:
            return name, text


@click.command("run")
@click.argument("rule")
@click.option(
    "--event",
    "event_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file: the event as the function gets it.",
)
@click.option("--param", "params", type=Parameter(), multiple=True, help="For a manual rule.")
@click.option("--token", help="Runs with the same token are one execution; else each is its own.")
@click.option("--dry-run", is_flag=True, help="Observe: all but the effects.")
@options.stage
@options.project
@options.as_json
@click.pass_context
def command(
    ctx: click.Context,
    *,
    rule: str,
    event_file: Path | None,
    params: tuple[tuple[str, Any], ...],
    token: str | None,
    dry_run: bool,
    stage: str,
    project: Path,
    as_json: bool,
) -> None:
    """Run RULE on an event, on this machine, in the account of a stage.

    It is the code that Lambda runs, with your AWS credentials and the stage's journal. The
    rule's mode counts, and the stage's max_mode; --dry-run makes it observe.
    """
    from opsloop.local.events import read_event  # noqa: PLC0415 - pydantic and boto3 are slow
    from opsloop.local.manual import manual_payload  # noqa: PLC0415
    from opsloop.local.plans import plan_of  # noqa: PLC0415

    plan, settings = plan_of(project, rule, stage)
    if event_file is not None:
        payload = read_event(event_file)
    else:
        payload = manual_payload(plan, settings, dict(params), token or str(uuid4()), SystemClock())
    outcomes = _run(plan, settings, payload, dry_run=dry_run)
    if as_json:
        print_json(outcomes)
    else:
        rows = [
            (styled(one["outcome"]), one.get("execution", ""), one.get("reason", ""))
            for one in outcomes
        ]
        console().print(table(("OUTCOME", "EXECUTION", "WHY"), rows))
    if any(one["outcome"] == "failed" for one in outcomes):
        ctx.exit(FAILED)


def _run(plan: Plan, stage: Stage, payload: Any, *, dry_run: bool) -> list[dict[str, Any]]:
    from chalicelib.functions import make_handler  # noqa: PLC0415 - as above
    from chalicelib.runtime import Runtime  # noqa: PLC0415
    from opsloop.deploy.account import session_for  # noqa: PLC0415
    from opsloop.deploy.names import table_name  # noqa: PLC0415
    from opsloop.local.functions import LocalContext  # noqa: PLC0415
    from opsloop.local.telemetry import ConsoleTelemetry  # noqa: PLC0415

    if dry_run:
        stage = {**stage, "max_mode": "observe"}
    session = session_for(stage)
    runtime = Runtime(
        plan,
        stage,
        table_name(stage["stage"]),
        SystemClock(),
        session=lambda: session,
        telemetry=ConsoleTelemetry(lambda line: console(stderr=True).print(plain(line))),
    )
    answer = make_handler(plan, stage, runtime)(payload, LocalContext(str(uuid4())))
    outcomes: list[dict[str, Any]] = answer["outcomes"]
    return outcomes
