"""The stages of `rules/opsloop.yaml`, lowered: params as they are, channels as templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.plan import SCHEMA, Stage, Value
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.templates import compile_value
from opsloop.expressions.types import STRING, Names, Type
from opsloop.problems import Fault, Problem
from opsloop.rules import settings as model
from opsloop.rules.project import Project


class Stages:
    """All stages of a project, with what is wrong in their settings."""

    def __init__(self, project: Project) -> None:
        self.problems: list[Problem] = []
        self._source = project.settings_source
        self._settings = project.settings
        self.lowered = {
            name: self._stage(name, stage) for name, stage in project.settings.stages.items()
        }

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters that every stage has: what a rule may read."""
        first, *others = [stage["params"] for stage in self.lowered.values()]
        return {name: first[name] for name in first if all(name in other for other in others)}

    @property
    def channels(self) -> set[str]:
        """The channels that every stage has: where a rule may send to."""
        return set.intersection(*(set(stage["channels"]) for stage in self.lowered.values()))

    def _stage(self, name: str, stage: model.Stage) -> Stage:
        self._check_escalate(name, stage)
        return {
            "schema": SCHEMA,
            "stage": name,
            "account": stage.account,
            "region": stage.region,
            "max_mode": stage.max_mode,
            "params": dict(stage.params),
            "channels": {
                channel: self._channel(name, channel, stage) for channel in stage.channels
            },
            "escalate": stage.escalate,
        }

    def _channel(self, name: str, channel: str, stage: model.Stage) -> Value:
        try:
            return compile_value(stage.channels[channel], _names(stage))
        except BadExpression as bad:
            path = ("stages", name, "channels", channel)
            self.problems += [self._source.problem(fault, path) for fault in bad.faults]
            return {"lit": {}}

    def _check_escalate(self, name: str, stage: model.Stage) -> None:
        if stage.escalate is not None and stage.escalate not in stage.channels:
            there = ", ".join(sorted(stage.channels)) or "none"
            fault = Fault(f"the channel {stage.escalate!r}", f"one of this stage's: {there}")
            self.problems.append(self._source.problem(fault, ("stages", name, "escalate")))


def _names(stage: model.Stage) -> Names:
    return {
        "params": Type("object", dict.fromkeys(stage.params)),
        "account": STRING,
        "region": STRING,
        "partition": STRING,
    }
