"""`opsloop eval EXPR --event FILE`: what an expression gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from chalicelib.clock import SystemClock
from chalicelib.engine.scope import event_scope
from chalicelib.errors import SecretError
from chalicelib.events.normalise import normalise
from chalicelib.expressions.values import kind
from chalicelib.plan import Plan, Stage
from opsloop.commands import options
from opsloop.output import plain, print_json, print_text, tell
from opsloop.problems import Place, Problem, Problems


@click.command("eval")
@click.argument("expression")
@click.option(
    "--event",
    "event_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file: the event as the function gets it.",
)
@click.option("--rule", help="Read this rule's `let`s too.")
@options.stage
@options.project
@options.as_json
def command(
    *,
    expression: str,
    event_file: Path | None,
    rule: str | None,
    stage: str,
    project: Path,
    as_json: bool,
) -> None:
    """Evaluate an expression against an event.

    Prints its value, and its type to standard error. Names are those that a rule has: event,
    alarm, actor, resource, the stage's params, and with --rule the rule's own. Facts are not
    looked up: they are null.
    """
    plan, settings = _plan(rule, stage, project)
    value = _value(expression, event_file, plan, settings)
    if as_json:
        print_json({"value": value, "type": kind(value)})
    else:
        lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
        print_text("".join(f"{plain(line)}\n" for line in lines))
        tell(kind(value), "dim")


def _plan(rule: str | None, stage: str, project: Path) -> tuple[Plan, Stage]:
    from opsloop.local.plans import bare_plan, plan_of, stage_settings  # noqa: PLC0415 - pydantic

    if rule is not None:
        return plan_of(project, rule, stage)
    return bare_plan(), stage_settings(project, stage)


def _value(expression: str, event_file: Path | None, plan: Plan, stage: Stage) -> Any:
    from opsloop.expressions.faults import BadExpression  # noqa: PLC0415
    from opsloop.expressions.templates import compile_expr  # noqa: PLC0415
    from opsloop.local.events import read_event  # noqa: PLC0415
    from opsloop.local.plans import NO_EVENT, names_of  # noqa: PLC0415

    payload = NO_EVENT if event_file is None else read_event(event_file)
    event = normalise(payload)[0]
    scope = event_scope(plan, stage, event, SystemClock(), _no_secret)
    try:
        compiled = compile_expr(expression, names_of(plan))
    except BadExpression as bad:
        raise Problems([_problem(fault) for fault in bad.faults]) from None
    return scope.evaluator.value(compiled)


def _problem(fault: Any) -> Problem:
    place = Place("expression", 1, fault.offset + 1)
    return Problem(place, fault.found, fault.expected, fault.correction)


def _no_secret(reference: str) -> str:
    raise SecretError(f"{reference} is not looked up here: secrets are read when a step runs")
