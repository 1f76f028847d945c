"""One IAM policy for each rule and stage: what the rule calls, and what its function needs.

Statements are as narrow as what the rule says literally; a call whose permissions cannot be
derived is a fault of the rule, with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from chalicelib.actions import find
from chalicelib.expressions.values import tagged
from chalicelib.plan import Plan, Stage, Value
from opsloop.aws.calling import Call
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.own import own
from opsloop.aws.permissions import action_statements, statements
from opsloop.aws.policy import policy
from opsloop.aws.statement import Statement
from opsloop.compiler.chalice_config import function_name, table_name
from opsloop.compiler.secrets import secrets_in
from opsloop.deploy.names import dead_letters_name
from opsloop.problems import Path, Problem
from opsloop.rules.checks import steps_of
from opsloop.rules.project import RuleFile


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a rule, with where it stands."""

    do: str
    parameters: Mapping[str, Any]
    path: Path


class StagePolicies:
    """Makes the policies of one stage. `channels` are its channels as the settings have them."""

    def __init__(self, stage: Stage, channels: Mapping[str, Mapping[str, Any]]) -> None:
        self._stage = stage
        self._channels = channels
        self._location = Location.of(stage)

    def of(self, file: RuleFile, plan: Plan) -> tuple[dict[str, Any], list[Problem]]:
        """The rule's policy, and what keeps it from being made."""
        problems: list[Problem] = []
        needed: dict[Path, list[Statement]] = {}
        for called in self._called(file):
            try:
                needed[called.path] = self._statements(called)
            except FaultError as error:
                fault = replace(error.fault, path=("do", *error.fault.path))
                problems.append(file.source.problem(fault, called.path))
        try:
            return policy([*chain(*needed.values()), *self._own(plan)]), problems
        except FaultError as error:
            return {}, [*problems, file.source.problem(error.fault, _largest(needed))]

    def _called(self, file: RuleFile) -> Iterator[Called]:
        rule = file.rule
        for name, fact in rule.facts.items():
            yield Called(fact.do, fact.with_, ("facts", name))
        for path, step in steps_of(rule):
            if step.do is not None:
                yield Called(step.do, step.with_, path)
        if not rule.on_failure and self._stage["escalate"] is not None:
            yield Called("notify", {"to": self._stage["escalate"], "title": ""}, ())

    def _statements(self, called: Called) -> list[Statement]:
        if called.do.startswith("aws."):
            _, service, method = called.do.split(".")
            return statements(Call(service, method, called.parameters), self._location)
        return action_statements(
            find(called.do), called.parameters, self._location, channels=self._channels
        )

    def _own(self, plan: Plan) -> list[Statement]:
        stage = self._stage["stage"]
        return own(
            self._location,
            function=function_name(stage, plan["rule"]),
            rule=plan["rule"],
            table=table_name(stage),
            queue=dead_letters_name(stage),
            secrets=secrets_in(plan, self._channels_of(plan)),
        )

    def _channels_of(self, plan: Plan) -> Iterable[Value]:
        """The channels that the rule may send to: all of them where it does not say which."""
        channels = self._stage["channels"]
        steps = (*plan["then"], *plan["on_failure"], *plan["always"])
        named = {_literal(step["with"], "to") for step in steps if step.get("do") == "notify"}
        if None in named:
            return channels.values()
        if not plan["on_failure"]:
            named.add(self._stage["escalate"])
        return [channels[name] for name in sorted(filter(None, named))]


def _largest(needed: Mapping[Path, list[Statement]]) -> Path:
    """Where the call stands that takes most of the policy."""

    def resources(path: Path) -> int:
        return sum(len(resource) for one in needed[path] for resource in one.resources)

    return max(needed, key=resources, default=())


def _literal(value: Value, name: str) -> str | None:
    """A parameter's text where the rule says it literally."""
    match tagged(value):
        case "lit", parameters:
            text: str | None = parameters[name]
            return text
        case "map", parameters:
            kind, content = tagged(parameters[name])
            return content if kind == "lit" else None
    return None
