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
from opsloop.output import FAILED, print_json, show, styled, tell, working
from opsloop.tables import Rows


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
    """Run one rule on an event, on this machine.

    It is the code that Lambda runs, in the account of a stage, with your AWS credentials and
    the stage's journal. The rule's mode counts, and the stage's max_mode; --dry-run makes it
    observe. Exits with 1 where an execution failed.
    """
    with working(f"running {rule}"):
        from opsloop.local.once import observing, run_once  # noqa: PLC0415 - boto3 is slow
        from opsloop.local.plans import plan_of  # noqa: PLC0415 - and so is pydantic

        plan, settings = plan_of(project, rule, stage)
        if dry_run:
            plan, settings = observing(plan, settings)
        payload = _payload(plan, settings, event_file, dict(params), token)
        outcomes = run_once(plan, settings, payload, SystemClock(), tell)
    if as_json:
        print_json(outcomes)
    else:
        _show(outcomes)
    if any(one["outcome"] == "failed" for one in outcomes):
        ctx.exit(FAILED)


def _payload(
    plan: Plan, stage: Stage, event_file: Path | None, params: dict[str, Any], token: str | None
) -> Any:
    from opsloop.local.events import read_event  # noqa: PLC0415 - as above
    from opsloop.local.manual import manual_payload  # noqa: PLC0415

    if event_file is not None:
        return read_event(event_file)
    return manual_payload(plan, stage, params, token or str(uuid4()), SystemClock())


def _show(outcomes: list[dict[str, Any]]) -> None:
    rows = [
        (styled(one["outcome"]), one.get("execution", "-"), one.get("reason", ""))
        for one in outcomes
    ]
    show(Rows(("OUTCOME", "EXECUTION", "WHY"), rows))
    if written := [one["execution"] for one in outcomes if "execution" in one]:
        tell(f"`opsloop show {written[0]}` shows it step by step", "dim")
