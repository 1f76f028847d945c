"""Conditions in three values: met, not met, failed. The top is met only if truly met.

Called by `evaluator`, which decides a single criterion. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.expressions.values import tagged

if TYPE_CHECKING:
    from chalicelib.plan import Condition, Expr


class Verdict(NamedTuple):
    """Whether a condition is met; for an unmet one, the criterion that decided and why."""

    met: bool
    criterion: str = ""
    reason: str = ""
    #: what was absent or looked at, where it has a path
    path: str | None = None
    value: Any = None
    #: its evaluation failed: `not` does not turn it into met
    failed: bool = False


MET = Verdict(met=True)
Decide = Callable[["Expr"], Verdict]


def decide(condition: Condition, test: Decide) -> Verdict:
    """The verdict on a condition, where `test` gives the one on a single criterion."""
    match tagged(condition):
        case "test", expr:
            return test(expr)
        case "all", conditions:
            return _all(decide(each, test) for each in conditions)
        case "any", conditions:
            return _any(decide(each, test) for each in conditions)
        case "not", inner:
            return _not(inner, decide(inner, test))
    raise TypeError(f"a condition of another schema: {sorted(condition)}")


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    """The first that is plainly unmet decides, else the first that failed."""
    failed = None
    for verdict in verdicts:
        if verdict.failed:
            failed = failed or verdict
        elif not verdict.met:
            return verdict
    return failed or MET


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    unmet = []
    for verdict in verdicts:
        if verdict.met:
            return MET
        unmet.append(verdict)
    if len(unmet) == 1:
        return unmet[0]
    return Verdict(
        met=False,
        criterion=f"any: [{', '.join(verdict.criterion for verdict in unmet)}]",
        reason="; ".join(verdict.reason for verdict in unmet),
        path=unmet[0].path if unmet else None,
        value=unmet[0].value if unmet else None,
        failed=any(verdict.failed for verdict in unmet),
    )


def _not(inner: Condition, verdict: Verdict) -> Verdict:
    if verdict.failed:
        return verdict._replace(criterion=f"not: {verdict.criterion}")
    if verdict.met:
        return Verdict(met=False, criterion=f"not: {written(inner)}", reason="it is met")
    return MET


def written(condition: Condition) -> str:
    """The condition on one line, as YAML's flow style has it."""
    match tagged(condition):
        case "test", expr:
            return str(expr["text"])
        case "not", inner:
            return f"not: {written(inner)}"
        case key, conditions:
            return f"{key}: [{', '.join(map(written, conditions))}]"
