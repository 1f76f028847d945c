"""What a person gives a manual rule, as the function gets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.clock import Clock
from chalicelib.engine.times import iso
from chalicelib.errors import EventError
from chalicelib.expressions.values import kind
from chalicelib.plan import Plan, Stage


def manual_payload(
    plan: Plan, stage: Stage, parameters: Mapping[str, Any], token: str, clock: Clock
) -> dict[str, Any]:
    """The payload of a manual run. Raises EventError for parameters that do not fit."""
    _check(plan, parameters)
    return {
        "opsloop": {
            "manual": {
                "token": token,
                "time": iso(clock.now()),
                "account": stage["account"],
                "region": stage["region"],
                "parameters": dict(parameters),
            }
        }
    }


def _check(plan: Plan, given: Mapping[str, Any]) -> None:
    if plan["trigger"] != "manual":
        raise EventError(f"{plan['rule']} is woken by {plan['trigger']}: give it an --event FILE")
    wanted = plan["wire"].get("manual", {})
    for name, value in given.items():
        if name not in wanted:
            raise EventError(f"found the parameter {name!r}; expected {_listed(wanted)}")
        if kind(value) != wanted[name]:
            raise EventError(f"{name}: found {kind(value)}; expected {wanted[name]}")
    if missing := sorted(wanted.keys() - given.keys()):
        raise EventError(f"no {', '.join(missing)}; expected {_listed(wanted)}")


def _listed(wanted: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind_})" for name, kind_ in wanted.items()) or "no parameters"
