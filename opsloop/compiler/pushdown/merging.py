"""One pattern that asks what a rule's own asks, and what a filter asks.

EventBridge wants all fields, and of each one value of its list; `$or` stands at the lowest place
that has room for it. What AWS would refuse is never made. Called by `pushing`. Pure.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from opsloop.compiler.pushdown.filters import Field, Filter
from opsloop.compiler.pushdown.own import Own, common_fields
from opsloop.compiler.wiring import MOST_PATTERN
from opsloop.patterns import InvalidPattern, Pattern
from opsloop.patterns.compiler import OR, RESERVED_IN_OR

#: AWS says of no number what is too complex; eight on one field have been refused
MOST_STARS = 4
#: AWS stops at a thousand
MOST_COMBINATIONS = 100


class DoesNotFit(Exception):
    """No pattern of AWS can take this; why, in words."""


def merged(own: Own, asked: Filter) -> dict[str, Any]:
    """The pattern that asks both, where `asked` is what fits to `own`. Raises DoesNotFit."""
    pattern: dict[str, Any] = copy.deepcopy(dict(own.pattern))
    common = common_fields(asked)
    for name, field in common.items():
        _put(pattern, own.steps(name) or field.place.steps, field)
    alternatives = [
        [field for name, field in branch.items() if name not in common] for branch in asked.branches
    ]
    if any(alternatives):
        _put_either(pattern, alternatives)
    _check(pattern, asked)
    return pattern


def _put(pattern: dict[str, Any], steps: Sequence[str], field: Field) -> None:
    *way, last = steps
    level = _level(pattern, way)
    if level is None:
        raise DoesNotFit(f"the trigger's own pattern asks for `{'.'.join(way)}` itself")
    level[last] = field.wanted.values


def _put_either(pattern: dict[str, Any], alternatives: Sequence[Sequence[Field]]) -> None:
    """`$or` with the alternatives, as deep as all of them share the way and there is none yet."""
    _check_alternatives(alternatives)
    way = _shared_way(field.place.steps for fields in alternatives for field in fields)
    for depth in range(len(way), -1, -1):
        level = _level(pattern, way[:depth])
        if level is not None and OR not in level:
            level[OR] = [_nested(fields, depth) for fields in alternatives]
            return
    raise DoesNotFit("the trigger's own pattern has an $or where this would need one")


def _level(pattern: dict[str, Any], way: Sequence[str]) -> dict[str, Any] | None:
    """The object at this place; what is not there yet is made."""
    level: Any = pattern
    for step in way:
        if not isinstance(level, dict):
            return None
        level = level.setdefault(step, {})
    return level if isinstance(level, dict) else None


def _shared_way(all_steps: Iterable[Sequence[str]]) -> list[str]:
    """The keys that all begin with, the last of each left aside."""
    ways = [steps[:-1] for steps in all_steps]
    shared = []
    for keys in zip(*ways, strict=False):
        if len(set(keys)) > 1:
            break
        shared.append(keys[0])
    return shared


def _nested(fields: Sequence[Field], depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in fields:
        _put(made, field.place.steps[depth:], field)
    return made


def _check_alternatives(alternatives: Sequence[Sequence[Field]]) -> None:
    if not all(alternatives):
        raise DoesNotFit("one of its alternatives asks for nothing more")
    for fields in alternatives:
        if any(step in RESERVED_IN_OR for field in fields for step in field.place.steps):
            raise DoesNotFit("inside $or a field cannot be named like an operator")
    for one, other in combinations(alternatives, 2):
        if any(_overlap(mine, theirs) for mine in one for theirs in other):
            raise DoesNotFit("its alternatives share a value, which EventBridge may mix up")


def _overlap(one: Field, other: Field) -> bool:
    """Whether both have a value in common and differ: a known fault of AWS's engine."""
    mine, theirs = set(one.wanted.texts), set(other.wanted.texts)
    return one.place.name == other.place.name and mine != theirs and bool(mine & theirs)


def _check(pattern: Mapping[str, Any], asked: Filter) -> None:
    """Refuse what AWS might."""
    if (size := len(json.dumps(pattern))) > MOST_PATTERN:
        raise DoesNotFit(f"the pattern would have {size:,} characters of {MOST_PATTERN:,}")
    if any(field.wanted.stars for field in asked.fields()) and _stars(pattern) > MOST_STARS:
        raise DoesNotFit(f"the pattern would have more than {MOST_STARS} wildcards")
    try:
        count = len(Pattern(pattern).branches)
    except InvalidPattern as invalid:
        raise DoesNotFit(f"EventBridge would refuse it: {invalid}") from None
    if count > MOST_COMBINATIONS:
        raise DoesNotFit(f"the pattern would have {count} combinations of $or")


def _stars(pattern: Any) -> int:
    """The wildcards of a pattern."""
    if isinstance(pattern, Mapping):
        own = pattern.get("wildcard")
        texts = own if isinstance(own, list) else [own]
        stars = sum(text.replace("\\*", "").count("*") for text in texts if isinstance(text, str))
        return stars + sum(map(_stars, pattern.values()))
    return sum(map(_stars, pattern)) if isinstance(pattern, list) else 0
