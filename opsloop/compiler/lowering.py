"""One rule's model becomes its Plan; every fault on the way gets its place.

`Lowering` holds one rule file while it is looked at. It never stops at a fault: what cannot
be compiled leaves a hole, and a rule with problems gives no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from chalicelib.plan import SCHEMA, Condition, Criteria, Each, Expr, Fact, Plan, Step, Value
from opsloop.compiler import taint
from opsloop.compiler.calls import Calls
from opsloop.compiler.digest import with_digest
from opsloop.compiler.lets import Lets
from opsloop.compiler.names import scope_of
from opsloop.compiler.triggers import Wiring, wiring
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.references import expressions, references
from opsloop.expressions.templates import compile_condition, compile_expr, compile_value
from opsloop.expressions.types import Names
from opsloop.problems import Fault, Path, Problem
from opsloop.rules import steps as model
from opsloop.rules.project import RuleFile

T = TypeVar("T")
_NULL: Expr = {"text": "null", "tree": {"type": "literal", "value": None, "children": []}}
_HOLE: Value = {"lit": None}
_UNMET: Condition = {"test": _NULL}


class Lowering:
    """One rule file on its way to a plan."""

    def __init__(self, file: RuleFile, params: Mapping[str, object], calls: Calls) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._rule = file.rule
        self._calls = calls
        self._scope = scope_of(file.rule, file.rule.trigger.kind, params)
        self._lets = Lets()

    def plan(self) -> Plan:
        """The plan; worth something only where there are no `problems`."""
        rule, file = self._rule, self._file
        trigger = self._trigger()
        self._lets = self._compiled_lets()
        plan: Plan = {
            "schema": SCHEMA,
            "rule": file.name,
            "pack": file.pack,
            "source": file.path,
            "description": rule.description,
            "owner": rule.owner,
            "severity": rule.severity,
            "mode": "observe" if rule.mode == "approve" else rule.mode,
            "saves": rule.saves,
            "regions": list(rule.regions),
            "trigger": rule.trigger.kind,  # type: ignore[typeddict-item]  # others are refused
            "wire": trigger.wire,
            "each": self._each(),
            "let": dict(self._lets.exprs),
            "criteria": self._criteria(trigger),
            "facts": self._facts(),
            "then": self._steps("then", rule.then),
            "on_failure": self._steps("on_failure", rule.on_failure),
            "always": self._steps("finally", rule.finally_),
            "digest": "",
        }
        return with_digest(plan)

    # Parts of a rule.

    def _trigger(self) -> Wiring:
        made = wiring(self._rule.trigger)
        self._say(made.faults, ("when",))
        return made

    def _compiled_lets(self) -> Lets:
        names = self._scope.everything(self._rule)
        exprs = {
            name: self._expr(text, ("let", name), names) for name, text in self._rule.let.items()
        }
        lets = Lets(exprs)
        for fault in lets.circles().values():
            self._say([fault], ("let",))
        return lets

    def _each(self) -> Each | None:
        each = self._rule.each
        if each is None:
            return None
        names = {name: known for name, known in self._scope.base.items() if name != each.as_}
        of = self._expr(each.of, ("each", "of"), names)
        self._available([of], ("each", "of"), names)
        return {"of": of, "as_name": each.as_}

    def _criteria(self, trigger: Wiring) -> Criteria:
        """Split by what each needs: the event alone comes before anything that touches AWS."""
        names = self._scope.with_facts(self._rule.facts)
        data = self._rule.if_
        implied: list[Condition] = [{"test": compile_expr(text)} for text in trigger.criteria]
        on_event, on_facts = implied, list[Condition]()
        items = data if isinstance(data, list) else [] if data is None else [data]
        for place, item in enumerate(items):
            path = ("if", place) if isinstance(data, list) else ("if",)
            condition = self._condition(item, path, names)
            exprs = list(expressions(condition))
            self._available(exprs, path, names)
            (on_facts if any(map(self._lets.facts, exprs)) else on_event).append(condition)
        return {"event": _all(on_event), "facts": _all(on_facts)}

    def _facts(self) -> list[Fact]:
        return [
            self._fact(name, fact, list(self._rule.facts)[:place])
            for place, (name, fact) in enumerate(self._rule.facts.items())
        ]

    def _fact(self, name: str, fact: model.Fact, earlier: list[str]) -> Fact:
        path: Path = ("facts", name)
        names = self._scope.with_facts(earlier)
        parameters = self._value(fact.with_, (*path, "with"), names)
        later = [each for each in self._rule.facts if each not in earlier]
        for expr in expressions(parameters):
            for other in sorted(self._lets.facts(expr) & set(later)):
                self._say([_too_early(f"facts.{other}", "fact", later)], (*path, "with"))
        self._say(self._calls.check_fact(fact.do, fact.with_), path)
        pick = fact.pick
        return {
            "name": name,
            "do": fact.do,
            "with": parameters,
            "pick": None if pick is None else self._picked(pick, (*path, "pick"), names),
            "or": {"value": fact.or_} if fact.has_or else None,
        }

    def _steps(self, name: str, steps: list[model.Step]) -> list[Step]:
        made = []
        for place, step in enumerate(steps):
            earlier = self._ids_before(name, place)
            made.append(self._step(step, (name, place), earlier))
        return made

    def _step(self, step: model.Step, path: Path, earlier: list[str]) -> Step:
        names = dict(self._scope.with_steps(self._rule.facts, earlier))
        if path[0] == "then":
            del names["error"]
        of = None
        if step.for_each is not None:
            of = self._expr(step.for_each, (*path, "for_each"), names)
            self._available([of], (*path, "for_each"), names)
            names[step.as_] = None
        condition = None
        if step.if_ is not None:
            condition = self._condition(step.if_, (*path, "if"), names)
            self._available(expressions(condition), (*path, "if"), names)
        made: Step = {
            "id": step.id or default_id(path),
            "kind": step.kind,  # type: ignore[typeddict-item]  # wait and approve are refused
            "if": condition,
            "for_each": None if of is None else {"of": of, "as_name": step.as_},
            "retry": None if step.retry is None else step.retry.model_dump(),  # type: ignore[typeddict-item]
            "timeout": step.timeout,
            "on_error": step.on_error,
            "effect": "read",
        }
        if step.do is not None:
            self._action(step, step.do, made, path, names)
        else:
            text = step.stop if step.stop is not None else step.fail
            made["message"] = self._value(text, (*path, step.kind), names)
        return made

    def _action(self, step: model.Step, do: str, made: Step, path: Path, names: Names) -> None:
        made["do"] = do
        made["with"] = self._value(step.with_, (*path, "with"), names)
        self._say(self._calls.check_step(do, step.with_), path)
        self._say(taint.check(do, step.with_, made["with"], self._lets), (*path, "with"))
        effect, token = self._calls.effect(do)
        made["effect"] = effect
        if token is not None:
            made["token"] = token

    def _ids_before(self, name: str, place: int) -> list[str]:
        """The steps whose results can be there: those before, of this list and of earlier ones."""
        rule = self._rule
        lists = {"then": rule.then, "on_failure": rule.on_failure, "finally": rule.finally_}
        ids: list[str] = []
        for each, steps in lists.items():
            until = place if each == name else len(steps)
            ids += [step.id for step in steps[:until] if step.id is not None]
            if each == name:
                return ids
        raise AssertionError(f"no list of steps is called {name}")

    # Compiling one thing, with its faults where it stands.

    def _expr(self, data: Any, path: Path, names: Names) -> Expr:
        return self._compiled(lambda: compile_expr(data, names), path, _NULL)

    def _picked(self, data: Any, path: Path, names: Names) -> Expr:
        return self._compiled(lambda: compile_expr(data, names, rooted=False), path, _NULL)

    def _condition(self, data: Any, path: Path, names: Names) -> Condition:
        return self._compiled(lambda: compile_condition(data, names), path, _UNMET)

    def _value(self, data: Any, path: Path, names: Names) -> Value:
        value = self._compiled(lambda: compile_value(data, names), path, _HOLE)
        self._available(expressions(value), path, names)
        return value

    def _compiled(self, compile_it: Callable[[], T], path: Path, hole: T) -> T:
        try:
            return compile_it()
        except BadExpression as bad:
            self._say(bad.faults, path)
            return hole

    def _available(self, exprs: Iterable[Expr], path: Path, names: Names) -> None:
        """A `let` may be read only where all that it reads is there."""
        for expr in exprs:
            reached = self._lets.reach(references(expr["tree"]))
            for name, through in sorted(reached.items()):
                if through is not None and name not in names and name not in self._lets.exprs:
                    self._say([_not_there(name, through)], path)

    def _say(self, faults: Iterable[Fault], path: Path) -> None:
        source = self._file.source
        self.problems += [
            source.problem(fault, source.own(path), key=fault.key) for fault in faults
        ]


def default_id(path: Path) -> str:
    """What the journal calls a step without an id: its list and its place, from 1."""
    name, place = path[0], path[-1]
    prefix = "" if name == "then" else f"{name}-"
    return f"{prefix}step-{int(place) + 1}"


def _all(conditions: list[Condition]) -> Condition | None:
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"all": conditions}


def _not_there(name: str, through: str) -> Fault:
    return Fault(
        f"`{through}`, which reads `{name}`, and that is not known here",
        "a name that is known at this point",
    )


def _too_early(name: str, what: str, later: list[str]) -> Fault:
    return Fault(f"`{name}`, a {what} that is read later ({', '.join(later)})", "an earlier one")
