"""Rules that wake each other in a circle, each circle once. Called by the lint. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from opsloop.compiler.chains.edges import Edge

Circle = tuple[Edge, ...]


def circles(edges: Sequence[Edge]) -> list[Circle]:
    """For each edge that lies on a circle a shortest one through it; each circle once.

    A circle begins at the first of its rules in the order of the edges. Where two rules are
    joined by several events, the surest of them stands for all. What a rule knows for its own
    doing goes no further, so it makes no circle.
    """
    waking = _surest(edges)
    found: dict[frozenset[tuple[str, str]], Circle] = {}
    for one, woken in waking.items():
        for other, edge in woken.items():
            back = _way(waking, other, one)
            if back is not None:
                circle = (edge, *back)
                found.setdefault(frozenset((e.rule, e.wakes) for e in circle), circle)
    return list(found.values())


def chain(circle: Circle) -> str:
    """A circle in one line: each rule, and what it does to wake the next."""
    return " → ".join(_said(circle))


def _said(circle: Circle) -> Iterator[str]:
    for edge in circle:
        yield edge.rule
        yield edge.cause.happening.call or edge.cause.happening.name
    yield circle[0].rule


_Waking = Mapping[str, Mapping[str, Edge]]


def _surest(edges: Sequence[Edge]) -> _Waking:
    waking: dict[str, dict[str, Edge]] = {}
    for edge in edges:
        if edge.refused:
            continue
        others = waking.setdefault(edge.rule, {})
        known = others.get(edge.wakes)
        if known is None or len(edge.hangs_on) < len(known.hangs_on):
            others[edge.wakes] = edge
    return waking


def _way(waking: _Waking, start: str, end: str) -> Circle | None:
    """A shortest way from one rule to another; empty where they are the same."""
    if start == end:
        return ()
    ways: dict[str, Circle] = {start: ()}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        woken = waking.get(here, {})
        if end in woken:  # most circles are of two
            return (*ways[here], woken[end])
        for rule, edge in woken.items():
            if rule not in ways:
                ways[rule] = (*ways[here], edge)
                queue.append(rule)
    return None
