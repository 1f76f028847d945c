"""The graph as boxes and links, for whatever draws them. Pure; `mermaid` and `svg` call it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from opsloop.graph.rules import Action, Event, Graph, Shown
from opsloop.output import plain

Kind = Literal["trigger", "rule", "action", "event"]
#: `causes` leads from left to right; `may` need not come to pass, `failure` goes by another way,
#: `would` is what a rule that does not act would bring about
Style = Literal["causes", "may", "failure", "would"]
#: lines of one box; of more it is said how many
MOST_LINES = 5
LONGEST_LINE = 46
_WOKEN_BY_EVENTS = ("event", "api", "alarm", "topic")
_ONLY = {"on_failure": "on failure", "finally": "finally"}


@dataclass(frozen=True, slots=True)
class Box:
    """One thing: a title where it has one, and lines."""

    id: str
    kind: Kind
    title: str
    lines: tuple[str, ...]
    pack: str
    #: of a rule that is not active, or of what does not come to pass
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """From one box to another; `why` says what it hangs on."""

    start: str
    end: str
    style: Style = "causes"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes in reading order: rule by rule, from left to right."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


def drawn(graph: Graph) -> Drawing:
    """All of it."""
    drawing = _Drawing(graph)
    for rule in graph.rules:
        drawing.rule(rule)
    return Drawing(tuple(drawing.boxes), tuple(drawing.links))


class _Drawing:
    """Boxes so far. A rule's triggers are known by the rule's name: others lead there."""

    def __init__(self, graph: Graph) -> None:
        self.boxes: list[Box] = []
        self.links: list[Link] = []
        self._triggers = {
            rule.rule: {f"t{place}x{number}": one.kind for number, one in enumerate(rule.triggers)}
            for place, rule in enumerate(graph.rules)
        }

    def rule(self, rule: Shown) -> None:
        """One rule with all that belongs to it."""
        own = f"r{len(self.boxes)}"
        for name, trigger in zip(self._triggers[rule.rule], rule.triggers, strict=True):
            self.boxes.append(Box(name, "trigger", trigger.kind, _lines(trigger.lines), rule.pack))
            self.links.append(Link(name, own))
        quiet = rule.mode != "active"
        said = (f"{rule.pack} · {rule.mode}",)
        self.boxes.append(Box(own, "rule", rule.rule, said, rule.pack, quiet))
        for action in rule.actions:
            self._action(rule, own, action, ())
        self._events(rule, own, rule.told, happen=rule.mode != "off")

    def _action(self, rule: Shown, own: str, action: Action, lists: tuple[str, ...]) -> None:
        """A step; one of a list says for what it is done, and the list has no box of its own."""
        if action.steps:
            for step in action.steps:
                self._action(rule, own, step, (*lists, f"{action.do}:"))
            return
        name = f"a{len(self.boxes)}"
        said = " ".join(filter(None, (action.do, action.more)))
        part = _ONLY.get(action.part, "")
        self.boxes.append(Box(name, "action", part, _lines((*lists, said)), rule.pack))
        failure = action.part == "on_failure"
        self.links.append(Link(own, name, "failure" if failure else "causes"))
        self._events(rule, name, action.events, happen=rule.acts)

    def _events(self, rule: Shown, cause: str, events: tuple[Event, ...], *, happen: bool) -> None:
        """Those that wake nobody share a box."""
        quiet = tuple(event.name for event in events if not event.wakes)
        if quiet:
            self._event(rule, cause, quiet, happens=happen)
        for event in events:
            if event.wakes:
                name = self._event(rule, cause, (event.name,), happens=happen)
                self.links += self._wakes(name, event, happens=happen)

    def _event(self, rule: Shown, cause: str, names: tuple[str, ...], *, happens: bool) -> str:
        name = f"e{len(self.boxes)}"
        self.boxes.append(Box(name, "event", "", _lines(names), rule.pack, not happens))
        self.links.append(Link(cause, name, "causes" if happens else "would"))
        return name

    def _wakes(self, name: str, event: Event, *, happens: bool) -> Iterator[Link]:
        for wake in event.wakes:
            if wake.refused:
                continue  # it goes no further
            why = f"hangs on {', '.join(map(plain, wake.hangs_on))}" if wake.hangs_on else ""
            for trigger, kind in self._triggers.get(wake.rule, {}).items():
                if kind in _WOKEN_BY_EVENTS:
                    style: Style = "may" if why else "causes"
                    yield Link(name, trigger, style if happens else "would", why)


def _lines(said: tuple[str, ...]) -> tuple[str, ...]:
    """So many as a box takes, none too long."""
    kept = said if len(said) <= MOST_LINES else said[: MOST_LINES - 1]
    more = (f"and {len(said) - len(kept)} more",) if len(kept) < len(said) else ()
    return (*map(_cut, kept), *more)


def _cut(line: str) -> str:
    line = plain(line)
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
