"""A plan's pattern becomes narrower by its criteria. Called by `lowering` and `explain-plan`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.expressions.values import tagged
from chalicelib.plan import Condition, Plan, Stage
from opsloop.compiler.pushdown.pushing import Pushdown, push


def narrowed(plan: Plan, implied: int, params: Mapping[str, Any]) -> Plan:
    """The plan with a pattern that says of its criteria what a pattern can.

    The first `implied` criteria are the trigger's own, which its pattern says already.
    """
    if "pattern" not in plan["wire"]:
        return plan
    pushed = pushdown(plan, plan["wire"]["pattern"], implied, params)
    return {**plan, "wire": {**plan["wire"], "pattern": pushed.pattern}}


def pushdown(
    plan: Plan, own: Mapping[str, Any], implied: int, params: Mapping[str, Any]
) -> Pushdown:
    """What becomes of a plan's criteria beside the trigger's own pattern."""
    return push(plan, own, listed(plan["criteria"]["event"])[implied:], params)


def agreed(stages: Iterable[Stage]) -> dict[str, Any]:
    """The parameters that have the same value in all stages: a pattern is the same for all."""
    first, *others = [stage["params"] for stage in stages]
    return {
        name: value
        for name, value in first.items()
        if all(name in other and _same(other[name], value) for other in others)
    }


def listed(condition: Condition | None) -> list[Condition]:
    """The criteria that all have to hold, one by one."""
    if condition is None:
        return []
    match tagged(condition):
        case "all", conditions:
            return list(conditions)
    return [condition]


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON, in which 1 is not true."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
