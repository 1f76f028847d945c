"""`only` and `except`: what a call is about to touch, held against the guards before it is made.

Looked at twice: before admission, as far as event and facts tell what the steps will touch, so
that what is out of bounds is refused and charges nothing; and right before each effect, where
it counts. Only reading, so it is the same in observe mode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.actions.base import Tools
from chalicelib.engine.outcomes import Failed
from chalicelib.engine.ports import Ports
from chalicelib.engine.scope import Scope
from chalicelib.errors import ExpressionError, SecretError, StepError
from chalicelib.expressions.values import tagged
from chalicelib.guards.bounds import Tags, asked_for, bounds, out_by_arn, out_by_tags
from chalicelib.guards.limits import Refusal
from chalicelib.guards.naming import Home
from chalicelib.guards.touching import Resource, Unclear, named, touched
from chalicelib.journal.record import Error
from chalicelib.partitions import partition_of
from chalicelib.plan import Plan, Stage, Step

#: what was read of tags counts for so many seconds
FRESH = 5.0
#: resources whose tags a sandbox keeps in mind
MOST = 10_000


class _Seen(NamedTuple):
    """A resource's tags, and when they were read; None for one that was not known."""

    at: float
    tags: Mapping[str, str] | None


class Bounding:
    """What binds the effects of one rule in one stage."""

    def __init__(self, plan: Plan, stage: Stage, ports: Ports) -> None:
        self._then = plan["then"]
        self._bounds = bounds(plan["guard"], stage)
        self._home = Home(partition_of(stage["region"]), stage["region"], stage["account"])
        self._ports = ports
        self._known: dict[str, _Seen] = {}

    def look(self, scope: Scope, tools: Tools) -> Refusal | None:
        """Why the rule may not do what it is going to; None where it may, or nobody can tell yet.

        What cannot be read or evaluated now is left to the step, which then fails.
        """
        for step in self._foretold():
            try:
                if step["if"] is not None and not scope.evaluator.holds(step["if"]).met:
                    continue
                parameters = scope.evaluator.render(_naming(step), "with")
                refusal = self.refusal(step, parameters, tools)
            except (ExpressionError, SecretError, StepError):
                return None
            if refusal is not None:
                return refusal
        return None

    def hold(self, step: Step, parameters: Mapping[str, Any], tools: Tools) -> None:
        """Raise Failed where a step's call is out of bounds, StepError where nobody can tell."""
        refusal = self.refusal(step, parameters, tools)
        if refusal is not None:
            message = f"{refusal.guard}: {refusal.reason}"
            raise Failed(Error("guard", step["id"], "OutOfBounds", message))

    def refusal(self, step: Step, parameters: Mapping[str, Any], tools: Tools) -> Refusal | None:
        """Why a call may not be made. Raises StepError where its tags cannot be read."""
        if not self._bounds or "touches" not in step:
            return None
        try:
            resources = touched(step["touches"], parameters, self._home)
        except Unclear as unclear:
            return Refusal(self._bounds[-1].name, str(unclear))
        if refusal := out_by_arn(self._bounds, resources):
            return refusal
        return out_by_tags(self._bounds, resources, self._tags(resources, tools))

    def _foretold(self) -> list[Step]:
        """The steps that are sure to be reached, and known by now; none behind an early end."""
        found: list[Step] = []
        if not self._bounds:
            return found
        for step in self._then:
            if step["kind"] in ("stop", "fail"):
                break
            if step.get("foretold"):
                found.append(step)
        return found

    def _tags(self, resources: Sequence[Resource], tools: Tools) -> Tags:
        """The tags of those that are known, read anew where that was too long ago."""
        wanted = asked_for(self._bounds, resources)
        now = self._ports.clock.now()
        fresh = {arn: seen for arn in wanted if (seen := self._seen(arn, now))}
        if stale := [arn for arn in wanted if arn not in fresh]:
            fresh |= self._read(stale, now, tools)
        return {arn: seen.tags for arn, seen in fresh.items() if seen.tags is not None}

    def _seen(self, arn: str, now: float) -> _Seen | None:
        seen = self._known.get(arn)
        # a clock that went back is before all that is known
        return seen if seen is not None and seen.at <= now < seen.at + FRESH else None

    def _read(self, arns: list[str], now: float, tools: Tools) -> dict[str, _Seen]:
        try:
            found = self._ports.actions.call("tags.read", tools, {"resources": arns})
        except StepError as error:
            message = f"the tags of {arns[0]} could not be read: {error.message}"
            raise StepError(error.code, message, retryable=error.retryable) from error
        seen = {arn: _Seen(now, found.get(arn)) for arn in arns}
        if len(self._known) + len(seen) > MOST:
            self._known.clear()
        self._known |= seen
        return seen


def _naming(step: Step) -> Any:
    """The parameters by which a step says what it touches, still to be filled in."""
    tag, entries = tagged(step["with"])
    if tag != "map":
        return step["with"]
    return {"map": {name: entries[name] for name in sorted(named(step["touches"]))}}
