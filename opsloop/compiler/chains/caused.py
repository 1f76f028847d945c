"""The events that a rule causes: those of its steps' calls, and opsloop's own when it ends.

Called by `edges` and by `opsloop graph`. Reads the rule's model, where each step has its path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.engine.announcing import ENDS, LOOPS
from chalicelib.events.causes import SOURCE
from chalicelib.plan import Stage
from opsloop.aws.faults import FaultError
from opsloop.compiler.chains.happenings import Called, Happening, happenings, message
from opsloop.compiler.stages import Channels
from opsloop.compiler.steps import default_id
from opsloop.problems import Path
from opsloop.rules.checks import steps_of
from opsloop.rules.model import Rule
from opsloop.rules.project import RuleFile

#: as the engine tells how an execution ended
_ENDS = tuple(dict.fromkeys(ENDS.values()))
_HOW_IT_ENDS = ("how the execution ends",)

#: by channel, its topics on the stages
Topics = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Caused:
    """One event, and the step that causes it; opsloop's own events have no step."""

    rule: str
    #: of the step in the rule's file: ("then", 0)
    path: Path
    #: its name, as the journal has it
    step: str
    do: str
    happening: Happening


def topics_of(channels: Channels) -> Topics:
    """The SNS topics behind the stages' channels."""
    found: dict[str, dict[str, None]] = {}
    for stage in channels.values():
        for name, settings in stage.items():
            if settings.get("type") == "sns" and isinstance(settings.get("topic"), str):
                found.setdefault(name, {})[settings["topic"]] = None
    return {name: tuple(topics) for name, topics in found.items()}


def escalations(topics: Topics, stages: Iterable[Stage]) -> tuple[str, ...]:
    """The topics that hear of failures for which a rule has no `on_failure`."""
    channels = dict.fromkeys(stage["escalate"] for stage in stages)
    return tuple(dict.fromkeys(topic for one in channels if one for topic in topics.get(one, ())))


def caused(file: RuleFile, topics: Topics, escalated: Iterable[str] = ()) -> list[Caused]:
    """All events that a rule is known to cause, in the order of its steps.

    `escalated` are the topics that its stages escalate to.
    """
    ending = _by_ending(file.name, file.rule, () if file.rule.on_failure else escalated)
    return [*_by_steps(file, topics), *(Caused(file.name, (), "", "", one) for one in ending)]


def _by_steps(file: RuleFile, topics: Topics) -> Iterator[Caused]:
    for path, step in steps_of(file.rule):
        if step.do is None:
            continue
        try:
            found = list(happenings(Called(step.do, step.with_, topics)))
        except FaultError:
            continue  # no such action: a problem of its own
        for one in found:
            yield Caused(file.name, path, step.id or default_id(path), step.do, one)


def _by_ending(name: str, rule: Rule, escalated: Iterable[str]) -> Iterator[Happening]:
    for detail_type in (*_ENDS, *(LOOPS.values() if rule.verify else ())):
        known = {"source": (SOURCE,), "detail-type": (detail_type,), "detail.rule": (name,)}
        yield Happening(SOURCE, detail_type, detail_type, known, doubts=_HOW_IT_ENDS)
    for topic in escalated:
        yield message(topic, _HOW_IT_ENDS)
