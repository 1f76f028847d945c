"""Places for boxes: columns from left to right, rows that keep what belongs together, no overlap.

The usual way of layered drawing: links that would close a circle are set aside, boxes get the
column behind all that lead to them, long links get a bend in each column that they pass, boxes
of a column are put into an order with few crossings, then moved towards their neighbours.
Called by `svg`. Pure.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from itertools import pairwise
from statistics import fmean

#: rounds of ordering, and of moving
_ROUNDS = 12
_BEND = 8.0

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where each box is: its column, and the top of it. Bends of long links have no size."""

    column: Mapping[str, int]
    top: Mapping[str, float]
    #: what lies between the two ends of a long link, by link
    bends: Mapping[Pair, tuple[str, ...]]
    #: links that lead back: they close circles
    back: frozenset[Pair]
    height: float


@dataclass
class _Grid:
    """Columns of names, and who leads to whom in the next column."""

    columns: list[list[str]] = field(default_factory=list)
    before: dict[str, list[str]] = field(default_factory=dict)
    behind: dict[str, list[str]] = field(default_factory=dict)

    def put(self, name: str, column: int) -> None:
        """Enter a name."""
        while len(self.columns) <= column:
            self.columns.append([])
        self.columns[column].append(name)
        self.before[name], self.behind[name] = [], []

    def link(self, start: str, end: str) -> None:
        """From one column to the next."""
        self.behind[start].append(end)
        self.before[end].append(start)


def placed(heights: Mapping[str, float], links: Sequence[Pair], gap: float) -> Placed:
    """Places for boxes of these heights, in this order where nothing speaks for another."""
    back = _leading_back(heights, links)
    onward = [link for link in dict.fromkeys(links) if link not in back]
    column = _columns(list(heights), onward)
    grid, bends = _grid(heights, onward, column)
    _order(grid)
    sizes = {**dict.fromkeys((one for each in bends.values() for one in each), _BEND), **heights}
    top = _tops(grid, sizes, gap)
    height = max((top[name] + sizes[name] for name in top), default=0.0)
    return Placed(column, top, bends, back, height)


def _leading_back(names: Iterable[str], links: Sequence[Pair]) -> frozenset[Pair]:
    """Links to where one comes from, going from box to box in their order."""
    onward: dict[str, list[str]] = {name: [] for name in names}
    for start, end in links:
        onward[start].append(end)
    done = set[str]()
    return frozenset(link for name in onward for link in _closing(name, onward, done))


def _closing(name: str, onward: Mapping[str, Sequence[str]], done: set[str]) -> Iterator[Pair]:
    """Links that close a circle on the ways from one box to all that are not done yet."""
    way = {} if name in done else {name: iter(onward[name])}
    while way:
        here = next(reversed(way))
        following = next(way[here], None)
        if following is None:
            del way[here]
            done.add(here)
        elif following in way:
            yield here, following
        elif following not in done:
            way[following] = iter(onward[following])


def _columns(names: Sequence[str], links: Sequence[Pair]) -> dict[str, int]:
    """Behind all that lead to it; what nothing leads to stands right before what it leads to."""
    before: dict[str, list[str]] = {name: [] for name in names}
    behind: dict[str, list[str]] = {name: [] for name in names}
    for start, end in links:
        before[end].append(start)
        behind[start].append(end)
    column = dict[str, int]()
    for name in TopologicalSorter(before).static_order():
        column[name] = max((column[one] + 1 for one in before[name]), default=0)
    for name in names:
        if behind[name] and not before[name]:
            column[name] = min(column[one] for one in behind[name]) - 1
    return column


def _grid(
    heights: Mapping[str, float], links: Sequence[Pair], column: Mapping[str, int]
) -> tuple[_Grid, dict[Pair, tuple[str, ...]]]:
    grid, bends = _Grid(), dict[Pair, tuple[str, ...]]()
    for name in heights:
        grid.put(name, column[name])
    for start, end in links:
        between = tuple(f"{start}>{end}@{place}" for place in range(column[start] + 1, column[end]))
        for place, bend in enumerate(between, column[start] + 1):
            grid.put(bend, place)
        for one, other in pairwise((start, *between, end)):
            grid.link(one, other)
        if between:
            bends[start, end] = between
    return grid, bends


def _order(grid: _Grid) -> None:
    """Each column by the mean place of its neighbours, forth and back; the best round counts."""
    best, fewest = [list(column) for column in grid.columns], _crossings(grid)
    for turn in range(_ROUNDS):
        forth = turn % 2 == 0
        neighbours = grid.before if forth else grid.behind
        columns = grid.columns if forth else grid.columns[::-1]
        for fixed, free in pairwise(columns):
            place = {name: number for number, name in enumerate(fixed)}
            own = {name: number for number, name in enumerate(free)}
            free.sort(key=lambda name: _mean(neighbours[name], place, own[name]))
        if (count := _crossings(grid)) < fewest:
            best, fewest = [list(column) for column in grid.columns], count
    grid.columns = best


def _mean(names: Sequence[str], place: Mapping[str, int], own: int) -> float:
    known = [place[name] for name in names if name in place]
    return fmean(known) if known else float(own)


def _crossings(grid: _Grid) -> int:
    count = 0
    for left, right in pairwise(grid.columns):
        place = {name: number for number, name in enumerate(right)}
        above = list[int]()
        for name in left:
            ends = [place[end] for end in grid.behind[name]]
            count += sum(len(above) - bisect_right(above, end) for end in ends)
            for end in ends:
                insort(above, end)
    return count


def _tops(grid: _Grid, sizes: Mapping[str, float], gap: float) -> dict[str, float]:
    """Each box as near to the middle of its neighbours as the others let it."""
    top = dict[str, float]()
    for column in grid.columns:
        top.update(_packed(column, dict.fromkeys(column, 0.0), sizes, gap))
    for turn in range(_ROUNDS):
        neighbours = grid.behind if turn % 2 == 0 else grid.before
        columns = grid.columns[::-1] if turn % 2 == 0 else grid.columns
        for column in columns:
            wanted = {name: _wanted(name, neighbours[name], top, sizes) for name in column}
            top.update(_packed(column, wanted, sizes, gap))
    least = min(top.values(), default=0.0)
    return {name: at - least for name, at in top.items()}


def _wanted(
    name: str, neighbours: Sequence[str], top: Mapping[str, float], sizes: Mapping[str, float]
) -> float:
    if not neighbours:
        return top[name]
    return fmean(top[one] + sizes[one] / 2 for one in neighbours) - sizes[name] / 2


def _packed(
    column: Sequence[str], wanted: Mapping[str, float], sizes: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Halfway between all pushed down and all pushed up: no overlap, and nobody is favoured."""
    down, up = dict[str, float](), dict[str, float]()
    least, most = float("-inf"), float("inf")
    for name in column:
        down[name] = max(wanted[name], least)
        least = down[name] + sizes[name] + gap
    for name in reversed(column):
        up[name] = min(wanted[name], most - sizes[name])
        most = up[name] - gap
    return {name: (down[name] + up[name]) / 2 for name in column}
