"""The stages of `rules/opsloop.yaml`, lowered: params as they are, channels as templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.partitions import partition_of
from chalicelib.plan import Approvers, Stage
from chalicelib.plans import SCHEMA
from opsloop.aws.location import Location
from opsloop.aws.names import listing, nearest
from opsloop.compiler import bounding, channels
from opsloop.compiler.bench import Bench
from opsloop.compiler.chalice_config import check_passthrough
from opsloop.compiler.pushdown.narrowing import agreed
from opsloop.expressions.types import STRING, Names, Type, elsewhere, of_value
from opsloop.problems import Fault, Path, Problem
from opsloop.rules import settings as model
from opsloop.rules.model import Rule
from opsloop.rules.project import Project

#: channels as the settings have them, by stage and name, topics completed
Channels = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Shared:
    """What a rule may use because all of its stages have it; what only some have is `elsewhere`."""

    params: Names
    channels: Names
    #: values of the parameters on which all agree
    agreed: Mapping[str, Any] = field(default_factory=dict, compare=False)
    #: whether a stage keeps resources out of reach
    spared: bool = False


class Stages:
    """All stages of a project, with what is wrong in their settings."""

    def __init__(self, project: Project) -> None:
        self._bench = Bench(project.settings_source)
        stages = project.settings.stages
        self._bench.say(check_passthrough(project.settings.chalice), ("chalice",))
        self.channels: Channels = {name: _completed(stage) for name, stage in stages.items()}
        self.lowered = {name: self._stage(name, stage) for name, stage in stages.items()}

    @property
    def problems(self) -> list[Problem]:
        """What is wrong in rules/opsloop.yaml."""
        return self._bench.problems

    def of(self, rule: Rule) -> list[Stage]:
        """The stages that a rule belongs to by its regions, whether it is on there or off."""
        stages = list(self.lowered.values())
        return [one for one in stages if not rule.regions or one["region"] in rule.regions]

    def shared(self, rule: Rule) -> Shared:
        """What all stages of a rule have; of all, where it belongs to none."""
        stages = self.of(rule) or list(self.lowered.values())
        return Shared(
            _shared({one["stage"]: _types(one["params"]) for one in stages}, "a parameter"),
            _shared({one["stage"]: dict.fromkeys(one["channels"]) for one in stages}, "a channel"),
            agreed(stages),
            spared=any("spares" in one for one in stages),
        )

    def _stage(self, name: str, stage: model.Stage) -> Stage:
        path = ("stages", name)
        self._bench.say(_escalating(stage), path)
        self._bench.say(_templates(stage.params, ("params",)), path)
        names = _names(stage)
        lowered: Stage = {
            "schema": SCHEMA,
            "stage": name,
            "account": stage.account,
            "region": stage.region,
            "max_mode": stage.max_mode,
            "params": dict(stage.params),
            "channels": {},
            "escalate": stage.escalate,
            "approvers": _approvers(stage),
        }
        if stage.except_ is not None:
            self._bench.say(bounding.faults(stage.except_), (*path, "except"))
            lowered["spares"] = bounding.bounds_of(stage.except_)
        for channel, settings in self.channels[name].items():
            at = (*path, "channels", channel)
            self._bench.say(channels.check(stage.channels[channel]), at)
            lowered["channels"][channel] = self._bench.value(settings, at, names)
        return lowered


def _completed(stage: model.Stage) -> dict[str, dict[str, Any]]:
    location = Location(partition_of(stage.region), stage.account, stage.region)
    return {name: channels.complete(each, location) for name, each in stage.channels.items()}


def _shared(by_stage: Mapping[str, Names], what: str) -> Names:
    """What all stages have, with its type where they agree; what some lack, with who does."""
    names = sorted({name for one in by_stage.values() for name in one})
    return {name: _one(name, by_stage, what) for name in names}


def _one(name: str, by_stage: Mapping[str, Names], what: str) -> Type | None:
    if lacking := sorted(stage for stage, there in by_stage.items() if name not in there):
        who = f"stage {lacking[0]} does" if len(lacking) == 1 else f"stages {', '.join(lacking)} do"
        return elsewhere(f"which the {who} not have", f"{what} that every stage of the rule has")
    first, *others = (there[name] for there in by_stage.values())
    return first if all(each == first for each in others) else None


def _types(params: Mapping[str, Any]) -> Names:
    return {name: None if value is None else of_value(value) for name, value in params.items()}


def _escalating(stage: model.Stage) -> Iterator[Fault]:
    to, there = stage.escalate, sorted(stage.channels)
    if to is not None and to not in there:
        meant = nearest(to, there)
        some = f"one of this stage's: {listing(there)}" if there else "none: this stage has none"
        yield Fault(f"the channel '{to}'", meant or some, meant, ("escalate",))


def _templates(value: Any, path: Path) -> Iterator[Fault]:
    """Parameters are read as they stand: a template in one would be a text like any other."""
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _templates(below, (*path, key))
    elif isinstance(value, str) and "${" in value:
        found = f"a template, '{value}'"
        expected = "a plain value; secret() stands where the parameter is used"
        yield Fault(found, expected, path=path, offset=value.index("${"))


def _names(stage: model.Stage) -> Names:
    return {
        "params": Type("object", _types(stage.params)),
        "account": STRING,
        "region": STRING,
        "partition": STRING,
    }


def _approvers(stage: model.Stage) -> Approvers | None:
    asked = stage.approvers
    return None if asked is None else {"by": list(asked.by), "within": asked.within}
