"""`opsloop run RULE`: one rule, on this machine, with your own AWS credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from chalicelib.clock import SystemClock
from chalicelib.plan import Plan, Stage
from opsloop.commands import options
from opsloop.output import FAILED, print_json, show, styled, tell, working
from opsloop.tables import Rows


@dataclass(frozen=True, slots=True)
class Manual:
    """What a person gives, and which run it is."""

    parameters: dict[str, str]
    token: str
    time: str


class Parameter(click.ParamType[tuple[str, str]]):
    """`name=value`."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The name and the value's text."""
        name, sign, text = value.partition("=")
        if not sign or not name:
            self.fail(f"{value!r} is no name=value", param, ctx)
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
@click.option("--token", help="With --at: the same token and time are one execution.")
@click.option(
    "--at", type=options.Time(), metavar="TIME", help="When it was asked for, if not now."
)
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
    params: tuple[tuple[str, str], ...],
    token: str | None,
    at: datetime | None,
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
    if token is not None and at is None:
        raise click.UsageError("--token needs --at: the token alone does not say which run it was")
    manual = Manual(dict(params), token or str(uuid4()), _iso(at))
    with working(f"running {rule}"):
        from opsloop.local.once import observing, run_once  # noqa: PLC0415 - boto3 is slow
        from opsloop.local.plans import plan_of  # noqa: PLC0415 - and so is pydantic

        compiled = plan_of(project, rule, stage)
        plan, settings = observing(*compiled) if dry_run else compiled
        payload = _payload(plan, settings, event_file, manual)
        outcomes = run_once(plan, settings, payload, SystemClock(), tell)
    if as_json:
        print_json(outcomes)
    else:
        show_outcomes(outcomes)
    _tell_where(*compiled, payload)
    if any(one["outcome"] == "failed" for one in outcomes):
        ctx.exit(FAILED)


def _iso(at: datetime | None) -> str:
    from chalicelib.engine.times import iso  # noqa: PLC0415 - comes with the engine

    return iso(SystemClock().now() if at is None else at.timestamp())


def _payload(plan: Plan, stage: Stage, event_file: Path | None, manual: Manual) -> Any:
    from opsloop.local.events import read_event  # noqa: PLC0415 - as above
    from opsloop.local.manual import manual_payload  # noqa: PLC0415

    if event_file is None:
        given, token, time = manual.parameters, manual.token, manual.time
        by = partial(_caller, stage)
        return manual_payload(plan, stage, given, token, time, by=by)
    if manual.parameters:
        raise click.UsageError("--param is for a rule that people run: an --event says it all")
    return read_event(event_file)


def _caller(stage: Stage) -> str:
    from opsloop.deploy.account import session_for  # noqa: PLC0415 - boto3 is slow
    from opsloop.deploy.caller import caller  # noqa: PLC0415

    return caller(session_for(stage))


def _tell_where(plan: Plan, stage: Stage, payload: Any) -> None:
    """What keeps the function in the stage from doing the same."""
    from chalicelib.events.normalise import normalise  # noqa: PLC0415 - as above
    from opsloop.judging import absence, elsewhere  # noqa: PLC0415

    if (absent := absence(plan, stage)) is not None:
        tell(f"no function of {plan['rule']} would: {absent}", "yellow")
    for away in dict.fromkeys(elsewhere(event, stage) for event in normalise(payload)):
        if away is not None:
            tell(f"the event is {away}", "yellow")


def show_outcomes(outcomes: list[dict[str, Any]]) -> None:
    """What became of an event, as a table."""
    rows = [
        (styled(one["outcome"]), one.get("execution", "-"), one.get("reason", ""))
        for one in outcomes
    ]
    show(Rows(("OUTCOME", "EXECUTION", "WHY"), rows))
    if written := [one["execution"] for one in outcomes if "execution" in one]:
        tell(f"`opsloop show {written[0]}` shows it step by step", "dim")
