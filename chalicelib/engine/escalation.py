"""Who is told of a failure that a rule does not handle itself: the stage's `escalate` channel.

The compiler gives such a rule's function the permissions for that channel. Pure.
"""

from __future__ import annotations

from chalicelib.plan import Expr, Plan, Stage, Step

_MESSAGE: Expr = {
    "text": "error.message",
    "tree": {
        "type": "subexpression",
        "children": [
            {"type": "field", "children": [], "value": "error"},
            {"type": "field", "children": [], "value": "message"},
        ],
    },
}


def on_failure(plan: Plan, stage: Stage) -> list[Step]:
    """The rule's own steps for a failure, else one that tells the stage's people."""
    if plan["on_failure"] or stage["escalate"] is None:
        return plan["on_failure"]
    return [_tell(plan, stage["escalate"])]


def _tell(plan: Plan, channel: str) -> Step:
    return {
        # no rule can have a step of this name
        "id": "stage-escalate",
        "kind": "do",
        "do": "notify",
        "with": {
            "map": {
                "to": {"lit": channel},
                "title": {"lit": f"{plan['rule']} failed"},
                "body": {"expr": _MESSAGE},
            }
        },
        "if": None,
        "for_each": None,
        "retry": None,
        "timeout": None,
        "on_error": "fail",
        "effect": "token",
    }
