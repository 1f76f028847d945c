"""Reading facts: what a rule looks up before it acts, in the order it names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notfound import not_found
from chalicelib.engine.ports import Ports
from chalicelib.engine.scope import Scope
from chalicelib.errors import ExpressionError, SecretError, StepError
from chalicelib.journal.record import Ending, Error, Execution
from chalicelib.plan import Fact


class FactFailed(Exception):
    """A fact could not be read: the execution fails; it never counts as an unmet criterion."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


def read_facts(facts: list[Fact], scope: Scope, ports: Ports, tools: Tools) -> dict[str, Any]:
    """All facts by name; each is in scope for those behind it. Raises FactFailed."""
    known: dict[str, Any] = {}
    for fact in facts:
        known[fact["name"]] = _read(fact, scope, ports, tools)
        scope.put("facts", known)
    return known


def with_facts(execution: Execution, facts: Mapping[str, Any], unread: Error | None) -> Execution:
    """The execution with what was read; one whose fact could not be read is admitted as failed.

    So it stands in the journal from the first, and after a crash no step runs without the fact.
    """
    read = replace(execution, facts=facts)
    if unread is None:
        return read
    return replace(read, phase="on_failure", pending=Ending("failed", unread), intent=None)


def _read(fact: Fact, scope: Scope, ports: Ports, tools: Tools) -> Any:
    try:
        parameters = scope.evaluator.render(fact["with"], "with")
        answer = ports.actions.call(fact["do"], tools, parameters)
        pick = fact["pick"]
        return answer if pick is None else scope.evaluator.pick(pick, answer)
    except StepError as error:
        if fact["or"] is not None and not_found(error.code):
            return fact["or"]["value"]
        raise FactFailed(Error("fact", fact["name"], error.code, error.message)) from error
    except (ExpressionError, SecretError) as error:
        raise FactFailed(_failure(fact, error)) from error
    except Exception as error:
        # an action's own defect: it ends this execution, as in a step, with its name
        ports.telemetry.defect(fact["do"], error)
        raise FactFailed(_failure(fact, error)) from error


def _failure(fact: Fact, error: Exception) -> Error:
    return Error("fact", fact["name"], type(error).__name__, str(error))
