"""Places of an event, how an expression writes them, and events changed at one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

from opsloop.compiler.pushdown.known import SINGLE

#: keys and indices that lead to a value
Steps = tuple[str | int, ...]
#: whole numbers that EventBridge compares by their text alone: AWS's own events have none
LONG = [2**53 + 1, 10**30, -(2**60) - 1]


def places(value: Any, way: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every place of a value with what stands there."""
    yield way, value
    below: Any = ()
    if isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    for key, inner in below:
        yield from places(inner, (*way, key))


def path_of(way: Steps) -> str:
    """A path as an expression has it."""
    first, *rest = way
    tail = (f"[{key}]" if isinstance(key, int) else f".{json.dumps(key)}" for key in rest)
    return f"{first}{''.join(tail)}"


def literal(value: Any) -> str:
    """A JSON literal."""
    return "`" + json.dumps(value).replace("`", "\\`") + "`"


class Variants:
    """An event, changed at one place in a way that has fooled somebody.

    What AWS documents of an event stays so: one value or none.
    """

    def __init__(self, event: dict[str, Any], ways: Sequence[Steps], literals: list[Any]) -> None:
        self._event = event
        self._ways = [[key for key in way if isinstance(key, str)] for way in dict.fromkeys(ways)]
        self._literals = literals
        self._documented = SINGLE.get(event["detail-type"], "").split()
        self._roots = {path.split(".")[0] for path in self._documented}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Those first that hold what the criteria ask for."""
        for detail in (*self._beside(), *self._found(), *self._elsewise()):
            yield {**self._event, "detail": detail}

    def _beside(self) -> Iterator[Any]:
        """Two values that are wanted below one list, in two of its elements."""
        for one, other in permutations([way for way in self._ways if len(way) > 1], 2):
            if one[:-1] == other[:-1] and one[0] not in self._roots:
                for first, second in permutations(self._literals[:4], 2):
                    yield self._with(one[:-1], [{one[-1]: first}, {other[-1]: second}])

    def _found(self) -> Iterator[Any]:
        """What the criteria name, where they look for it."""
        numbers = [] if self._event["source"].startswith("aws.") else LONG
        for way in self._ways:
            for value in (*self._literals[:3], True, 1, 0, *numbers):
                if ".".join(way) in self._documented and not isinstance(value, dict | list):
                    yield self._with(way, value)
                elif way and way[0] not in self._roots:
                    yield from self._shaped(way, value)

    def _shaped(self, way: list[str], value: Any) -> Iterator[Any]:
        """The value at a path, in all the shapes in which EventBridge finds it there."""
        *above, last = way
        for shape in (value, [value], [value, "zz"]):
            yield self._with(way, shape)
        if above:
            yield self._with(above, [{last: value}])
            yield self._with(above, [{last: "zz"}, {last: value}])
            yield (dotted := {**self._event["detail"], ".".join(way): value})
            yield {**dotted, above[0]: {}}

    def _elsewise(self) -> Iterator[Any]:
        """Each value wrapped, null, or gone."""
        detail = self._event["detail"]
        for way, value in places(detail):
            if way and way[0] not in self._roots:
                for new in (None, [value], [[value]], [value, "zz"], {"a": value}, ...):
                    yield _changed(detail, way, new)

    def _with(self, way: list[str], value: Any) -> Any:
        return _put(self._event["detail"], way, value)


def _put(there: Any, way: list[str], value: Any) -> Any:
    """A copy with a value at a path, where maps are made on the way."""
    if not way:
        return value
    made = dict(there) if isinstance(there, dict) else {}
    made[way[0]] = _put(made.get(way[0]), way[1:], value)
    return made


def _changed(value: Any, way: Steps, new: Any) -> Any:
    """A copy with another value at a place; without it where that is `...`."""
    if not way:
        return new
    key, *rest = way
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    if rest or new is not ...:
        copy[key] = _changed(value[key], tuple(rest), new)
    else:
        del copy[key]
    return copy
