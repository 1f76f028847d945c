"""One call of one action: its parameters, its retries, its token, and what is known of it.

`Run` asks for it, for a step or for one element of a step's list. What was tried and failed
for good raises Failed; every other end is a `Done`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from chalicelib.actions.base import Tools, WouldCall
from chalicelib.engine.bounding import Bounding
from chalicelib.engine.outcomes import Failed
from chalicelib.engine.ports import Ports
from chalicelib.engine.scope import Scope
from chalicelib.errors import ExpressionError, NotKnown, SecretError, StepError
from chalicelib.journal.record import Error, Execution, StepStatus
from chalicelib.plan import Retry, Step

ONCE: Retry = {"attempts": 1, "backoff": 0.0, "on": []}
_UNKNOWN = (
    "it had begun when its function was cut off: whether it took effect is unknown, "
    "and it is not repeated"
)


@dataclass(frozen=True, slots=True)
class Done:
    """How one call of an action went."""

    status: StepStatus
    result: Any = None
    attempts: int = 1
    note: str | None = None
    error: Error | None = None


def unknown(step: Step) -> Error:
    """What is said of a `once` step that may have happened before a crash."""
    return Error("action", step["id"], "OutcomeUnknown", _UNKNOWN)


def is_dry(execution: Execution, step: Step) -> bool:
    """Whether the step's effect is only described."""
    return execution.mode == "observe" and step["effect"] != "read"


def act(
    execution: Execution,
    step: Step,
    element: str,
    scope: Scope,
    ports: Ports,
    *,
    deadline: float,
    bounding: Bounding,
) -> Done:
    """Call the step's action until it works, or fails for good. Raises Failed."""
    dry_run = is_dry(execution, step)
    token = token_of(execution, step, element)
    try:
        parameters = scope.evaluator.render(step["with"], "with")
    except NotKnown as unknown_yet:
        would = f"would call {step['do']}; " if dry_run else ""
        return Done("observed", note=f"{would}{unknown_yet}")
    except (ExpressionError, SecretError) as error:
        raise Failed(expression_error(step["id"], error)) from error
    if name := step.get("token"):
        parameters.setdefault(name, token)
    limit = step["timeout"]
    tools = ports.toolbox.tools(
        rule=execution.rule,
        execution=execution.id,
        token=token,
        deadline=deadline if limit is None else min(deadline, ports.clock.now() + limit),
        dry_run=dry_run,
        chain=execution.chain,
    )
    return _tried(step, partial(_held, step, parameters, tools, ports, bounding), tools, ports)


def _held(
    step: Step, parameters: dict[str, Any], tools: Tools, ports: Ports, bounding: Bounding
) -> Any:
    """One attempt: what the call touches is held against the guards right before."""
    bounding.hold(step, parameters, tools)
    return ports.actions.call(step["do"], tools, parameters)


def token_of(execution: Execution, step: Step, element: str) -> str:
    """The same for each attempt at this step (and element) of this execution."""
    named = f"{execution.rule}\n{execution.id}\n{step['id']}{element}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def expression_error(step: str, error: Exception) -> Error:
    """What cannot be evaluated, as an execution's error."""
    return Error("expression", step, type(error).__name__, str(error))


def _tried(step: Step, call: Callable[[], Any], tools: Tools, ports: Ports) -> Done:
    retry = step["retry"] or ONCE
    for attempt in range(1, retry["attempts"] + 1):
        try:
            if attempt > 1:
                tools.sleep(_pause(retry, attempt - 1))
            return Done("succeeded", call(), attempt)
        except WouldCall as effect:
            return Done("observed", effect.as_dict(), attempt)
        except Failed:
            raise
        except StepError as error:
            if attempt == retry["attempts"] or not _worth_retrying(error, step, retry):
                message = _after(attempt, error.message)
                raise Failed(Error("action", step["id"], error.code, message)) from error
        except Exception as error:
            # an action's own defect: it ends this execution, with its name
            ports.telemetry.defect(step["do"], error)
            raise Failed(Error("action", step["id"], type(error).__name__, str(error))) from error
    raise AssertionError("unreachable: the last attempt returns or raises")


def _worth_retrying(error: StepError, step: Step, retry: Retry) -> bool:
    """What may have happened already, and must not twice, is repeated only by its name."""
    if retry["on"]:
        return error.code in retry["on"]
    return error.retryable and not (error.lost and step["effect"] == "once")


def _pause(retry: Retry, attempt: int) -> float:
    """Doubling, with full jitter on its upper half, so that retries do not march in step."""
    full: float = retry["backoff"] * 2 ** (attempt - 1)
    return full * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret


def _after(attempts: int, message: str) -> str:
    return message if attempts == 1 else f"{message} (after {attempts} attempts)"
