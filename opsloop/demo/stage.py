"""The demo's machinery: the stage's functions on the account in memory, and a pager that rings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from chalicelib.actions.web import Reply, Request
from chalicelib.clock import Clock
from chalicelib.errors import StepError
from chalicelib.partitions import partition_of
from chalicelib.plan import Plan, Stage
from chalicelib.plans import belongs
from chalicelib.runtime import Runtime
from opsloop.compiler.build import Compiled
from opsloop.demo.world import PAGER_KEY, TOPICS
from opsloop.deploy.names import table_name
from opsloop.expressions.templates import compile_value
from opsloop.local.account import ACCOUNT
from opsloop.local.functions import LocalFunctions
from opsloop.local.telemetry import ConsoleTelemetry

PAGER = "events.pagerduty.com"


@dataclass
class Pager:
    """PagerDuty, as far as a webhook sees it; nothing leaves the machine."""

    rang: list[str] = field(default_factory=list)

    def send(self, request: Request) -> Reply:
        """What PagerDuty answers."""
        if request.host != PAGER:
            raise StepError("Unreachable", f"the demo knows no host {request.host}")
        asked: Mapping[str, Any] = json.loads(request.body or b"{}")
        self.rang.append(str(asked["payload"]["summary"]))
        answer = {
            "status": "success",
            "message": "Event processed",
            "dedup_key": asked["dedup_key"],
        }
        return Reply(202, {"Content-Type": "application/json"}, json.dumps(answer).encode())


def staged(stage: Stage) -> Stage:
    """The stage in the account in memory; who is told there are the demo's own people."""
    where = f"arn:{partition_of(stage['region'])}:sns:{stage['region']}:{ACCOUNT}"
    channels: dict[str, dict[str, str]] = {
        name: {"type": "sns", "topic": f"{where}:{name}"} for name in TOPICS
    }
    channels["pager"] = {"type": "pagerduty", "routing_key": f"${{secret('ssm:{PAGER_KEY}')}}"}
    own = {name: compile_value(settings) for name, settings in channels.items()}
    return {**stage, "account": ACCOUNT, "channels": {**stage["channels"], **own}}


def functions(
    compiled: Compiled, stage: Stage, session: boto3.Session, pager: Pager, clock: Clock
) -> LocalFunctions:
    """Every function of the stage, as Lambda would run it."""

    def runtime(plan: Plan) -> Runtime:
        return Runtime(
            plan,
            stage,
            table_name(stage["stage"]),
            clock,
            session=lambda: session,
            transport=pager,
            telemetry=ConsoleTelemetry(lambda _line: None),
        )

    here = [plan for plan in compiled.plans.values() if belongs(plan, stage)]
    return LocalFunctions(here, stage, runtime)
