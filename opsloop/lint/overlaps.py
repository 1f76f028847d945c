"""Lints of rules that act on the same event. Called by `run`, through the table.

Two rules on one event are nothing unusual. Told of are those that make the same call twice, and
those of which one undoes what the other does. Rules are found by what their patterns pin down,
never each with each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from chalicelib.plan import Expr
from opsloop.catalogue.pins import pins
from opsloop.lint.base import Lint, Seen, Whole
from opsloop.patterns.branches import Branch, Field
from opsloop.patterns.operators import Exactly, ExactNumber
from opsloop.problems import Fault, Path
from opsloop.rules.source import Source

#: of steps with the same key, one is held against so many before it
_MOST = 20
_OPPOSED = (
    ("start", "stop"),
    ("start", "terminate"),
    ("attach", "detach"),
    ("associate", "disassociate"),
    ("enable", "disable"),
    ("create", "delete"),
    ("put", "delete"),
    ("authorize", "revoke"),
    ("register", "deregister"),
    ("suspend", "resume"),
    ("quarantine", "release"),
    ("block", "unblock"),
    ("add", "remove"),
    ("tag", "untag"),
)
_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that acts, and what it is given, as text."""

    seen: Seen
    path: Path
    do: str
    given: str


def overlaps(whole: Whole) -> Iterator[tuple[Source, Fault]]:
    """For each rule the first step that another repeats or undoes, on the same event."""
    before: dict[_Key, list[_Step]] = defaultdict(list)
    for seen in whole.rules:
        entries = list(_entries(seen))
        others = ((mine, other) for key, mine in entries for other in before[key][:_MOST])
        told = (_told(mine, other, how) for mine, other in others if (how := _clash(mine, other)))
        yield from islice(told, 1)
        for key, mine in entries:
            before[key].append(mine)


def _entries(seen: Seen) -> Iterator[tuple[_Key, _Step]]:
    """What a rule does to each event that wakes it, by where to look for others."""
    for path, step, do in seen.effects if seen.acts and "pattern" in seen.plan["wire"] else ():
        if path[0] == "then":
            service, _, method = do.rpartition(".")
            one = _Step(seen, path, do, _arguments(seen, step.with_))
            for key in _keys(seen, f"{service}.{method.partition('_')[2]}"):
                yield key, one


def _keys(seen: Seen, thing: str) -> set[_Key]:
    """Where to look for others: what wakes the rule, and the thing that it acts on."""
    found: set[_Key] = set()
    for one in pins(seen.plan["wire"]["pattern"]):
        more = one.calls or _alarms(seen.plan["wire"]["pattern"]) or ("",)
        for source in one.sources or ("",):
            for kind in one.detail_types or ("",):
                found |= {(source, kind, each, thing) for each in more}
    return found


def _alarms(pattern: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of alarms that an alarm's rule has; its wildcards are names to look by as well."""
    detail = pattern.get("detail")
    names = detail.get("alarmName") if isinstance(detail, Mapping) else None
    return tuple(json.dumps(name) for name in names) if isinstance(names, list) else ()


def _clash(mine: _Step, other: _Step) -> str | None:
    """What is wrong with two steps, in words."""
    one, two = mine.seen, other.seen
    if one is two or mine.given != other.given or not _same_place(one, two) or not _meet(one, two):
        return None
    if mine.do == other.do:
        return "makes as well"
    return f"undoes by {other.do}" if _opposed(mine.do, other.do) else None


def _told(mine: _Step, other: _Step, how: str) -> tuple[Source, Fault]:
    found = f"{mine.do}, which the rule {other.seen.file.name} {how} on the same event"
    expected = "one rule, or criteria that part them"
    return mine.seen.file.source, Fault(found, expected, path=(*mine.path, "do"))


def _same_place(one: Seen, two: Seen) -> bool:
    here, there = one.rule.regions, two.rule.regions
    return not here or not there or bool(set(here) & set(there))


def _opposed(do: str, other: str) -> bool:
    verbs = {name.rpartition(".")[2].partition("_")[0] for name in (do, other)}
    return any(verbs == set(pair) for pair in _OPPOSED)


def _meet(one: Seen, two: Seen) -> bool:
    """Whether an event may fit both patterns."""
    if one.plan["wire"] == two.plan["wire"]:
        return True
    if one.pattern is None or two.pattern is None:
        return False
    pairs = ((a, b) for a in one.pattern.branches for b in two.pattern.branches)
    return any(_branches_meet(a, b) for a, b in pairs)


def _branches_meet(one: Branch, two: Branch) -> bool:
    theirs = {field.name: field for field in two.fields}
    return all(
        _fields_meet(field, theirs[field.name]) for field in one.fields if field.name in theirs
    )


def _fields_meet(one: Field, two: Field) -> bool:
    """Whether a value fits both; where neither is a list of plain values, it may."""
    for first, second in ((one, two), (two, one)):
        plain = [_token(each) for each in first.operators]
        if None not in plain:
            return any(op.holds(str(token)) for op in second.operators for token in plain)
    return True


def _token(operator: object) -> str | None:
    if isinstance(operator, Exactly):
        return operator.token
    return operator.text if isinstance(operator, ExactNumber) else None


def _arguments(seen: Seen, given: Mapping[str, Any]) -> str:
    """A call's parameters as text, `let`s written out, so that two rules can be compared."""
    return _written_out(json.dumps(given, sort_keys=True), seen.plan["let"])


def _written_out(text: str, lets: Mapping[str, Expr]) -> str:
    for name, expr in lets.items():
        text = text.replace(f"${{{name}}}", f"${{{expr['text']}}}")
    return text


LINTS = (
    Lint(
        "OPS306",
        "warning",
        finds="Two rules of `mode: active` or `approve` whose patterns an event can fit both, and "
        "whose steps make the same call with the same parameters, or opposed calls: start and "
        "stop, attach and detach. Rules that do different things on one event are left out.",
        why="The call is made twice, or what is left depends on which function was faster. Guards "
        "count each rule by itself, so together they allow twice as much.",
        fix="Make one rule of them, or part them by criteria.",
        of_all=overlaps,
    ),
)
