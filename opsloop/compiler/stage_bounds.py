"""What binds the effects of one rule in one stage, as its policy has it.

Each step's statements go through `kept`; `further` is what they need beside them. Called by
`policies`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalicelib.globs import is_open
from chalicelib.guards.bounds import Bound, bounds, out_alone
from chalicelib.guards.touching import Resource, pattern_of
from chalicelib.plan import Bounds, Place, Plan, Stage, Touched, Way
from opsloop.aws import bounds as policies
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.statement import Statement, allow
from opsloop.aws.touches import takes_an_arn
from opsloop.compiler.touching import step_at
from opsloop.problems import Fault, Path
from opsloop.rules.checks import STEP_LISTS

#: what the service for tags does not know, though it may have tags
_UNSEEN = re.compile(r"arn:[^:]*:(?:iam::[^:]*:(?:user|role|group)/|s3:::[^/]+/)")


class StageBounds:
    """The guards `only` and `except` of a rule, and the stage's `except`."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self._plan = plan
        self._bounds = bounds(plan["guard"], stage)
        self._location = Location.of(stage)
        self._effects: list[Statement] = []

    def kept(self, path: Path, statements: list[Statement]) -> list[Statement]:
        """The statements of the call at this path, as narrow as the guards allow.

        Raises FaultError where the guards are sure to refuse the call whenever it is made.
        """
        touches = self._touches(path)
        if not touches:
            return statements
        for one in touches:
            self._check(one)
        for bound in self._bounds:
            if bound.keeps:
                statements = list(self._keeping(bound, touches).statements(statements))
        self._effects += statements
        return statements

    def _keeping(self, bound: Bound, touches: list[Touched]) -> policies.Keeping:
        changed = [arn for one in touches if one["role"] == "changes" for arn in self._arns(one)]
        made = [arn for one in touches if one["role"] == "makes" for arn in self._arns(one)]
        return policies.Keeping(_as_bounds(bound), changed, made, self._location)

    def further(self) -> Iterator[Statement]:
        """What denies the steps' effects, and lets the function read tags."""
        spares = [_as_bounds(one) for one in self._bounds if not one.keeps]
        yield from policies.spared(self._effects, spares, self._location)
        if self._effects and any(one.tags for one in self._bounds):
            yield allow("tag:GetResources", "*", purpose="ReadTags")

    def _touches(self, path: Path) -> list[Touched]:
        if not self._bounds or not path or path[0] not in STEP_LISTS:
            return []
        return step_at(self._plan, path).get("touches", [])

    def _arns(self, one: Touched) -> list[str]:
        """Patterns of all that these ways may come to."""
        return [self._arn(way) for way in (*one["ways"], *one.get("also", []))]

    def _arn(self, way: Way) -> str:
        return self._location.fill(pattern_of(way))

    def _check(self, one: Touched) -> None:
        for bound in self._bounds:
            for reason in self._refusals(bound, one):
                found = f"a call that `{bound.name}` is sure to refuse: {reason}"
                raise FaultError(Fault(found, "one on resources that it lets through"))

    def _refusals(self, bound: Bound, one: Touched) -> Iterator[str]:
        """Why a guard refuses it, whatever the values are."""
        arns = [self._arn(way) for way in one["ways"]]
        tagged = bound.tags and one["role"] == "changes"
        if tagged and bound.keeps and all(map(_UNSEEN.match, arns)):
            yield f"nobody can ask for the tags of {arns[0]} beforehand"
        elif not any(_places(way) for way in one["ways"]):
            also = tuple(map(self._arn, one.get("also", [])))
            for arn in arns:
                yield from (
                    out.reason for out in out_alone(bound, Resource(arn, one["role"], also))
                )
        elif tagged and all(map(_stays_open, one["ways"])):
            yield f"{arns[0]} does not tell which resource it is, for its tags"


def _as_bounds(bound: Bound) -> Bounds:
    return {"arns": list(bound.arns), "tags": dict(bound.tags)}


def _places(way: Way) -> list[Place]:
    return [part for part in way if not isinstance(part, str)]


def _stays_open(way: Way) -> bool:
    """Whether it has parts that no value tells, unless the value is an ARN."""
    texts = "".join(part for part in way if isinstance(part, str))
    last = [step for step in _places(way)[-1]["at"] if isinstance(step, str)][-1]
    return is_open(texts) and not takes_an_arn(last)
