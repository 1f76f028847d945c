"""One IAM policy for each rule and stage: what the rule calls, and what its function needs.

Statements are as narrow as what the rule says literally; a call whose permissions cannot be
derived is a fault of the rule, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from chalicelib.actions import find
from chalicelib.engine.opening import effective_mode
from chalicelib.plan import Plan, Stage
from chalicelib.plans import WAKER
from opsloop.aws import own
from opsloop.aws.calling import Call
from opsloop.aws.faults import FaultError
from opsloop.aws.hosting import hosting
from opsloop.aws.location import Location
from opsloop.aws.permissions import action_statements, statements
from opsloop.aws.policy import policy
from opsloop.aws.statement import Statement
from opsloop.aws.templates import Piece, pieces
from opsloop.compiler.chalice_config import function_name, table_name
from opsloop.compiler.guards import rechecks
from opsloop.compiler.secrets import secrets_in
from opsloop.compiler.stage_bounds import StageBounds
from opsloop.compiler.verifying import read_of
from opsloop.deploy.names import dead_letters_name
from opsloop.problems import Fault, Path, Problem
from opsloop.rules.checks import steps_of
from opsloop.rules.project import RuleFile

#: what a stage's own settings settle
_SETTLED = re.compile(r"(?<!\$)\$\{\s*(?:params\.(\w+)|(partition|account|region))\s*\}")


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a rule, with where it stands."""

    do: str
    parameters: Mapping[str, Any]
    path: Path


class StagePolicies:
    """Makes the policies of one stage.

    `channels` are its channels as the settings have them, `chalice` what they tell Chalice.
    """

    def __init__(
        self,
        stage: Stage,
        channels: Mapping[str, Mapping[str, Any]],
        chalice: Mapping[str, Any],
    ) -> None:
        self._stage = stage
        self._channels = channels
        self._location = Location.of(stage)
        self._hosting = list(hosting(self._location, chalice))
        self._secrets = {name: secrets_in(one) for name, one in stage["channels"].items()}

    def waker(self) -> dict[str, Any]:
        """The policy of the stage's waker."""
        stage = self._stage["stage"]
        needed = own.waker(
            self._location,
            function=function_name(stage, WAKER),
            functions=function_name(stage, ""),
            table=table_name(stage),
            queue=dead_letters_name(stage),
        )
        return policy([*needed, *self._hosting])

    def of(self, file: RuleFile, plan: Plan) -> tuple[dict[str, Any], list[Problem]]:
        """The rule's policy, and what keeps it from being made."""
        problems = list(self._unanswered(file, plan))
        needed: dict[Path, list[Statement]] = {}
        calls = list(self._called(file))
        bounds = StageBounds(plan, self._stage)
        for called in calls:
            try:
                needed[called.path] = bounds.kept(called.path, self._statements(called))
            except FaultError as error:
                fault = replace(error.fault, path=("do", *error.fault.path))
                problems.append(file.source.problem(fault, called.path))
            problems += [file.source.problem(one, called.path) for one in self._lacking(called)]
        if problems:
            return {}, problems
        try:
            further = [*bounds.further(), *self._own(plan, calls), *self._hosting]
            return policy([*chain(*needed.values()), *further]), []
        except FaultError as error:
            return {}, [file.source.problem(error.fault, _largest(needed))]

    def _unanswered(self, file: RuleFile, plan: Plan) -> Iterator[Problem]:
        """A rule that asks people needs somebody to answer."""
        asks = effective_mode(plan, self._stage) == "approve"
        if asks and self._stage["approvers"] is None:
            stage = self._stage["stage"]
            found = f"mode approve, where stage {stage} names no approvers"
            fault = Fault(found, f"'approvers' of {stage} in rules/opsloop.yaml", path=("mode",))
            yield file.source.problem(fault)

    def _called(self, file: RuleFile) -> Iterator[Called]:
        rule = file.rule
        for name, fact in rule.facts.items():
            yield Called(fact.do, fact.with_, ("facts", name))
        for path, step in steps_of(rule):
            if step.do is not None:
                yield Called(step.do, step.with_, path)
        if rechecks(rule):
            yield Called("aws.cloudwatch.describe_alarms", {}, ("guard",))
        read = read_of(rule)
        if read is not None and rule.verify is not None and rule.verify.check not in rule.facts:
            yield Called(*read, ("verify",))
        if not rule.on_failure and self._stage["escalate"] is not None:
            yield Called("notify", {"to": self._stage["escalate"], "title": ""}, ())

    def _statements(self, called: Called) -> list[Statement]:
        if called.do.startswith("aws."):
            _, service, method = called.do.split(".")
            call = Call(service, method, called.parameters, self._split)
            return statements(call, self._location)
        return action_statements(
            find(called.do),
            called.parameters,
            self._location,
            channels=self._channels,
            split=self._split,
        )

    def _split(self, text: str) -> list[Piece]:
        """A text's pieces, where the stage's parameters are as good as written out.

        So are its partition, account and region: an event of another's may name them, and
        nothing there is this role's to touch.
        """
        return pieces(_SETTLED.sub(self._settled, text) if "${" in text else text)

    def _settled(self, found: re.Match[str]) -> str:
        if found[2]:
            place: str = getattr(self._location, found[2])
            return place
        value = self._stage["params"].get(found[1])
        return str(value) if type(value) in (str, int) else found[0]

    def _own(self, plan: Plan, calls: list[Called]) -> list[Statement]:
        stage = self._stage["stage"]
        return own.own(
            self._location,
            function=function_name(stage, plan["rule"]),
            rule=plan["rule"],
            table=table_name(stage),
            queue=dead_letters_name(stage),
            secrets=secrets_in(plan).union(*self._secrets_of(calls)),
        )

    def _secrets_of(self, calls: list[Called]) -> Iterable[set[str]]:
        """Those of each channel that the rule may send to: of all where it does not say which."""
        named = {self._channel(called) for called in calls if called.do == "notify"}
        if None in named:
            return self._secrets.values()
        return [self._secrets[name] for name in filter(None, named)]

    def _channel(self, called: Called) -> str | None:
        """The channel that is written to; None where that is known only when the rule runs."""
        match self._split(called.parameters["to"]):
            case [str() as name]:
                return name
        return None

    def _lacking(self, called: Called) -> Iterator[Fault]:
        """A channel that is named by a parameter must be one of this stage's."""
        name = self._channel(called) if called.do == "notify" else None
        if name is not None and name not in self._stage["channels"]:
            found = f"the channel '{name}', which the stage {self._stage['stage']} does not have"
            yield Fault(found, "a parameter that names a channel of its stage", path=("with", "to"))


def _largest(needed: Mapping[Path, list[Statement]]) -> Path:
    """Where the call stands that takes most of the policy."""

    def resources(path: Path) -> int:
        return sum(len(resource) for one in needed[path] for resource in one.resources)

    return max(needed, key=resources, default=())
