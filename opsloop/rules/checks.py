"""What types cannot say of one rule: triggers, steps, names. Pure; called by `project`.

Each check yields faults with the path of what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opsloop.problems import Fault, Path
from opsloop.rules.fields import Model
from opsloop.rules.later import NOT_YET
from opsloop.rules.model import Rule
from opsloop.rules.scope import DEFAULT_ITEM, LITERALS, SCOPE
from opsloop.rules.steps import KINDS as STEP_KINDS
from opsloop.rules.steps import Step
from opsloop.rules.triggers import KINDS, Alarm, When
from opsloop.rules.words import listed

_ONLY_WITH = {"bus": "event", "errors": "api", "timezone": "schedule"}
#: beside what each key of a step may stand
_BESIDE = {
    **dict.fromkeys(("with_", "retry", "timeout"), ("do",)),
    **dict.fromkeys(("for_each", "as_", "at_once", "on_error"), ("do", "steps")),
}
#: what a turn of `steps` cannot hold, and what to do instead
_NOT_INSIDE = {
    "approve": "it before the step with 'for_each': one question for all elements",
    "for_each": "one 'for_each' over all elements, such as `facts.groups[].members[]`",
}
STEP_LISTS = ("then", "on_failure", "finally")


def check(rule: Rule) -> Iterator[Fault]:
    """All that is wrong with one rule."""
    for number, when in enumerate(rule.when):
        yield from _trigger(when, ("when", number))
    for path, step in steps_of(rule):
        yield from _step(step, path)
    yield from _ids(rule)
    yield from _names(rule)


def is_sure(rule: Rule) -> bool:
    """Whether it is clear what wakes the rule and what each of its steps does."""
    one_trigger = len(rule.when) == 1 and not any(_trigger(rule.when[0], ()))
    return one_trigger and all(len(step.kinds) == 1 for _, step in steps_of(rule))


def steps_of(rule: Rule) -> Iterator[tuple[Path, Step]]:
    """Every step of a rule with its path, in the order in which they may run."""
    for name, steps in zip(STEP_LISTS, (rule.then, rule.on_failure, rule.finally_), strict=True):
        yield from _nested(steps, (name,))


def _nested(steps: list[Step], path: Path) -> Iterator[tuple[Path, Step]]:
    for number, step in enumerate(steps):
        yield (*path, number), step
        yield from _nested(step.steps, (*path, number, "steps"))


def _about_key(path: Path, found: str, expected: str, correction: str | None = None) -> Fault:
    return Fault(found, expected, correction, path, key=True)


def _built(model: type[Model], keys: Iterable[str]) -> str:
    """Those of the keys that there are already."""
    return listed([key for key in keys if (model, key) not in NOT_YET], "or")


def _misses(path: Path, owner: str) -> Fault:
    found = f"'{path[-1]}' without '{owner}'"
    return _about_key(path, found, f"it beside '{owner}' only")


def _trigger(when: When, path: Path) -> Iterator[Fault]:
    if not when.kinds:
        yield Fault("no trigger", f"one of {_built(When, KINDS)}", path=path)
    for extra in when.kinds[1:]:
        found = f"'{extra}' beside '{when.kinds[0]}'"
        yield _about_key((*path, extra), found, "one trigger in a rule")
    for key, owner in _ONLY_WITH.items():
        if key in when.model_fields_set and owner not in when.kinds:
            yield _misses((*path, key), owner)
    if when.alarm:
        yield from _alarm(when.alarm, (*path, "alarm"))


def _alarm(alarm: Alarm, path: Path) -> Iterator[Fault]:
    if not alarm.names and not alarm.create:
        yield Fault("an alarm without 'names'", "the names of the alarms", path=path)
    if alarm.via == "topic" and alarm.topic is None:
        yield _about_key((*path, "via"), "'via: topic' without 'topic'", "the topic's name or ARN")
    if alarm.topic is not None and alarm.via != "topic":
        yield _about_key((*path, "topic"), "'topic' without 'via: topic'", "'via: topic' beside it")


def _step(step: Step, path: Path) -> Iterator[Fault]:
    if not step.kinds:
        yield Fault("a step that does nothing", _built(Step, STEP_KINDS), path=path)
        return
    for extra in step.kinds[1:]:
        found = f"'{extra}' beside '{step.kinds[0]}'"
        yield _about_key((*path, extra), found, "a step of its own for each")
    if step.kinds[0] != "do":
        yield from _without_do(step, path)
    for name in ("as_", "at_once", "steps"):
        if name in step.model_fields_set and step.for_each is None:
            yield _misses((*path, name.rstrip("_")), "for_each")
    if "steps" in step.model_fields_set:
        yield from _turns(step, path)


def _turns(step: Step, path: Path) -> Iterator[Fault]:
    """What is done for each element."""
    if not step.steps:
        yield _about_key((*path, "steps"), "'steps' without a step", "at least one step")
    for number, inner in enumerate(step.steps):
        for key, instead in _NOT_INSIDE.items():
            if key in inner.model_fields_set:
                found = f"'{key}' inside of a 'for_each'"
                yield _about_key((*path, "steps", number, key), found, instead)


def _without_do(step: Step, path: Path) -> Iterator[Fault]:
    kind = step.kinds[0]
    for name, owners in _BESIDE.items():
        if name in step.model_fields_set and set(owners).isdisjoint(step.kinds):
            key = name.rstrip("_")
            expected = f"it beside {listed([repr(owner) for owner in owners], 'or')} only"
            yield _about_key((*path, key), f"'{key}' beside '{kind}'", expected)
    if kind in ("stop", "fail") and step.if_ is None:
        expected = f"an 'if' beside it: without one, no rule gets past this '{kind}'"
        yield _about_key((*path, kind), f"'{kind}' without 'if'", expected)


def _ids(rule: Rule) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, step in steps_of(rule):
        if step.id is not None and step.id in seen:
            found = f"the step id '{step.id}' again"
            yield Fault(found, "an id of its own for each step", path=(*path, "id"))
        seen.add(step.id or "")


def _names(rule: Rule) -> Iterator[Fault]:
    """Names stand in one scope with the rule's own: none may hide another.

    Facts and steps are read through `facts.` and `steps.`, so theirs hide nothing.
    """
    added: dict[str, str] = {}
    for name in rule.let:
        yield from _hidden(name, added, "let", ("let", name), key=True)
    added |= dict.fromkeys(rule.let, "let")
    if rule.each:
        yield from _hidden(rule.each.as_, added, "each", ("each", "as"))
        added[rule.each.as_] = "each"
    for path, step in steps_of(rule):
        if step.for_each is not None and step.as_ != DEFAULT_ITEM:
            yield from _hidden(step.as_, added, "for_each", (*path, "as"))


def _hidden(
    name: str, added: dict[str, str], by: str, path: Path, *, key: bool = False
) -> Iterator[Fault]:
    owner = f"'{added[name]}'" if name in added else None
    if name in SCOPE:
        owner = "every rule"
    elif name in LITERALS:
        owner = "JMESPath's values"
    if owner:
        found = f"the name '{name}' in '{by}', which {owner} has already"
        offered = f"the_{name}" if by == "let" else f"each_{name}"
        yield Fault(found, "another name", offered, path, key=key)
