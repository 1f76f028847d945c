"""The resources that an IAM action must be allowed on, as narrow as a call's literals tell.

Called by `authorizations`. Account, region and partition are the stage's; a variable that no
parameter names, or only the run will know, is `*` in its place.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator

from opsloop.aws import iam, marks
from opsloop.aws.arn_table import FOREIGN_ACCOUNT, PARAMETERS, UNNAMED
from opsloop.aws.arn_values import TURNS, as_judged
from opsloop.aws.location import Location
from opsloop.aws.names import plain
from opsloop.aws.patterns import ANY, Given, compact, leaves, strings

_VARIABLE = re.compile(r"\$\{(?!(?:Partition|Region|Account)\})(\w+)\}")
_WITH_PREFIX = re.compile(rf"((?<=[/:])[a-z]+-)?{_VARIABLE.pattern}")
_PLACE = re.compile(r"\\\$\\\{(\w+)\\\}")
_ENDING = re.compile(r"(?:withpath|identifiers?|names?|ids?|arns?|urls?|list|s)$")
_NAMES_SOMETHING = re.compile(r"(?:Name|Id|Identifier|Arn|ARN|NameWithPath)$")


def resources(action: iam.Action, given: Given, location: Location) -> tuple[str, ...]:
    """The ARNs for one action of one call; `("*",)` where IAM knows no resources for it."""
    if not action.resources:
        return (ANY,)
    found = [one for _, judged in by_kind(action, given) for one in judged]
    return compact([located(arn, action, location) for arn in found])


def by_kind(action: iam.Action, given: Given) -> Iterator[tuple[iam.Resource, tuple[str, ...]]]:
    """Each kind of resource of a call, with the ARNs by which IAM judges one such resource."""
    given_arns = _arns(given)
    for kind in _kinds(action, given):
        for arn in _fill(action, kind, given if kind.required else _wide(given)):
            yield kind, as_judged(arn, action=str(action), whole=arn in given_arns)


def names_something(action: iam.Action, given: Given) -> bool:
    """Whether the parameters say, or IAM requires, which kinds of resource a call touches."""
    wide = _wide(given)
    return any(
        kind.required or _is_touched(action, kind, given) or _is_named(action, kind, wide)
        for kind in action.resources
    )


def located(arn: str, action: iam.Action, location: Location) -> str:
    """The ARN in its place; some services' resources belong to another account."""
    if action.prefix in FOREIGN_ACCOUNT:
        arn = arn.replace("${Account}", ANY)
    return location.fill(arn)


def _kinds(action: iam.Action, given: Given) -> list[iam.Resource]:
    """The kinds of resource that this call touches: what IAM requires, and what it names."""
    required = [kind for kind in action.resources if kind.required]
    optional = [kind for kind in action.resources if not kind.required]
    wide = _wide(given)
    named = [
        kind
        for kind in optional
        if _is_touched(action, kind, given) or _is_named(action, kind, wide)
    ]
    return _alternatives(required + named, given) or optional


def _wide(given: Given) -> Given:
    """The parameters, and those within them that say what they are about."""
    inner: dict[str, list[str]] = {}
    for path, text in leaves(given):
        if len(path) > 1 and _stem(path[-1]):
            inner.setdefault(path[-1], []).append(text)
    plainly = {name: value for name, value in given.items() if not _holds_maps(value)}
    return inner | plainly


def _holds_maps(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_holds_maps, value)))


def _is_touched(action: iam.Action, kind: iam.Resource, given: Given) -> bool:
    parameters = UNNAMED.get(str(action), {}).get(kind.name)
    return parameters is not None and given.keys() >= set(parameters)


def _is_named(action: iam.Action, kind: iam.Resource, given: Given) -> bool:
    if _whole(kind, given):
        return True
    variables = _VARIABLE.findall(kind.arn)
    return bool(variables) and all(
        _values(action, kind, variable, given) or _needs_no_name(action, kind, variable)
        for variable in variables
    )


def _needs_no_name(action: iam.Action, kind: iam.Resource, variable: str) -> bool:
    return PARAMETERS.get(f"{action.prefix}:{kind.name}:{variable}") == ()


def _alternatives(kinds: list[iam.Resource], given: Given) -> list[iam.Resource]:
    """Without the kinds that an ARN in the call rules out: a listener has one load balancer."""
    settled = [set(_VARIABLE.findall(kind.arn)) for kind in kinds if _whole(kind, given)]
    return [
        kind
        for kind in kinds
        if _whole(kind, given) or set(_VARIABLE.findall(kind.arn)) not in settled
    ]


def _fill(action: iam.Action, kind: iam.Resource, given: Given) -> list[str]:
    if whole := _whole(kind, given):
        return whole
    variables = _VARIABLE.findall(kind.arn)
    values = [_values(action, kind, variable, given) or (ANY,) for variable in variables]
    return [_filled(kind.arn, chosen) for chosen in itertools.product(*values)]


def _filled(arn: str, values: tuple[str, ...]) -> str:
    """What the format has before an id (`p-`) is in ids as well, and is not put twice."""
    put = iter(values)
    return _WITH_PREFIX.sub(lambda found: _prefixed(found[1] or "", next(put)), arn)


def _prefixed(prefix: str, value: str) -> str:
    return value if value.startswith(prefix) else f"{prefix}{value}"


def _whole(kind: iam.Resource, given: Given) -> list[str]:
    """The ARNs among the parameters that are of this kind."""
    return [arn for arn in _arns(given) if _expression(kind.arn).fullmatch(arn)]


def _arns(given: Given) -> list[str]:
    texts = itertools.chain.from_iterable(strings(value) for value in given.values())
    return [text for text in texts if text.startswith("arn:")]


def _values(action: iam.Action, kind: iam.Resource, variable: str, given: Given) -> tuple[str, ...]:
    """The patterns for one variable of an ARN; empty where no parameter names it."""
    found: dict[str, None] = {}
    for name in _naming(action, kind, variable, given):
        for value in strings(given[name]):
            plainly = _inside(action, variable, value) if value.startswith("arn:") else value
            turned = _turned(f"{action.prefix}:{variable}", plainly, given)
            found.update(dict.fromkeys(turned))
    return (ANY,) if ANY in found else tuple(filter(None, found))


def _turned(variable: str, value: str, given: Given) -> tuple[str, ...]:
    """What a value is inside of an ARN; a mark takes along what will have to be done to its own."""
    turn = TURNS.get(variable)
    if turn is None or value in (ANY, ""):
        return (value,)
    if not marks.is_mark(value):
        return turn(value, given)
    turned = marks.turned(value, variable)
    # a version goes behind the name, whatever the name will be
    versions = turn(value, given) if variable == "lambda:FunctionName" else (value,)
    return tuple(version.replace(value, turned) for version in versions)


def _naming(action: iam.Action, kind: iam.Resource, variable: str, given: Given) -> list[str]:
    """The parameters given that name the variable."""
    table = PARAMETERS.get(
        f"{action.prefix}:{kind.name}:{variable}", PARAMETERS.get(f"{action.prefix}:{variable}")
    )
    if table is not None:
        return [name for name in table if name in given]
    if not _NAMES_SOMETHING.search(variable):
        return []
    stem = _stem(variable)
    if not stem:
        return [name for name in given if plain(name) == plain(variable)]
    bare = [name for name in given if not _stem(name)] if stem in plain(action.name) else []
    return [name for name in given if _stem(name) == stem] or bare


def _inside(action: iam.Action, variable: str, arn: str) -> str:
    """The variable's value inside an ARN of another kind of the same service."""
    for known in iam.formats(action.prefix):
        match = _expression(known).fullmatch(arn)
        if match and variable in match.groupdict():
            return match[variable]
    return ""


@functools.cache
def _expression(arn: str) -> re.Pattern[str]:
    """What matches the ARNs of a format, a group for each variable."""
    seen: set[str] = set()

    def group(found: re.Match[str]) -> str:
        name = found[1]
        anything = "[^:]*" if name in ("Partition", "Region", "Account") else ".+?"
        if name in seen:
            return anything
        seen.add(name)
        return f"(?P<{name}>{anything})"

    return re.compile(_PLACE.sub(group, re.escape(arn)), re.DOTALL)


@functools.cache
def _stem(name: str) -> str:
    """What a parameter or a variable is about: `instance` for InstanceIds and InstanceId."""
    stem = plain(name)
    while (shorter := _ENDING.sub("", stem)) != stem:
        stem = shorter
    return stem
