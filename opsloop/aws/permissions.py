"""The IAM statements that calls and actions need. What the compiler asks for permissions.

A statement is as narrow as what the rule says literally; `policy` makes one document of
many. The function's own needs (its log group, the journal, …) are in `own`.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.actions.base import Action, Permission
from opsloop.aws import arns, iam
from opsloop.aws.arn_values import as_judged
from opsloop.aws.authorizations import authorizations
from opsloop.aws.calling import Authorization, Call
from opsloop.aws.dependents import dependents
from opsloop.aws.location import Location
from opsloop.aws.patterns import ANY, Given, compact, patterns, strings
from opsloop.aws.statement import Condition, Statement, allow
from opsloop.aws.templates import Splitter, pieces

#: a channel's settings by the channel's name, with templates as the rule language has them
Channels = Mapping[str, Mapping[str, Any]]

_PLACEHOLDER = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


def access_level(service: str, method: str) -> iam.AccessLevel:
    """The sharpest access level among the actions that the operation needs.

    Raises FaultError where they cannot be derived.
    """
    levels = {one.action.access_level for one in authorizations(Call(service, method))}
    order: tuple[iam.AccessLevel, ...] = (
        "Permissions management",
        "Write",
        "Tagging",
        "Read",
        "List",
    )
    return next(level for level in order if level in levels)


def statements(call: Call, location: Location) -> list[Statement]:
    """What one call of AWS's API needs, its dependent actions included.

    Raises FaultError where that cannot be derived, with what to do.
    """
    needed = authorizations(call)
    found = [_statement(one, None, location) for one in needed]
    for one in needed:
        further = dependents(call, one.action)
        found += [_statement(other, condition, location) for other, condition in further]
    return found


def _statement(needed: Authorization, condition: Condition | None, location: Location) -> Statement:
    resources = compact(map(location.fill, needed.resources)) or arns.resources(
        needed.action, needed.given, location
    )
    return Statement(frozenset([str(needed.action)]), frozenset(resources), condition)


def action_statements(
    action: Action,
    parameters: Mapping[str, Any],
    location: Location,
    *,
    channels: Channels | None = None,
    split: Splitter = pieces,
) -> list[Statement]:
    """What a curated action needs, given the rule's parameters and the stage's channels."""
    given = with_defaults(action, patterns(dict(parameters), split))
    settings = patterns(dict(channels or {}), split)
    return [
        statement
        for permission in action.permissions
        if _applies(permission, given)
        for statement in _declared(permission, given, settings, location)
    ]


def needed(
    action: Action, parameters: Mapping[str, Any], split: Splitter = pieces
) -> list[Permission]:
    """Those of a curated action's permissions that a rule with these parameters needs."""
    given = with_defaults(action, patterns(dict(parameters), split))
    return [one for one in action.permissions if _applies(one, given)]


def with_defaults(action: Action, given: Given) -> Given:
    """A curated action's parameters, with what it takes where a rule says nothing."""
    return {**_defaults(action.function), **given}


@functools.cache
def _defaults(function: Callable[..., Any]) -> Given:
    signature = inspect.signature(function).parameters.values()
    found: Given = patterns(
        {one.name: one.default for one in signature if one.default is not inspect.Parameter.empty}
    )
    return found


def _applies(permission: Permission, given: Given) -> bool:
    return all(given.get(name, ANY) in (value, ANY) for name, value in permission.where.items())


def _declared(
    permission: Permission, given: Given, channels: Given, location: Location
) -> Iterator[Statement]:
    resources = _resources(permission, given, channels, location)
    if resources:
        yield allow(permission.action, resources, permission.condition)


def _resources(
    permission: Permission, given: Given, channels: Given, location: Location
) -> tuple[str, ...]:
    """The declared resource with the parameters in place; empty where no channel has it."""
    places = _PLACEHOLDER.findall(permission.resource)
    values = [_place(name, setting, given, channels, location) for name, setting in places]
    filled = [
        one
        for chosen in itertools.product(*values)
        for one in as_judged(_fill(permission.resource, chosen), action=permission.action)
    ]
    if ANY not in filled or permission.resource == ANY:
        return compact(filled)
    return arns.resources(iam.action(permission.action), {}, location)


def _fill(resource: str, values: tuple[str, ...]) -> str:
    put = iter(values)
    return _PLACEHOLDER.sub(lambda _: next(put), resource)


def _place(
    name: str, setting: str, given: Given, channels: Given, location: Location
) -> tuple[str, ...]:
    if setting:
        return _settings(strings(given.get(name, ANY)), setting, channels)
    if name in ("partition", "account", "region"):
        return (getattr(location, name),)
    return strings(given[name]) if given.get(name) is not None else (ANY,)


def _settings(names: tuple[str, ...], setting: str, channels: Given) -> tuple[str, ...]:
    """The setting of the channels named; of every channel, where the name is not known."""
    chosen = channels.values() if ANY in names else [channels.get(name, {}) for name in names]
    values = [strings(one[setting]) for one in chosen if setting in one]
    return tuple(dict.fromkeys(itertools.chain.from_iterable(values)))
