"""The graph as a tree, for people in a terminal."""

from __future__ import annotations

from io import StringIO
from itertools import groupby
from operator import attrgetter

from rich.console import Console, Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from opsloop.graph.rules import Action, Event, Graph, Shown, Trigger, Wake
from opsloop.output import plain

_PARTS = {"then": "then", "on_failure": "on failure", "finally": "finally"}
_MODES = {"active": "green", "approve": "cyan", "observe": "yellow", "off": "dim"}
_WIDTH = len("on failure")
_NO_WRAP = 100_000


def tree(graph: Graph) -> RenderableType:
    """Packs, their rules, and of each what wakes it, what it does, and what that brings about."""
    packs = groupby(graph.rules, key=attrgetter("pack"))
    parts: list[RenderableType] = [_pack(pack, list(rules)) for pack, rules in packs]
    if graph.circles:
        parts += [Text("\nRules that wake each other in a circle", "bold")]
        parts += [Text(plain(circle), "yellow") for circle in graph.circles]
    if graph.possible_circles:
        parts += [
            Text("\nRules that would wake each other in a circle, if all of them acted", "bold")
        ]
        parts += [Text(plain(circle), "dim") for circle in graph.possible_circles]
    return Group(*parts)


def as_text(graph: Graph) -> str:
    """The tree without colours, for a file."""
    console = Console(file=StringIO(), width=_NO_WRAP, markup=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(tree(graph))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _pack(pack: str, rules: list[Shown]) -> Tree:
    made = Tree(Text(pack, "bold"), guide_style="dim")
    for rule in rules:
        below = made.add(Text.assemble((rule.rule, "bold"), "  ", (rule.mode, _MODES[rule.mode])))
        for trigger in rule.triggers:
            below.add(_trigger(trigger))
        for action in rule.actions:
            label = Text.assemble(_named(_PARTS[action.part]), _action(action))
            _below(below.add(label), action, acts=rule.acts)
        _events(below, rule.told, happen=rule.mode != "off")
    return made


def _below(under: Tree, action: Action, *, acts: bool) -> None:
    """What it causes; of a list of steps, each of them with what it causes."""
    _events(under, action.events, happen=acts)
    for step in action.steps:
        _below(under.add(_action(step)), step, acts=acts)


def _trigger(trigger: Trigger) -> Text:
    said = ", ".join(map(plain, trigger.lines))
    return Text.assemble(_named("when"), (f"{trigger.kind} ", "magenta"), said)


def _action(action: Action) -> Text:
    style = "red" if action.part == "on_failure" else "blue"
    more = f" {plain(action.more)}" if action.more else ""
    return Text.assemble((plain(action.do), style), (more, "dim"))


def _named(word: str) -> tuple[str, str]:
    return f"{word:<{_WIDTH}}  ", "dim"


def _events(under: Tree, events: tuple[Event, ...], *, happen: bool) -> None:
    """Those that wake nobody stand in one line; of a rule that does not act, none comes to pass."""
    causes = ("causes " if happen else "would cause ", "dim")
    quiet = [plain(event.name) for event in events if not event.wakes]
    if quiet:
        under.add(Text.assemble(causes, ", ".join(quiet)))
    for event in events:
        if event.wakes:
            below = under.add(Text.assemble(causes, plain(event.name)))
            for wake in event.wakes:
                below.add(_wake(wake, happens=happen))


def _wake(wake: Wake, *, happens: bool) -> Text:
    if wake.refused:
        why = "  but knows the event for its own doing"
        return Text.assemble(("would wake ", "dim"), wake.rule, (why, "dim"))
    why = f"  maybe: it hangs on {', '.join(map(plain, wake.hangs_on))}" if wake.hangs_on else ""
    if not happens:
        return Text.assemble(("would wake ", "dim"), wake.rule, (why, "dim"))
    return Text.assemble(("wakes ", "dim"), (wake.rule, "bold"), (why, "yellow"))
