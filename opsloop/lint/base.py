"""What a lint is, and what it sees of rules. Imported by every module of lints. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from chalicelib.plan import Plan, Stage
from opsloop.compiler.calls import Calls
from opsloop.compiler.chains import Circle
from opsloop.compiler.stages import Channels
from opsloop.lint.codes import TITLES
from opsloop.lint.waking import believable
from opsloop.patterns import Pattern
from opsloop.problems import Fault, Path
from opsloop.rules.checks import steps_of
from opsloop.rules.model import Rule
from opsloop.rules.project import Project, RuleFile
from opsloop.rules.source import Source
from opsloop.rules.steps import Step

Severity = Literal["error", "warning"]

#: actions that tell somebody and change nothing in AWS, by how their names begin
_TELLING = (
    "notify",
    "http.",
    "aws.chatbot.",
    "aws.cloudwatch.put_metric_data",
    "aws.firehose.put_record",
    "aws.kinesis.put_record",
    "aws.logs.put_log_events",
    "aws.ses.send_",
    "aws.sesv2.send_",
    "aws.sns.publish",
    "aws.sqs.send_message",
    "aws.ssm-incidents.",
    "aws.support.",
)
_ACTING = ("active", "approve")
_CALLS = Calls({})


class Seen:
    """One rule that compiles, as its lints see it."""

    def __init__(self, file: RuleFile, plan: Plan, stages: Mapping[str, Stage]) -> None:
        self.file = file
        self.plan = plan
        self.stages = stages

    @property
    def rule(self) -> Rule:
        """The rule's model."""
        return self.file.rule

    @property
    def acts(self) -> bool:
        """Whether its mode lets it change something."""
        return self.rule.mode in _ACTING

    @cached_property
    def pattern(self) -> Pattern | None:
        """The pattern that wakes the rule, where there is one."""
        wired = self.plan["wire"].get("pattern")
        return None if wired is None else Pattern(wired)

    @cached_property
    def effects(self) -> list[tuple[Path, Step, str]]:
        """The steps that change something in AWS, with their paths and what they call."""
        steps = ((path, step, step.do) for path, step in steps_of(self.rule) if step.do)
        return [one for one in steps if _changes(one[2])]


@dataclass(frozen=True)
class Whole:
    """All rules of a project that compiles."""

    project: Project
    rules: list[Seen]
    plans: Mapping[str, Plan]
    stages: Mapping[str, Stage]
    channels: Channels
    #: policies by stage, then by rule
    policies: Mapping[str, Mapping[str, Any]]

    @cached_property
    def circles(self) -> list[Circle]:
        """Rules of `mode: active` that wake each other in a circle.

        One that observes causes nothing, and one that asks is ended by people.
        """
        active = [seen.file for seen in self.rules if seen.rule.mode == "active"]
        return believable(active, self.plans, self.channels, self.stages.values())


OfRule = Callable[[Seen], Iterator[Fault]]
OfAll = Callable[[Whole], Iterator[tuple[Source, Fault]]]


@dataclass(frozen=True, slots=True)
class Lint:
    """One kind of mistake. Without `of_rule` and `of_all` it is told where files are read."""

    code: str
    severity: Severity
    #: three paragraphs of its section in docs/lint.md
    finds: str
    why: str
    fix: str
    of_rule: OfRule | None = None
    of_all: OfAll | None = None
    #: AWS would refuse what some of them find, whatever a comment says
    silenced: bool = True

    @property
    def title(self) -> str:
        """What was found, in a few words."""
        return TITLES[self.code]


def _changes(do: str) -> bool:
    return not do.startswith(_TELLING) and _CALLS.effect(do)[0] != "read"
