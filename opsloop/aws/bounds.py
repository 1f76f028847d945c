"""`only` and `except` as IAM has them: narrower resources, conditions on tags, and what is denied.

What cannot be said in a policy (half of a pattern, tags that IAM does not know of a kind) the
function holds by itself; whatever is said here, AWS holds too. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chalicelib.globs import meets, parts
from chalicelib.plan import Bounds
from opsloop.aws import iam
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.patterns import ANY, covers, literal
from opsloop.aws.statement import Condition, Statement
from opsloop.problems import Fault

#: kinds of resource whose versions and aliases have ARNs of their own
_VERSIONED = frozenset({("lambda", "function"), ("states", "stateMachine")})


def is_effect(action: str) -> bool:
    """Whether an IAM action does more than read."""
    return iam.action(action).access_level not in ("Read", "List")


@dataclass(frozen=True, slots=True)
class Keeping:
    """How an `only` narrows the statements of one call: patterns of what it changes and makes."""

    only: Bounds
    changed: Sequence[str]
    made: Sequence[str]
    location: Location

    def statements(self, given: Iterable[Statement]) -> Iterator[Statement]:
        """The statements, no wider than `only`. Raises FaultError where nothing would be left."""
        for one in given:
            for action in sorted(one.actions):
                alone = replace(one, actions=frozenset([action]))
                yield from self._kept(alone, action) if is_effect(action) else (alone,)

    def _kept(self, one: Statement, action: str) -> Iterator[Statement]:
        about = sorted(arn for arn in one.resources if _any_covers(self._all, arn))
        if others := one.resources - set(about):
            yield replace(one, resources=others)
        for arn in about:
            within = frozenset(_within(action, arn, self.only, self.location))
            condition = _tags(one.condition, self.only) if self._is_tagged(action, arn) else None
            yield replace(one, resources=within, condition=condition or one.condition)

    @property
    def _all(self) -> list[str]:
        return [*self.changed, *self.made]

    def _is_tagged(self, action: str, arn: str) -> bool:
        """Whether IAM knows the tags: what is only made has none yet."""
        kind = _kind(action, arn)
        return kind is not None and kind.tagged and _any_covers(self.changed, arn)


def spared(
    statements: Iterable[Statement], spares: Iterable[Bounds], location: Location
) -> Iterator[Statement]:
    """What denies the effects of these statements on what has to be spared: by service."""
    effects: dict[str, set[tuple[str, str]]] = {}
    for one in statements:
        for action in filter(is_effect, one.actions):
            pairs = {(action, resource) for resource in one.resources}
            effects.setdefault(action.partition(":")[0], set()).update(pairs)
    for bounds in spares:
        for _, pairs in sorted(effects.items()):
            yield from _denied_by_tags(pairs, bounds)
            yield from _denied_by_arn({action for action, _ in pairs}, bounds, location)


def _any_covers(patterns: Sequence[str], arn: str) -> bool:
    return any(covers(pattern, arn) for pattern in patterns)


def _within(action: str, arn: str, only: Bounds, location: Location) -> list[str]:
    """What an ARN and the patterns of `only` have in common."""
    if not only["arns"]:
        return [arn]
    common = [_common(arn, _here(pattern, location)) for pattern in only["arns"]]
    found = [one for one in common if one is not None]
    if not found:
        raise FaultError(
            Fault(
                f"{action} on {arn}, of which `only` lets nothing through",
                "an `only` with an ARN that this call touches",
            )
        )
    return found


def _common(arn: str, pattern: str) -> str | None:
    """What both allow, or a little more where no pattern says it; None for nothing at all."""
    found: list[str] = []
    for one, other in zip(parts(arn), parts(pattern), strict=True):
        both = _both(one, other)
        if both is None:
            return None
        found.append(both)
    return ":".join(found)


def _both(one: str, other: str) -> str | None:
    if covers(other, one):
        return one
    if covers(one, other):
        return other
    return one if meets(one, other) else None


def _tags(condition: Condition | None, only: Bounds) -> Condition | None:
    tests = condition.tests if condition else ()
    wanted = [_is(key, value) for key, value in only["tags"].items()]
    return Condition(tuple(sorted({*tests, *wanted}))) if wanted else condition


def _is(key: str, value: str) -> tuple[str, str, tuple[str, ...]]:
    return ("StringEquals", f"aws:ResourceTag/{key}", (literal(value),))


def _denied_by_tags(pairs: set[tuple[str, str]], bounds: Bounds) -> Iterator[Statement]:
    tagged = {
        (action, resource)
        for action, resource in pairs
        if (kind := _kind(action, resource)) and kind.tagged
    }
    if not tagged:
        return
    actions, resources = map(frozenset, zip(*tagged, strict=True))
    for key, value in bounds["tags"].items():
        yield Statement(actions, resources, Condition((_is(key, value),)), effect="Deny")


def _denied_by_arn(actions: set[str], bounds: Bounds, location: Location) -> Iterator[Statement]:
    """Of the actions and the patterns those that have to do with each other."""
    patterns = [one for arn in bounds["arns"] for one in _versions(_here(arn, location))]
    concerned = {
        (action, arn)
        for action in actions
        for kind in iam.action(action).resources
        for arn in patterns
        if _common(arn, _format(kind.arn))
    }
    if concerned:
        denied, arns = map(frozenset, zip(*concerned, strict=True))
        yield Statement(denied, arns, effect="Deny")


def _versions(arn: str) -> tuple[str, ...]:
    """With the versions and aliases that IAM judges apart, where a function is spared whole."""
    _, _, service, *_, resource = parts(arn)
    kind, _, name = resource.partition(":")
    whole = (service, kind) in _VERSIONED and ":" not in name
    return (arn, f"{arn}:*") if whole and not name.endswith(ANY) else (arn,)


def _kind(action: str, arn: str) -> iam.Resource | None:
    """The kind of resource that an ARN is of; the narrowest where it fits several."""
    if arn == ANY:
        return None
    kinds = iam.action(action).resources
    fitting = [kind for kind in kinds if covers(_format(kind.arn), arn)]
    return max(fitting, key=lambda kind: len(_format(kind.arn)), default=None)


def _format(arn: str) -> str:
    """A kind's ARNs as a pattern of six parts."""
    return iam.VARIABLE.sub(ANY, arn)


def _here(pattern: str, location: Location) -> str:
    """A rule's pattern in the stage's own partition, where it does not say which."""
    arn, partition, rest = pattern.split(":", 2)
    return f"{arn}:{location.partition if partition == ANY else partition}:{rest}"
