"""What is known of the values that come into a rule: event, facts, results, elements.

Called by `lowering`, once for each rule, before anything is checked; `names` puts it in scope.
Nothing is told here: a text that cannot be read is a value of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.plan import Expr, Wire
from opsloop.aws.answers import answer
from opsloop.aws.faults import FaultError
from opsloop.catalogue.events import envelope, event_of, event_of_alarm
from opsloop.compiler.lets import Lets
from opsloop.expressions.check import infer
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.results import items
from opsloop.expressions.templates import compile_expr
from opsloop.expressions.types import STRING, Names, Type, either, of_value
from opsloop.rules.checks import steps_of
from opsloop.rules.model import Rule
from opsloop.rules.steps import Fact, Step
from opsloop.rules.triggers import When

_AWS = 3
#: what says nothing of what else there may be
_EMPTY: dict[str, object] = {"array": [], "object": {}}
ERROR = Type("object", dict.fromkeys(("kind", "step", "code", "message"), STRING))


@dataclass(frozen=True, slots=True)
class Flow:
    """Types by name; None is a value of which nothing is known."""

    event: Type = field(default_factory=lambda: envelope(None))
    facts: Names = field(default_factory=dict)
    #: the results of steps, by id
    results: Names = field(default_factory=dict)
    #: the rule's `let`s, those that can be read
    lets: Lets = field(default_factory=Lets)

    @classmethod
    def of(cls, rule: Rule, wire: Wire) -> Flow:
        """What is known of a rule that is woken so."""
        return cls(
            _event(rule.trigger, wire),
            {name: _fact(fact) for name, fact in rule.facts.items()},
            dict(_results(rule)),
            Lets({name: expr for name, text in rule.let.items() if (expr := _read(text))}),
        )


def value(text: object, names: Names) -> Type | None:
    """What an expression gives, as far as that is known."""
    expr = _read(text)
    return None if expr is None else infer(expr, names)


def element(text: object, names: Names) -> Type | None:
    """What the elements are of the list that an expression gives."""
    return items(value(text, names))


def answer_of(do: str | None) -> Type | None:
    """What a call answers; None where that is not known."""
    parts = (do or "").split(".")
    if len(parts) != _AWS or parts[0] != "aws":
        return None
    try:
        return answer(parts[1], parts[2])
    except FaultError:
        return None  # the call's own fault


def _event(trigger: When, wire: Wire) -> Type:
    if trigger.alarm is not None:
        return event_of_alarm()
    # a trigger that is still to come has a wire that stands for nothing
    return event_of(wire) if trigger.manual or "manual" not in wire else envelope(None)


def _fact(fact: Fact) -> Type | None:
    known = answer_of(fact.do)
    if fact.pick is not None:
        expr = _read(fact.pick, rooted=False)
        known = None if expr is None else infer(expr, {}, rooted=False, root=known)
    if not fact.has_or or (known is not None and fact.or_ == _EMPTY.get(known.kind)):
        return known
    return either([known, of_value(fact.or_)])


def _results(rule: Rule) -> Iterator[tuple[str, Type | None]]:
    for _, step in steps_of(rule):
        if step.id is not None:
            yield step.id, _result(step)


def _result(step: Step) -> Type | None:
    """A step over a list has a list of results; of inner steps, what became of each turn."""
    known = _turn(step) if step.steps else answer_of(step.do)
    return Type("array", items=known) if step.for_each is not None else known


def _turn(step: Step) -> Type:
    """One element's turn, as the engine's `turns` writes it down."""
    inner = {one.id: outcome(_result(one)) for one in step.steps if one.id is not None}
    fields = {"item": None, "note": STRING, "steps": Type("object", inner, open=True)}
    return Type("object", {**fields, "status": STRING, "error": ERROR})


def outcome(result: Type | None) -> Type:
    """What is known of a step that ran: `steps.<id>`."""
    return Type("object", {"result": result, "status": STRING, "error": ERROR})


def _read(text: object, *, rooted: bool = True) -> Expr | None:
    try:
        return compile_expr(text, None, rooted=rooted)
    except BadExpression:
        return None  # told where it stands
