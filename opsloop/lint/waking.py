"""Circles of rules that are worth telling: those that can be believed.

Called by `base`. A link that hangs on a field of which nothing is known may be there and may
not: an event of ECS says which service it is about, a rule's action does not. Such links make
circles of rules that never meet, and are left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chalicelib.plan import Plan, Stage
from opsloop.compiler.chains import Circle, Edge, caused, circles, edges, topics_of
from opsloop.compiler.stages import Channels
from opsloop.patterns import Pattern
from opsloop.rules.checks import steps_of
from opsloop.rules.project import RuleFile

#: of rules that are alike so many stand for all: nobody would read how each wakes each
_OF_A_KIND = 2


def believable(
    active: Sequence[RuleFile],
    plans: Mapping[str, Plan],
    channels: Channels,
    stages: Iterable[Stage],
) -> list[Circle]:
    """The circles among rules that act."""
    files = list(_woken(list(_few_of_a_kind(active, plans)), plans, channels))
    found = [edge for edge in edges(files, plans, channels, stages) if _is_likely(edge)]
    return circles(_core(found))


def _few_of_a_kind(files: Iterable[RuleFile], plans: Mapping[str, Plan]) -> Iterator[RuleFile]:
    """Few of those that the same events wake to do the same."""
    kinds: Counter[str] = Counter()
    for file in files:
        steps = [(step.do, step.with_) for _, step in steps_of(file.rule) if step.do]
        told = (plans[file.name]["wire"], file.rule.regions, steps)
        kind = json.dumps(told, sort_keys=True)
        kinds[kind] += 1
        if kinds[kind] <= _OF_A_KIND:
            yield file


def _woken(
    files: Sequence[RuleFile], plans: Mapping[str, Plan], channels: Channels
) -> Iterator[RuleFile]:
    """Those that a rule's action may wake, by the fields that are known of what it causes."""
    topics, known = topics_of(channels), set[frozenset[str]]()
    for file in files:
        known |= {frozenset(one.happening.known) for one in caused(file, topics)}
    asked: dict[frozenset[str], bool] = {}
    for file in files:
        wire = plans[file.name]["wire"]
        branches = Pattern(wire["pattern"]).branches if "pattern" in wire else ()
        names = [frozenset(field.name for field in branch.fields) for branch in branches]
        for each in names:
            if each not in asked:
                asked[each] = any(each <= there for there in known)
        if "topic" in wire or any(asked[each] for each in names):
            yield file


def _is_likely(edge: Edge) -> bool:
    """Whether it hangs on nothing but what is known to be one of a few values, and criteria."""
    happening = edge.cause.happening
    sure = {"if", *happening.doubts, *happening.known}
    return sure.issuperset(edge.hangs_on)


def _core(found: Sequence[Edge]) -> Sequence[Edge]:
    """Without the edges that lead to no rule that wakes, or from one that nothing wakes."""
    while True:
        both = {edge.rule for edge in found} & {edge.wakes for edge in found}
        left = [edge for edge in found if edge.rule in both and edge.wakes in both]
        if len(left) == len(found):
            return left
        found = left
