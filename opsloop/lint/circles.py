"""Lints of rules that wake each other. Called by `run`, through the table.

Which rule wakes which is `opsloop.compiler.chains`' to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from opsloop.compiler.chains import Circle, chain
from opsloop.lint.base import Lint, Seen, Whole
from opsloop.lint.effects import has_rest
from opsloop.problems import Fault
from opsloop.rules.source import Source

Told = tuple[Source, Fault]


def endless(whole: Whole) -> Iterator[Told]:
    """Circles that go round for ever."""
    rules = {seen.file.name: seen for seen in whole.rules}
    for circle in whole.circles:
        if _ends(circle, rules) is None:
            expected = "a rest: `cooldown` or `rate` in the guard"
            yield _told(circle, rules, "and nothing ends it", expected)


def ending(whole: Whole) -> Iterator[Told]:
    """Circles that something ends.

    A rule that wakes itself, and has a rest, has just what it needs.
    """
    rules = {seen.file.name: seen for seen in whole.rules}
    alone = "criteria that leave out what it does itself; no `allow_self`, if it has that"
    others = "criteria that leave out what the other does, or one rule in their place"
    for circle in whole.circles:
        if ends := _ends(circle, rules):
            if len(circle) == 1 and has_rest(rules[circle[0].rule].rule):
                continue
            yield _told(circle, rules, ends, alone if len(circle) == 1 else others)


def _ends(circle: Circle, rules: dict[str, Seen]) -> str | None:
    """Why it comes to an end, in words; None where nothing is known that ends it."""
    if rests := [edge.rule for edge in circle if has_rest(rules[edge.rule].rule)]:
        return f"as often as the guard of {rests[0]} lets it"
    if all(edge.cause.happening.has_caller for edge in circle):
        return "until 8 executions have led to each other"
    return None


def _told(circle: Circle, rules: dict[str, Seen], ends: str, expected: str) -> Told:
    cause = circle[0].cause
    path = (*cause.path, "do") if cause.path else ("then",)
    what = "a rule that wakes itself" if len(circle) == 1 else "rules that wake each other"
    hanging = dict.fromkeys(one for edge in circle for one in edge.hangs_on)
    where = f", where {', '.join(hanging)} fits" if hanging else ""
    fault = Fault(f"{what}: {chain(circle)}, {ends}{where}", expected, path=path)
    return rules[cause.rule].file.source, fault


LINTS = (
    Lint(
        "OPS304",
        "error",
        finds="Rules of `mode: active` each of which makes an event that wakes the next, back to "
        "the first, where no rule of them has a `cooldown` or a `rate`, and at least one event "
        "does not say who caused it. What a link hangs on beside the action, a field of the event "
        "or the rule's `if`, is in the message.",
        why="It acts on production for ever, as fast as AWS delivers events.",
        fix="Break the circle: a criterion, another trigger, one rule in the place of two. A "
        "`cooldown` only slows it down.",
        of_all=endless,
    ),
    Lint(
        "OPS305",
        "warning",
        finds="Such a circle that something ends or slows down: a guard of one of its rules, or "
        "opsloop's own limit of 8 executions that lead to each other, where all events say who "
        "caused them. The message says which. That a rule wakes itself by a call of its own is no "
        "circle: opsloop refuses such events, unless `allow_self` takes them.",
        why="One rule undoes what the other does, round by round.",
        fix="Let criteria leave out what the other rule does, by `actor` say, or make one rule of "
        "them. If the circle cannot close, silence it and say why.",
        of_all=ending,
    ),
)
