"""The guards `only` and `except`: may a call touch these resources? Pure arithmetic on ARNs, tags.

By ARN, `only` holds what a call changes or makes, `except` also what it uses; by tags, both
hold what it changes. `except` wins. What cannot be told of an ARN is out of bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chalicelib.globs import arn_covers, arn_meets, is_open
from chalicelib.guards.limits import Refusal
from chalicelib.guards.naming import bare
from chalicelib.guards.touching import Resource
from chalicelib.plan import Bounds, Guard, Stage

#: what a refusal lists of a guard's patterns
_LISTED = 3

#: a resource's tags by its ARN, of those whose tags are known
Tags = Mapping[str, Mapping[str, str]]


class Bound(NamedTuple):
    """One `only`, or one `except`."""

    name: str
    keeps: bool
    arns: Sequence[str]
    tags: Mapping[str, str]


def bounds(guard: Guard | None, stage: Stage) -> list[Bound]:
    """All that bind a rule in a stage: what has to be spared comes first."""
    found = []
    if "spares" in stage:
        found.append(_bound(f"except of {stage['stage']}", stage["spares"], keeps=False))
    if guard is not None and "spares" in guard:
        found.append(_bound("except", guard["spares"], keeps=False))
    if guard is not None and "only" in guard:
        found.append(_bound("only", guard["only"], keeps=True))
    return found


def out_by_arn(bound: Iterable[Bound], resources: Sequence[Resource]) -> Refusal | None:
    """The first resource that is out of bounds by its ARN, or whose tags could not be told."""
    return next((one for each in bound for one in _out_by_arn(each, resources)), None)


def out_alone(bound: Bound, resource: Resource) -> Iterator[Refusal]:
    """Why one resource is out of bounds by its ARN, or cannot be asked for its tags."""
    if bound.arns and _concerns(bound, resource):
        yield from _kept(bound, resource) if bound.keeps else _spared(bound, resource)
    if bound.tags and _concerns(bound, resource, by_tag=True) and is_open(resource.arn):
        reason = f"{resource.arn} does not tell which resource it is, for its tags"
        yield Refusal(bound.name, reason)


def out_by_tags(
    bound: Iterable[Bound], resources: Sequence[Resource], tags: Tags
) -> Refusal | None:
    """The first resource that is out of bounds by its tags."""
    return next((one for each in bound for one in _out_by_tags(each, resources, tags)), None)


def asked_for(bound: Sequence[Bound], resources: Sequence[Resource]) -> list[str]:
    """The ARNs whose tags have to be known."""
    return [
        bare(one.arn)
        for one in resources
        if any(each.tags and _concerns(each, one, by_tag=True) for each in bound)
    ]


def holdable(bound: Bound, resources: Sequence[Resource]) -> bool:
    """Whether there is anything for an `only` to hold: what is new has no tags."""
    return any(_concerns(bound, one, by_tag=bool(bound.tags)) for one in resources)


def _bound(name: str, given: Bounds, *, keeps: bool) -> Bound:
    return Bound(name, keeps, given["arns"], given["tags"])


def _concerns(bound: Bound, resource: Resource, *, by_tag: bool = False) -> bool:
    """Tags are asked for of what is changed; `except` is also about what is only used."""
    if by_tag or resource.role == "changes":
        return resource.role == "changes"
    return resource.role == "makes" or not bound.keeps


def _out_by_arn(bound: Bound, resources: Sequence[Resource]) -> Iterator[Refusal]:
    if bound.keeps and not holdable(bound, resources):
        yield Refusal(bound.name, "it touches nothing that was there before")
    for one in resources:
        yield from out_alone(bound, one)


def _kept(bound: Bound, resource: Resource) -> Iterator[Refusal]:
    if not any(arn_covers(pattern, resource.arn) for pattern in bound.arns):
        yield Refusal(bound.name, f"{resource.arn} is none of {_some(bound.arns)}")


def _spared(bound: Bound, resource: Resource) -> Iterator[Refusal]:
    for arn in (resource.arn, *resource.also):
        for pattern in bound.arns:
            # some services take a name for the same, however it is spelt
            if arn_meets(pattern.lower(), arn.lower()):
                yield Refusal(bound.name, f"{arn} is {_likely(arn)}one of {pattern}")


def _likely(arn: str) -> str:
    return "possibly " if is_open(arn) else ""


def _out_by_tags(bound: Bound, resources: Sequence[Resource], tags: Tags) -> Iterator[Refusal]:
    for one in resources:
        if not _concerns(bound, one, by_tag=True):
            continue
        own = tags.get(bare(one.arn))
        for key, value in bound.tags.items():
            has = None if own is None else own.get(key)
            if (has == value) is not bound.keeps:
                yield Refusal(bound.name, _tagged(bound, one, key, own))


def _tagged(bound: Bound, resource: Resource, key: str, own: Mapping[str, str] | None) -> str:
    wanted = f", wanted {key}: {bound.tags[key]}" if bound.keeps else ""
    if own is None:
        return f"{resource.arn} has no tags that are known{wanted}"
    found = f"{key}: {own[key]}" if key in own else f"no tag {key}"
    return f"{resource.arn} has {found}{wanted}"


def _some(patterns: Sequence[str]) -> str:
    more = len(patterns) - _LISTED
    return ", ".join(patterns[:_LISTED]) + (f" and {more} more" if more > 0 else "")
