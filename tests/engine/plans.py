"""Plans as the compiler makes them, written down briefly."""

from __future__ import annotations

from typing import Any

from chalicelib.plan import Condition, Expr, Plan, Stage, Step, Value
from chalicelib.plans import SCHEMA
from opsloop.expressions.dialect import parse

STAGE: Stage = {
    "schema": SCHEMA,
    "stage": "dev",
    "account": "123456789012",
    "region": "eu-west-1",
    "max_mode": "active",
    "params": {"limit": 5},
    "channels": {},
    "escalate": None,
    "approvers": {"by": ["*:role/oncall"], "within": 1800.0},
}

EVENT = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": "123456789012",
    "time": "2026-11-11T21:29:54Z",
    "region": "eu-west-1",
    "resources": ["arn:aws:ec2:eu-west-1:123456789012:instance/i-abcd1111"],
    "detail": {"instance-id": "i-abcd1111", "state": "stopped", "tries": [1, 2, 3]},
}


def expr(text: str) -> Expr:
    return {"text": text, "tree": parse(text)}


def met(text: str) -> Condition:
    return {"test": expr(text)}


def value(**parameters: Any) -> Value:
    """Parameters where a text that starts with `=` is a whole-string template."""
    return {"map": {name: _value(given) for name, given in parameters.items()}}


def _value(given: Any) -> Value:
    if isinstance(given, str) and given.startswith("="):
        return {"expr": expr(given[1:])}
    return {"lit": given}


def step(name: str, do: str | None = None, **more: Any) -> Step:
    made: dict[str, Any] = {
        "id": name,
        "kind": "do",
        "with": value(),
        "if": None,
        "for_each": None,
        "retry": None,
        "timeout": None,
        "on_error": "fail",
        "effect": "idempotent",
    }
    if do is not None:
        made["do"] = do
    made.update({key.rstrip("_"): given for key, given in more.items()})
    return made  # type: ignore[return-value]  # a TypedDict cannot be made from keywords like if_


def plan(**more: Any) -> Plan:
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "rule": "restart",
        "pack": "hosts",
        "source": "rules/hosts/restart.yaml",
        "description": "Start what stopped.",
        "owner": "team-platform",
        "severity": "high",
        "mode": "active",
        "saves": None,
        "regions": [],
        "trigger": "event",
        "wire": {"pattern": {"source": ["aws.ec2"]}},
        "each": None,
        "let": {},
        "guard": None,
        "criteria": {"event": None, "facts": None},
        "facts": [],
        "then": [],
        "verify": None,
        "on_failure": [],
        "always": [],
        "digest": "d1",
    }
    return made | more  # type: ignore[return-value]  # as above
