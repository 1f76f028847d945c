"""Steps that stand still: `wait` and `approve`. Nothing runs for them; a waker ends them.

Each is asked twice or more: first it suspends the execution, later it says how it ended.
Times are observed: a wake-up may be late, early, lost or doubled.
"""

from __future__ import annotations

from typing import Any

from chalicelib.engine.acting import Done, expression_error
from chalicelib.engine.outcomes import Failed, Suspended
from chalicelib.engine.ports import Ports
from chalicelib.engine.scope import Scope
from chalicelib.engine.times import iso, seconds, span
from chalicelib.errors import ExpressionError, SecretError
from chalicelib.journal.record import Error, Execution, Waiting
from chalicelib.plan import Approve, Approvers, Step, Value

#: a wait no longer than this is slept through, where the function's time allows
SHORT = 20.0
#: the step that mode approve adds: no rule can have a step of this name
APPROVAL = "mode-approve"


def approval(approvers: Approvers | None, execution: Execution, step: Step) -> Step:
    """The question that a rule of mode approve asks before its first effect."""
    if approvers is None:
        message = "the stage names no approvers, and the rule's mode is approve"
        raise Failed(Error("approval", APPROVAL, "NoApprovers", message))
    about = f" on {execution.resource}" if execution.resource else ""
    prompt: Value = {"lit": f"{execution.rule} would do {step['do']}{about}"}
    asked: Approve = {**approvers, "prompt": prompt, "on_timeout": "fail"}
    return {
        "id": APPROVAL,
        "kind": "approve",
        "approve": asked,
        "if": None,
        "for_each": None,
        "retry": None,
        "timeout": None,
        "on_error": "fail",
        "effect": "read",
    }


def stand(execution: Execution, step: Step, scope: Scope, ports: Ports, left: float) -> Done:
    """How the step ended. Raises Suspended while it stands, Failed for a refused question."""
    if execution.mode == "observe":
        return Done("observed", note=_would(step))
    if step["kind"] == "wait":
        return _wait(execution, step, ports, left)
    return _approve(execution, step, scope, ports)


def ends(step: Step, error: Error) -> bool:
    """Whether a failed step ends its list: where the rule says so, or people refused it all."""
    return step["on_error"] == "fail" or error.step == APPROVAL


def begun(execution: Execution, step: Step) -> Waiting | None:
    """The waiting of this very step, where it has begun."""
    waiting = execution.waiting
    if waiting is None or waiting.reason not in ("wait", "approval"):
        return None
    return waiting if waiting.step == step["id"] else None


def _would(step: Step) -> str:
    if step["kind"] == "wait":
        return f"would wait {span(step['wait'])}"
    return f"would ask {' or '.join(step['approve']['by'])}"


def _wait(execution: Execution, step: Step, ports: Ports, left: float) -> Done:
    now, waiting = ports.clock.now(), begun(execution, step)
    if waiting is not None:
        if seconds(waiting.until) > now:
            raise Suspended(waiting)
        return Done("succeeded")
    if step["wait"] <= min(SHORT, left):
        ports.clock.sleep(step["wait"])
        return Done("succeeded")
    raise Suspended(Waiting("wait", iso(now + step["wait"]), step["id"]))


def _approve(execution: Execution, step: Step, scope: Scope, ports: Ports) -> Done:
    asked, now, waiting = step["approve"], ports.clock.now(), begun(execution, step)
    if waiting is None:
        until = iso(now + asked["within"])
        raise Suspended(Waiting("approval", until, step["id"], _question(asked, step, scope)))
    decision = execution.decision
    if decision is not None and decision.approved:
        said = {"why": decision.why} if decision.why else {}
        return Done("succeeded", {"by": decision.by, "at": decision.at} | said)
    if decision is not None:
        message = ": ".join(filter(None, (f"denied by {decision.by}", decision.why)))
        raise Failed(Error("approval", step["id"], "Denied", message))
    if seconds(waiting.until) > now:
        raise Suspended(waiting)
    if asked["on_timeout"] == "proceed":
        return Done("succeeded", note="nobody answered; went on as the rule says")
    raise Failed(Error("approval", step["id"], "Expired", f"nobody answered by {waiting.until}"))


def _question(asked: Approve, step: Step, scope: Scope) -> dict[str, Any]:
    try:
        prompt = asked["prompt"]
        text = None if prompt is None else scope.evaluator.render(prompt, "approve.prompt")
    except (ExpressionError, SecretError) as error:
        raise Failed(expression_error(step["id"], error)) from error
    return {"by": asked["by"], "prompt": "" if text is None else str(text)}
