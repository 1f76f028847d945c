"""The composition root: plans become Chalice functions, and ports become AWS.

`app.py` calls `register`. At the desk (`chalice deploy`, `chalice package`) every plan of the
stage becomes a function wired to its trigger. In Lambda only the function that runs is made,
and as a plain Lambda function: the trigger mattered to the deployment, the engine reads the
payload itself. boto3 is imported once it is needed, or here if the rule is sure to need it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from chalice.app import Chalice

from chalicelib.clock import SystemClock
from chalicelib.engine.criteria import Criteria
from chalicelib.engine.door import Door
from chalicelib.engine.outcomes import Invocation
from chalicelib.plans import WAKER, deployed_plans, load_plan, load_stage
from chalicelib.runtime import Runtime

if TYPE_CHECKING:
    from chalicelib.plan import Plan, Stage

Handler = Callable[[Any, Any], dict[str, Any]]


class LambdaContext(Protocol):
    """What the engine reads of Lambda's context object."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda cuts this invocation off."""
        ...


def register(app: Chalice, namespace: MutableMapping[str, Any]) -> None:
    """Add the functions to `app`, and bind their handlers in app.py's own namespace.

    Raises PlanError where the compiled plans are missing or older than the rules.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        rule = os.environ["OPSLOOP_RULE"]
        handler = _waker() if rule == WAKER else _own_handler(rule)
        namespace[rule] = app.lambda_function(name=rule)(handler)
        return
    from chalicelib.freshness import check_fresh, leave_no_bytecode  # noqa: PLC0415 - at the desk

    check_fresh()
    if "AWS_CHALICE_CLI_MODE" in os.environ:
        leave_no_bytecode()
    plans = deployed_plans(os.environ.get("OPSLOOP_STAGE"))
    for plan in plans:
        rule = plan["rule"]
        namespace[rule] = _wire(app, plan)(_placeholder(rule))
    if plans:
        tick = app.schedule("rate(1 minute)", name=WAKER, description="Wakes what is due.")
        namespace[WAKER] = tick(_placeholder(WAKER))


def _wire(app: Chalice, plan: Plan) -> Callable[..., Any]:
    wire, rule = plan["wire"], plan["rule"]
    decorate: Callable[..., Any]
    if "pattern" in wire:
        decorate = app.on_cw_event(wire["pattern"], name=rule)
    elif "schedule" in wire:
        decorate = app.schedule(wire["schedule"], name=rule, description=plan["description"])
    elif "topic" in wire:
        decorate = app.on_sns_message(wire["topic"], name=rule)
    else:
        decorate = app.lambda_function(name=rule)
    return decorate


def _placeholder(rule: str) -> Callable[..., Any]:
    """What Chalice deploys by name; the code that runs is made by `register` in Lambda."""

    def deployed(_event: Any, _context: Any = None) -> Any:
        raise RuntimeError(f"{rule}: set AWS_LAMBDA_FUNCTION_NAME and OPSLOOP_RULE to run it here")

    deployed.__name__ = rule
    return deployed


def _own_handler(rule: str) -> Handler:
    """The handler of the function that this sandbox runs."""
    clock = SystemClock()
    stage = load_stage(os.environ["OPSLOOP_STAGE"])
    plan = load_plan(rule)
    runtime = Runtime(plan, stage, os.environ["OPSLOOP_TABLE"], clock)
    if plan["criteria"]["event"] is None:
        runtime.warm()
    return make_handler(plan, stage, runtime)


def _waker() -> Handler:
    """The built-in function that wakes executions; its name tells how the others are called."""
    from chalicelib.actions.sessions import Sessions  # noqa: PLC0415 - no other function's cost
    from chalicelib.journal.table import Table  # noqa: PLC0415
    from chalicelib.telemetry import PowertoolsTelemetry  # noqa: PLC0415
    from chalicelib.waker import Waker  # noqa: PLC0415

    clock = SystemClock()
    sessions = Sessions(clock)
    prefix = os.environ["AWS_LAMBDA_FUNCTION_NAME"].removesuffix(WAKER)
    table = Table(lambda: sessions.client("dynamodb"), os.environ["OPSLOOP_TABLE"], clock)
    telemetry = PowertoolsTelemetry(WAKER, os.environ["OPSLOOP_STAGE"], lambda value: value)
    waker = Waker(table, lambda: sessions.client("lambda"), prefix, clock, telemetry)

    def tick(_event: Any, _context: Any) -> dict[str, Any]:
        return waker.tick().as_dict()

    return tick


def make_handler(plan: Plan, stage: Stage, runtime: Runtime) -> Handler:
    """What Lambda calls: `(payload, context)` to the outcomes, as JSON."""
    criteria = Criteria(plan, stage, runtime.clock, runtime.secrets.resolve)
    door = Door(plan, criteria, runtime.telemetry)

    def handle(event: Any, context: LambdaContext) -> dict[str, Any]:
        deadline = runtime.clock.now() + context.get_remaining_time_in_millis() / 1000
        invocation = Invocation(context.aws_request_id, deadline)
        try:
            outcomes = door.turned_away(event)
            if outcomes is None:
                outcomes = runtime.engine.handle(event, invocation)
        finally:
            runtime.telemetry.flush()
        return {"outcomes": [outcome.as_dict() for outcome in outcomes]}

    handle.__name__ = plan["rule"]
    return handle
