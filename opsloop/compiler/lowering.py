"""One rule's model becomes its Plan; every fault on the way gets its place.

It never stops at a fault: what cannot be compiled leaves a hole, and a rule with problems
gives no plan. `bench` compiles single values, `names` says what each may read, `calls` and
`taint` look at what is called.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.plan import Condition, Criteria, Each, Fact, Guard, Plan, Step, Verify
from chalicelib.plans import SCHEMA
from opsloop.catalogue import patterns
from opsloop.compiler import given, verifying
from opsloop.compiler.bench import Bench
from opsloop.compiler.calls import Calls
from opsloop.compiler.digest import with_digest
from opsloop.compiler.flow import Flow
from opsloop.compiler.guards import guard_of, lowered
from opsloop.compiler.lets import Lets
from opsloop.compiler.names import Scope, names_in_lets
from opsloop.compiler.pushdown.narrowing import narrowed
from opsloop.compiler.stages import Shared
from opsloop.compiler.steps import Steps
from opsloop.compiler.taint import Taint
from opsloop.compiler.touching import add_touches
from opsloop.compiler.triggers import wiring
from opsloop.compiler.wiring import Wiring
from opsloop.expressions.references import expressions
from opsloop.problems import Problem
from opsloop.rules.project import RuleFile


def lower(file: RuleFile, shared: Shared) -> tuple[Plan, list[Problem]]:
    """The plan of a rule, worth something only where no problem is more than a warning."""
    lowering = _Lowering(file, shared)
    plan, bench = lowering.plan(), lowering.bench
    return plan, [*bench.problems, *bench.warnings]


class _Lowering:
    """One rule file on its way to a plan."""

    def __init__(self, file: RuleFile, shared: Shared) -> None:
        self.bench = Bench(file.source)
        self._file = file
        self._rule = file.rule
        self._agreed = shared.agreed
        guard = file.rule.guard
        self._is_bound = shared.spared or (guard is not None and bool(guard.only or guard.except_))
        self._wiring = self._wired()
        self._flow = Flow.of(file.rule, self._wiring.wire)
        self._lets = self._compiled_lets(shared)
        self._scope = Scope(file.rule, shared.params, self._lets, self._flow)
        self._each = self._fanned()
        taint = Taint(self._lets, self._wiring.wire).within(self._each)
        self._calls = Calls(shared.channels)
        self._steps = Steps(self.bench, self._scope, self._calls, taint)

    def plan(self) -> Plan:
        """All parts together."""
        rule, file = self._rule, self._file
        plan: Plan = {
            "schema": SCHEMA,
            "rule": file.name,
            "pack": file.pack,
            "source": file.path,
            "description": rule.description,
            "owner": rule.owner,
            "severity": rule.severity,
            "mode": rule.mode,
            "saves": rule.saves,
            "regions": list(rule.regions),
            "trigger": rule.trigger.kind,  # type: ignore[typeddict-item]  # others are refused
            "wire": self._wiring.wire,
            "each": self._each,
            "let": dict(self._lets.exprs),
            "guard": self._guard(),
            "criteria": self._criteria(),
            "facts": self._facts(),
            "then": self._list("then"),
            "verify": self._verify(),
            "on_failure": self._list("on_failure"),
            "always": self._list("finally"),
            "digest": "",
        }
        if not self.bench.problems and self._is_bound:
            add_touches(plan, rule, self._lets, self.bench)
        if not self.bench.problems:
            plan = narrowed(plan, len(self._wiring.criteria), self._agreed)
        return with_digest(plan)

    def _wired(self) -> Wiring:
        made = wiring(self._rule.trigger)
        self.bench.say(made.faults, ("when",))
        if self._rule.trigger.event is not None and not made.faults:
            self.bench.say(patterns.check(self._rule.trigger.event), ("when", "event"))
        return made

    def _compiled_lets(self, shared: Shared) -> Lets:
        names = names_in_lets(self._rule, shared.params, self._flow)
        texts = self._rule.let.items()
        lets = Lets({name: self.bench.expr(text, ("let", name), names) for name, text in texts})
        self.bench.say(lets.circles(), ("let",))
        return lets

    def _fanned(self) -> Each | None:
        each = self._rule.each
        if each is None:
            return None
        names = self._scope.in_each()
        of = self.bench.expr(each.of, ("each", "of"), names)
        self.bench.say(given.check_list(of, names), ("each", "of"))
        return {"of": of, "as_name": each.as_}

    def _guard(self) -> Guard | None:
        guard = guard_of(self._rule)
        return None if guard is None else lowered(guard, self.bench, self._scope)

    def _verify(self) -> Verify | None:
        return verifying.lowered(self._rule, self.bench, self._scope, self._calls)

    def _criteria(self) -> Criteria:
        """Split by what each needs: the event alone comes before anything that touches AWS."""
        on_event, on_facts = list(self._implied()), list[Condition]()
        for condition in self._conditions():
            read = (self._lets.reads(expr) for expr in expressions(condition))
            (on_facts if any("facts" in names for names in read) else on_event).append(condition)
        return {"event": _all(on_event), "facts": _all(on_facts)}

    def _implied(self) -> Iterator[Condition]:
        """What the trigger promises, for events that come by another road."""
        for text in () if self._wiring.faults else self._wiring.criteria:
            yield {"test": self.bench.expr(text, ("when", self._rule.trigger.kind), None)}

    def _conditions(self) -> list[Condition]:
        """The rule's own criteria, one for each item of its list."""
        data, names = self._rule.if_, self._scope.in_criteria()
        if data is None:
            return []
        if not isinstance(data, list):
            return [self.bench.condition(data, ("if",), names)]
        items = enumerate(data)
        return [self.bench.condition(item, ("if", place), names) for place, item in items]

    def _facts(self) -> list[Fact]:
        return [self._steps.fact(name, fact) for name, fact in self._rule.facts.items()]

    def _list(self, name: str) -> list[Step]:
        rule = self._rule
        lists = {"then": rule.then, "on_failure": rule.on_failure, "finally": rule.finally_}
        return [self._steps.step((name, place), step) for place, step in enumerate(lists[name])]


def _all(conditions: list[Condition]) -> Condition | None:
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"all": conditions}
