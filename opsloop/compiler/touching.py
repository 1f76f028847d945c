"""What the steps of a rule touch, where `only` or `except` binds it: added to the plan.

Called by `lowering`. The run side fills it in and holds it against the guards, before each
effect; what reads nothing that an earlier step gave is also looked at before admission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from chalicelib.actions import find
from chalicelib.expressions.values import tagged
from chalicelib.guards.touching import named
from chalicelib.plan import Expr, Plan, Step, Touched
from opsloop.aws import touches
from opsloop.aws.faults import FaultError
from opsloop.compiler.bench import Bench
from opsloop.compiler.lets import Lets
from opsloop.expressions.references import expressions
from opsloop.problems import Fault, Path
from opsloop.rules.checks import steps_of
from opsloop.rules.model import Rule

#: what is not known before admission
_LATE = frozenset({"error", "steps"})
_LISTS = {"then": "then", "on_failure": "on_failure", "finally": "always"}
_ON_TOP = 2


def add_touches(plan: Plan, rule: Rule, lets: Lets, bench: Bench) -> None:
    """Say of each step with an effect what it touches; `bench` is told where nobody can."""
    for path, step in steps_of(rule):
        made = step_at(plan, path)
        if step.do is None or made["effect"] == "read":
            continue
        try:
            found = _touches(step.do, step.with_)
        except FaultError as error:
            bench.say([replace(error.fault, path=("do",))], path)
            continue
        if found is None:
            continue
        made["touches"] = found
        if only := rule.guard and rule.guard.only:
            roles = {"changes"} if only.tags else {"changes", "makes"}
            if roles.isdisjoint(one["role"] for one in found):
                bench.say([_only_new(step.do)], path)
        if path[0] == "then" and len(path) == _ON_TOP and _is_foretold(made, lets):
            made["foretold"] = True


def _touches(do: str, parameters: Mapping[str, object]) -> list[Touched] | None:
    if not do.startswith("aws."):
        return touches.of_action(find(do), parameters)
    _, service, method = do.split(".")
    return touches.of_call(service, method, parameters)


def step_at(plan: Plan, path: Path) -> Step:
    """The plan's step for the rule's at this path."""
    found: object = plan[_LISTS[str(path[0])]]  # type: ignore[literal-required]  # one of three
    for key in path[1:]:
        found = found[key]  # type: ignore[index]
    return found  # type: ignore[return-value]


def _only_new(do: str) -> Fault:
    return Fault(
        f"{do}, which touches nothing that was there before, under `guard.only`",
        "an action on what is there, or `if` in the place of `only`",
        path=("do",),
    )


def _is_foretold(step: Step, lets: Lets) -> bool:
    """Whether event and facts tell if the step runs, and on what."""
    if step["for_each"] is not None:
        return False
    return all(_LATE.isdisjoint(lets.reads(expr)) for expr in _telling(step))


def _telling(step: Step) -> Iterator[Expr]:
    """The expressions of its condition, and of the parameters that name what it touches."""
    if step["if"] is not None:
        yield from expressions(step["if"])
    tag, entries = tagged(step["with"])
    if tag == "map":
        for name in named(step["touches"]):
            yield from expressions(entries[name])
