"""What a call is about to touch, as ARNs: the plan's ways, filled in with its parameters. Pure.

Values come from events, so nothing is taken on trust: one that does not fit its place, that
holds a wildcard or that is no text makes the whole unclear, and what is unclear is not done.
A `*` in an ARN from here is a part that neither plan nor parameters tell.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from chalicelib.globs import arn_fits, is_open, parts
from chalicelib.guards.naming import TURNS, Home, others, whole
from chalicelib.plan import Place, Touched, Way

#: characters of an ARN
_LONGEST = 2_048
#: resources of one call
_MOST = 1_000
_ANY = "arn:*:*:*:*:*"
_LOCATION = {"${Partition}": "partition", "${Region}": "region", "${Account}": "account"}


class Resource(NamedTuple):
    """One resource, and what the call does with it."""

    arn: str
    role: Literal["changes", "uses", "makes"]
    #: other ARNs that may be its own
    also: tuple[str, ...] = ()


class Unclear(Exception):
    """It cannot be told what a call would touch: in words."""


def touched(
    touches: Sequence[Touched], parameters: Mapping[str, Any], home: Home
) -> list[Resource]:
    """Every resource of a call, once. Raises Unclear, never leaves one out."""
    found: dict[Resource, None] = {}
    for one in touches:
        found.update(dict.fromkeys(_resources(one, parameters, home)))
    if not found:
        raise Unclear("a call that names no resource")
    return list(found)


def named(touches: Sequence[Touched]) -> set[str]:
    """The parameters by which a call says what it touches."""
    return {str(path[0]) for one in touches for path in _paths(one)}


def _resources(one: Touched, parameters: Mapping[str, Any], home: Home) -> Iterator[Resource]:
    values = {path: _values(parameters, path) for path in _paths(one)}
    if math.prod(map(len, values.values())) > _MOST:
        raise Unclear(f"more than {_MOST:,} resources in one call")
    also = one.get("also", [])
    for chosen in itertools.product(*values.values()):
        told = dict(zip(values, chosen, strict=True))
        arns = list(dict.fromkeys(_fitting(one["ways"], told, home)))
        if not arns:
            said = ", ".join(f"{_dotted(path)} {value!r}" for path, value in told.items())
            raise Unclear(f"{said} names no {_kind(one['ways'][0])} of this account")
        too = tuple(arn for arn in _fitting(also, told, home) if arn not in arns)
        yield from (Resource(arn, one["role"], (*too, *others(arn))) for arn in arns)


Path = tuple[str | int, ...]


def _paths(one: Touched) -> list[Path]:
    places = (part for way in one["ways"] for part in way if not isinstance(part, str))
    return list(dict.fromkeys(tuple(place["at"]) for place in places))


def _values(parameters: Mapping[str, Any], path: Path) -> list[str]:
    """The texts at a place of the parameters. Raises Unclear for what is none, and for none."""
    value: Any = parameters
    for step in path:
        value = value[step]
    found = list(_texts(value, path))
    if not found:
        raise Unclear(f"{_dotted(path)} is an empty list")
    return found


def _texts(value: Any, path: Path) -> Iterator[str]:
    if isinstance(value, list):
        for below in value:
            yield from _texts(below, path)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield _checked(str(value), path)
    else:
        raise Unclear(f"{_dotted(path)} is {type(value).__name__}, not a name")


def _checked(text: str, path: Path) -> str:
    if text != text.strip() or not text or len(text) > _LONGEST or not text.isprintable():
        raise Unclear(f"{_dotted(path)} is {text[:80]!r}, which is no name")
    if is_open(text):
        raise Unclear(f"{_dotted(path)} is {text!r}, with a wildcard")
    return text


def _fitting(ways: Sequence[Way], told: Mapping[Path, str], home: Home) -> Iterator[str]:
    for way in ways:
        arn = _filled(way, told, home)
        if arn is not None:
            yield arn


def _filled(way: Way, told: Mapping[Path, str], home: Home) -> str | None:
    """The ARN; None where a value does not fit. A whole ARN in the last place is the resource's."""
    last = next((part for part in reversed(way) if not isinstance(part, str)), None)
    if last is not None and (value := told[tuple(last["at"])]).startswith("arn:"):
        return whole(value, last.get("turn")) if _is_one(value, way, home) else None
    filled = [
        part if isinstance(part, str) else _part(part, told, home, last=part is way[-1])
        for part in way
    ]
    return None if None in filled else _located("".join(filter(None, filled)), home)


def _part(place: Place, told: Mapping[Path, str], home: Home, *, last: bool) -> str | None:
    value = told[tuple(place["at"])]
    if value.startswith("arn:"):
        return _name_in(value, home)
    turn = place.get("turn")
    turned = TURNS[turn](value, home) if turn else value
    # in the midst of an ARN, a name with a separator would be two
    return turned if turned and (last or not {"/", ":"} & set(turned)) else None


def _name_in(arn: str, home: Home) -> str | None:
    """The name in an ARN of this very account and region, as of a service's cluster."""
    found = parts(arn)
    ours = found[:2] == ["arn", home.partition] and found[3:5] == [home.region, home.account]
    return found[-1].rpartition("/")[2] if ours else None


def _is_one(arn: str, way: Way, home: Home) -> bool:
    """Whether an ARN is of the way's kind, and of this account where its kind has accounts."""
    pattern = pattern_of(way)
    if pattern == "*":
        found = parts(arn)
        return arn_fits(arn, _ANY) and found[4] in ("", home.account)
    return arn_fits(arn, _located(pattern.replace("${Region}", "*"), home))


def pattern_of(way: Way) -> str:
    """The way where every value may stand."""
    return "".join(part if isinstance(part, str) else "*" for part in way)


def _located(arn: str, home: Home) -> str:
    for name, attribute in _LOCATION.items():
        arn = arn.replace(name, getattr(home, attribute))
    return arn


def _kind(way: Way) -> str:
    """What the resource is, for people: what its ARN says before its name."""
    resource = parts(pattern_of(way))[-1]
    return resource.partition("/")[0].partition(":")[0].replace("*", "") or "resource"


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
