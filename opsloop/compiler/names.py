"""The names in scope at each place of a rule, and what is known of their types.

docs/rules.md has the same as a table; `opsloop.expressions.check` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opsloop.expressions.types import ARRAY, OBJECT, STRING, TIME, Names, Type
from opsloop.rules.model import Rule
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
_ENVELOPE = Type(
    "object",
    {
        "version": STRING,
        "id": STRING,
        "detail-type": STRING,
        "source": STRING,
        "account": STRING,
        "time": TIME,
        "region": STRING,
        "resources": ARRAY,
        "replay-name": STRING,
        "detail": None,
    },
)
_RULE = Type("object", dict.fromkeys(("name", "pack", "owner", "severity", "description"), STRING))
_EXECUTION = Type("object", {"id": STRING, "mode": STRING})
_ERROR = Type("object", dict.fromkeys(("kind", "step", "code", "message"), STRING))
_STEP = Type("object", {"result": None, "status": STRING, "error": _ERROR})

#: in scope everywhere, whatever woke the rule
ALWAYS: Names = {
    "event": _ENVELOPE,
    "time": TIME,
    "account": STRING,
    "region": STRING,
    "partition": STRING,
    "resource": _RESOURCE,
    "actor": _ACTOR,
    "rule": _RULE,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Makes the names for each place of one rule."""

    base: Names

    def with_facts(self, facts: Iterable[str]) -> Names:
        """Where these facts are known."""
        return {**self.base, "facts": Type("object", dict.fromkeys(facts)), "execution": _EXECUTION}

    def with_steps(self, facts: Iterable[str], steps: Iterable[str]) -> Names:
        """In a step, behind these."""
        ids = Type("object", dict.fromkeys(steps, _STEP))
        return {**self.with_facts(facts), "steps": ids, "error": _ERROR}

    def everything(self, rule: Rule) -> Names:
        """In a `let`, which is read wherever its own names are known."""
        steps = (*rule.then, *rule.on_failure, *rule.finally_)
        items = {step.as_: None for step in steps if step.for_each is not None}
        ids = [step.id for step in steps if step.id is not None]
        return {**self.with_steps(rule.facts, ids), **items}


def scope_of(rule: Rule, kind: TriggerKind, params: Mapping[str, object]) -> Scope:
    """The scope of a rule; `params` are those that every stage has."""
    names: dict[str, Type | None] = dict(ALWAYS)
    names["params"] = Type("object", dict.fromkeys(params))
    if kind in ("alarm", "topic", "event"):
        names["alarm"] = _ALARM
    names |= dict.fromkeys(rule.let)
    if rule.each:
        names[rule.each.as_] = None
    return Scope(names)
