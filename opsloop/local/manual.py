"""What a person gives a manual rule, as the function gets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.expressions.values import kind
from chalicelib.plan import Plan, Stage
from opsloop.naming import WrongUsage, named


def manual_payload(
    plan: Plan,
    stage: Stage,
    parameters: Mapping[str, str],
    token: str,
    time: str,
    *,
    by: Callable[[], str],
) -> dict[str, Any]:
    """The payload of a manual run; token and time (ISO) are what makes it the same run.

    `parameters` are texts as a command line has them. Raises WrongUsage where they do not fit.
    `by` gives the caller's ARN, and is asked once they do: for the record, it proves nothing.
    """
    return {
        "opsloop": {
            "manual": {
                "token": token,
                "time": time,
                "account": stage["account"],
                "region": stage["region"],
                "parameters": _read(plan, parameters),
                "by": by(),
            }
        }
    }


def _read(plan: Plan, given: Mapping[str, str]) -> dict[str, Any]:
    if plan["trigger"] != "manual":
        raise WrongUsage(f"{plan['rule']} is woken by {plan['trigger']}: give it an --event FILE")
    wanted = plan["wire"].get("manual", {})
    for name in given:
        named(wanted, name, "parameter")
    if missing := [name for name in wanted if name not in given]:
        raise WrongUsage(f"found no {', '.join(missing)}; expected {_listed(wanted)}")
    return {name: _value(name, text, wanted[name]) for name, text in given.items()}


def _value(name: str, text: str, wanted: str) -> Any:
    """A text is meant as it is; all else is JSON."""
    if wanted == "string":
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if kind(value) != wanted:
        raise WrongUsage(f"found the {kind(value)} {text!r} for {name}; expected: {wanted}")
    return value


def _listed(wanted: Mapping[str, str]) -> str:
    return ", ".join(f"--param {name}={kind_.upper()}" for name, kind_ in wanted.items())
