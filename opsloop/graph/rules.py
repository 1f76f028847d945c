"""What there is to show: each rule with its triggers, its actions, and what those bring about.

Reads a project that compiles. `chains` knows which events are caused and whom they wake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from chalicelib.plan import Plan
from opsloop.compiler.build import compile_project
from opsloop.compiler.chains import (
    Caused,
    Edge,
    Woken,
    caused,
    chain,
    circles,
    escalations,
    topics_of,
)
from opsloop.compiler.chains.caused import Topics
from opsloop.compiler.chains.happenings import MESSAGE
from opsloop.compiler.stages import Stages
from opsloop.compiler.steps import default_id
from opsloop.graph import words
from opsloop.naming import named
from opsloop.problems import Path as Place
from opsloop.rules.checks import STEP_LISTS
from opsloop.rules.project import Project, RuleFile, load_project
from opsloop.rules.steps import Step

#: steps that do something, hold it up, or end it as failed
_ACTS = ("do", "wait", "approve", "fail", "steps")
#: modes in which a rule does what it says
_ACTING = ("active", "approve")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What wakes a rule: `api`, `event`, `alarm`, …, and what of it."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wake:
    """A rule that an event wakes, and what that hangs on."""

    rule: str
    certainty: Literal["sure", "may"]
    hangs_on: tuple[str, ...]
    #: the rule knows the event for its own doing, and refuses it
    refused: bool


@dataclass(frozen=True, slots=True)
class Event:
    """An event that a step causes."""

    name: str
    source: str
    detail_type: str
    wakes: tuple[Wake, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A step: of `then`, `on_failure` or `finally`."""

    part: str
    id: str
    do: str
    #: whom it tells, how long it waits, who approves
    more: str
    events: tuple[Event, ...] = ()
    #: of a list of steps: what is done for each element
    steps: tuple[Action, ...] = ()

    def causes(self) -> Iterator[Event]:
        """Its events, and those of the steps below it."""
        yield from self.events
        for step in self.steps:
            yield from step.causes()


@dataclass(frozen=True, slots=True)
class Shown:
    """One rule."""

    rule: str
    pack: str
    mode: str
    #: false where it only says what it would do, or is off: nothing of it comes to pass
    acts: bool
    description: str
    triggers: tuple[Trigger, ...]
    actions: tuple[Action, ...]
    #: opsloop's own events, by which other rules hear of how it ended
    told: tuple[Event, ...] = ()

    def wakes(self) -> Iterator[str]:
        """The rules that it wakes."""
        for action in self.actions:
            yield from (wake.rule for event in action.causes() for wake in event.wakes)
        yield from (wake.rule for event in self.told for wake in event.wakes)


@dataclass(frozen=True, slots=True)
class Graph:
    """Rules in the order of their names, pack by pack, and the circles they make."""

    rules: tuple[Shown, ...]
    circles: tuple[str, ...]
    #: those that would be, if each of their rules acted
    possible_circles: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON for programs."""
        return asdict(self)


def graph(folder: Path, *, rule: str | None = None, pack: str | None = None) -> Graph:
    """The rules of a project. Raises Problems, and WrongUsage for names that are not there.

    Of one rule: those as well that it wakes, or that wake it.
    """
    plans = compile_project(folder).plans
    project = load_project(folder)
    if rule is not None:
        named(plans, rule, "rule")
    if pack is not None:
        named(project.packs, pack, "pack")
    showing = _Showing(project, plans)
    shown = [showing.rule(file) for file in sorted(project.rules, key=lambda one: one.path)]
    kept = [one for one in shown if _is_wanted(one, shown, rule, pack)]
    names = {one.rule for one in kept}
    acting = {one.rule for one in kept if one.acts}
    real = showing.circles(acting)
    possible = (one for one in showing.circles(names) if one not in real)
    return Graph(tuple(kept), real, tuple(possible))


def _is_wanted(one: Shown, shown: list[Shown], rule: str | None, pack: str | None) -> bool:
    if pack is not None and one.pack != pack:
        return False
    if rule in (None, one.rule) or rule in one.wakes():
        return True
    return any(one.rule in other.wakes() for other in shown if other.rule == rule)


def _actions(file: RuleFile, found: Mapping[Place, list[Event]]) -> Iterator[Action]:
    rule = file.rule
    for name, steps in zip(STEP_LISTS, (rule.then, rule.on_failure, rule.finally_), strict=True):
        yield from _steps(steps, (name,), found)


def _steps(
    steps: Sequence[Step], path: Place, found: Mapping[Place, list[Event]]
) -> Iterator[Action]:
    """Those of one list; each with the steps that are done for its elements."""
    for number, step in enumerate(steps):
        at = (*path, number)
        if step.kind in _ACTS:
            name = step.id or default_id(at)
            inner = tuple(_steps(step.steps, (*at, "steps"), found))
            events = tuple(found.get(at, ()))
            yield Action(str(path[0]), name, *words.step(step), events, inner)


class _Showing:
    """One project."""

    def __init__(self, project: Project, plans: Mapping[str, Plan]) -> None:
        stages = Stages(project)
        self._topics: Topics = topics_of(stages.channels)
        self._escalated = escalations(self._topics, stages.lowered.values())
        self._woken = Woken(project.rules, plans)
        self._edges: list[Edge] = []

    def rule(self, file: RuleFile) -> Shown:
        """One of its rules."""
        found: dict[Place, list[Event]] = {}
        for cause in caused(file, self._topics, self._escalated):
            event = self._event(cause)
            if cause.path or event.wakes:
                found.setdefault(cause.path, []).append(event)
        triggers = (
            Trigger(kind, tuple(lines)) for kind, lines in map(words.trigger, file.rule.when)
        )
        rule = file.rule
        return Shown(
            file.name,
            file.pack,
            rule.mode,
            rule.mode in _ACTING,
            rule.description,
            tuple(triggers),
            tuple(_actions(file, found)),
            tuple(found.get((), ())),
        )

    def circles(self, among: set[str]) -> tuple[str, ...]:
        """Those that these rules make among themselves."""
        edges = [one for one in self._edges if {one.rule, one.wakes} <= among]
        return tuple(map(chain, circles(edges)))

    def _event(self, cause: Caused) -> Event:
        edges = list(self._woken.by(cause))
        self._edges += edges
        wakes = (Wake(one.wakes, one.certainty, one.hangs_on, one.refused) for one in edges)
        happening = cause.happening
        name = happening.call or happening.name
        if happening.detail_type == MESSAGE:
            name = f"message to {name}"
        return Event(name, happening.source, happening.detail_type, tuple(wakes))
