"""The names in scope at each place of a rule, and what is known of their types.

docs/rules.md has the same as a table; `opsloop.expressions.check` reads it. A name that a
rule has at other places only is here too, as `elsewhere`, so that whoever reads it is told why.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from opsloop.catalogue.events import envelope
from opsloop.compiler import flow
from opsloop.compiler.flow import ERROR, Flow
from opsloop.compiler.lets import Lets
from opsloop.expressions.types import ARRAY, OBJECT, STRING, TIME, Names, Type, elsewhere
from opsloop.problems import Path
from opsloop.rules.checks import steps_of
from opsloop.rules.model import Rule
from opsloop.rules.scope import DEFAULT_ITEM
from opsloop.rules.steps import Step
from opsloop.rules.triggers import TriggerKind

_ALARM = Type(
    "object",
    {
        "name": STRING,
        "arn": STRING,
        "state": STRING,
        "previous": STRING,
        "reason": STRING,
        "dimensions": OBJECT,
        "ambiguous": ARRAY,
    },
)
_ACTOR = Type(
    "object",
    dict.fromkeys(("type", "name", "arn", "role", "service", "ip"), STRING),
)
_RESOURCE = Type("object", dict.fromkeys(("id", "arn", "type"), STRING))
_RULE = Type("object", dict.fromkeys(("name", "pack", "owner", "severity", "description"), STRING))
_EXECUTION = Type("object", {"id": STRING, "mode": STRING})

#: in scope everywhere, whatever woke the rule
ALWAYS: Names = {
    "event": envelope(None),
    "time": TIME,
    "account": STRING,
    "region": STRING,
    "partition": STRING,
    "resource": _RESOURCE,
    "actor": _ACTOR,
    "rule": _RULE,
}

#: an alarm may come by each of these
_ALARMING = ("alarm", "event", "topic")

#: what a rule has at some places only
_AT_PLACES: Names = {
    "facts": elsewhere("which are read after this", "what the event says"),
    "steps": elsewhere("which run after this", "what the event or a fact says"),
    "execution": elsewhere("which begins after this", "what the event or a fact says"),
    "error": elsewhere("which there is after a failure", "a step of `on_failure` or `finally`"),
    DEFAULT_ITEM: elsewhere("which only a step with `for_each` has", "`for_each` in this step"),
    "targets": elsewhere("which only the steps of a rule with `guard.blast` have", "another name"),
    "result": elsewhere("which only `verify.until` has", "`steps.<id>.result`"),
}
_OWN_LIST = elsewhere("which is an element of this very list", "a list that is known before it")
_LATER_FACT = elsewhere("a fact that is read later", "a fact above this one")
_OWN_FACT = elsewhere("which is this fact itself", "a fact above this one")
_OTHER_STEP = elsewhere("an element of another step's list", "`for_each` in this step")
_LATER_STEP = elsewhere("a step that runs later", "a step that runs before this one")
_OWN_STEP = elsewhere("which is this step itself", "a step that runs before this one")
_OUTER_STEP = elsewhere("the step around this one", "a step that runs before this one")


def names_in_lets(rule: Rule, params: Names, known: Flow | None = None) -> Names:
    """What a `let` may read: all there is at any place where it may itself be read."""
    known = known or Flow()
    ids = {step.id: _step(step, known) for _, step in steps_of(rule) if step.id is not None}
    late: Names = {
        "facts": _facts(rule, known),
        "steps": Type("object", ids),
        "execution": _EXECUTION,
        "error": ERROR,
    }
    if rule.guard is not None and rule.guard.blast is not None:
        late = {**late, "targets": ARRAY}
    own = dict.fromkeys((*_elements(rule), *rule.let))
    names = {**_from_the_start(rule, params, known), **late, **own}
    return {**names, **known.lets.typed(names)}


@dataclass(frozen=True, slots=True)
class Scope:
    """Makes the names for each place of one rule. `params` are those of its stages."""

    rule: Rule
    params: Names = field(default_factory=dict)
    lets: Lets = field(default_factory=Lets)
    #: what is known of the values that come into the rule
    known: Flow = field(default_factory=Flow)
    #: what every place has, once that was asked
    _start: dict[str, Type | None] = field(default_factory=dict, compare=False, repr=False)

    def in_each(self) -> Names:
        """In `each.of`."""
        return self._with({self.rule.each.as_: _OWN_LIST} if self.rule.each else {})

    def in_key(self) -> Names:
        """In `guard.key`, which is told before any fact is read."""
        return self._with({})

    def in_criteria(self) -> Names:
        """In `if`: with all facts."""
        return self._with({"facts": _facts(self.rule, self.known)})

    def in_fact(self, name: str) -> Names:
        """In a fact: with those above it."""
        facts = list(self.rule.facts)
        place = facts.index(name)
        known = {earlier: self.known.facts.get(earlier) for earlier in facts[:place]}
        known |= {name: _OWN_FACT, **dict.fromkeys(facts[place + 1 :], _LATER_FACT)}
        return self._with({"facts": Type("object", known), "execution": _EXECUTION})

    def in_verify(self) -> Names:
        """Where it is checked that the rule helped: behind all steps of `then`."""
        facts = _facts(self.rule, self.known)
        ids = {
            step.id: self._inside(at, step) or _step(step, self.known)
            for at, step in steps_of(self.rule)
            if step.id is not None and at[0] == "then"
        }
        here: Names = {"facts": facts, "execution": _EXECUTION, "steps": Type("object", ids)}
        return self._with({**here, **self._targets()})

    def _targets(self) -> Names:
        blast = self.rule.guard.blast if self.rule.guard else None
        if blast is None:
            return {}
        element = flow.element(blast.targets, self.in_criteria())
        return {"targets": Type("array", items=element)}

    def in_loop(self, path: Path, step: Step) -> Names:
        """In a step's `for_each`, whose elements are not there yet."""
        return self._with({**self._at_step(path), step.as_: _OWN_LIST})

    def in_step(self, path: Path, step: Step) -> Names:
        """In the step at this path: with the results of those that run before it."""
        return self._with({**self._at_step(path), **self._element(path, step)})

    def _element(self, path: Path, step: Step) -> Names:
        if step.for_each is None:
            return {}
        return {step.as_: flow.element(step.for_each, self.in_loop(path, step))}

    def _at_step(self, path: Path) -> Names:
        facts = _facts(self.rule, self.known)
        here: Names = {"facts": facts, "execution": _EXECUTION, "steps": self._steps_at(path)}
        here = {**here, **self._targets()}
        if (outer := _around(path)) is not None:
            here = {**here, **self._element(outer, dict(steps_of(self.rule))[outer])}
        return here if path[0] == "then" else {**here, "error": ERROR}

    def _steps_at(self, path: Path) -> Type:
        """Steps before, here and later. A failure may come before any of `then`: that is null."""
        known: dict[str, Type | None] = {}
        later = None
        for at, step in steps_of(self.rule):
            mark = later or self._mark(at, step, path)
            later = _LATER_STEP if at[: len(path)] == path or later else None
            if step.id is not None:
                known[step.id] = mark or _step(step, self.known)
        return Type("object", known)

    def _mark(self, at: Path, step: Step, path: Path) -> Type | None:
        """Why a step is none for the one at `path`, though it does not run later."""
        if at == path:
            return _OWN_STEP
        if at == _around(path):
            return _OUTER_STEP
        return None if _around(at) == _around(path) else self._inside(at, step)

    def _inside(self, at: Path, step: Step) -> Type | None:
        """Why a step of other elements' turns is none; None where it is no inner step."""
        if (outer := _around(at)) is None:
            return None
        name = dict(steps_of(self.rule))[outer].id or "<id of the step around it>"
        return elsewhere(
            "a step inside of a `for_each`", f"`steps.{name}.result[].steps.{step.id}`"
        )

    def _with(self, here: Names) -> Names:
        if not self._start:
            self._start.update(_from_the_start(self.rule, self.params, self.known))
        names = {**self._start, **here}
        return {**names, **self.lets.typed(names)}


def _from_the_start(rule: Rule, params: Names, known: Flow) -> Names:
    """What every place has, and the names of other places."""
    elements = dict.fromkeys(_elements(rule) - {DEFAULT_ITEM}, _OTHER_STEP)
    names = {**_AT_PLACES, **elements, **ALWAYS, "params": Type("object", params)}
    names["event"] = known.event
    names["alarm"] = _alarm(rule.trigger.kind)
    if rule.each:
        names[rule.each.as_] = None
        names[rule.each.as_] = flow.element(rule.each.of, {**names, **known.lets.typed(names)})
    return names


def _facts(rule: Rule, known: Flow) -> Type:
    return Type("object", {name: known.facts.get(name) for name in rule.facts})


def _step(step: Step, known: Flow) -> Type:
    return flow.outcome(known.results.get(step.id or ""))


def _around(path: Path) -> Path | None:
    """The path of the step that holds the step at this one."""
    return path[:-2] if path[-2] == "steps" else None


def _alarm(kind: TriggerKind) -> Type:
    if kind in _ALARMING:
        return _ALARM
    return elsewhere(f"which the trigger `{kind}` never brings", "what `event` says")


def _elements(rule: Rule) -> set[str]:
    """The names that steps give to the elements of their lists."""
    return {step.as_ for _, step in steps_of(rule) if step.for_each is not None}
