"""The leaves of an event under the names that a pattern uses, and where in arrays they lie.

Called by Pattern. Imports tokens and errors. A leaf is a scalar; `{}` and `[]` have none.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from opsloop.patterns.errors import InvalidEvent
from opsloop.patterns.tokens import token_of

# Which element of which array, outermost first; arrays are numbered as they are met.
Position: TypeAlias = tuple[tuple[int, int], ...]


class Leaf(NamedTuple):
    """One scalar of an event."""

    token: str
    position: Position


Found: TypeAlias = dict[str, list[Leaf]]


def steps_of(name: str) -> list[str]:
    """The names between the dots; as in AWS's engine, empty ones at the end do not count."""
    steps = name.split(".")
    while len(steps) > 1 and not steps[-1]:
        steps.pop()
    return steps if any(steps) or "." not in name else []


class Leaves:
    """All leaves of one event under the given names, by dotted name.

    `shapes` tells what stands under a name instead of a leaf: an object or an empty array.
    """

    def __init__(self, event: Any, names: frozenset[str], steps: frozenset[str]) -> None:
        self._names = names
        self._steps = steps
        self._arrays = 0
        self.found: Found = {}
        self.shapes: dict[str, list[str]] = {}
        if not isinstance(event, dict):
            raise InvalidEvent(f"expected a JSON object, found {type(event).__name__}")
        try:
            self._object(event, "", ())
        except RecursionError as error:
            raise InvalidEvent("nested too deeply to be read") from error

    def _object(self, value: dict[str, Any], prefix: str, position: Position) -> None:
        for step, inner in value.items():
            if step in self._steps or self._joins(step):
                self._value(inner, prefix + step, position)

    def _joins(self, step: str) -> bool:
        """Whether a dotted name of the event joins steps of the pattern."""
        dotted = isinstance(step, str) and "." in step
        return dotted and self._steps.issuperset(steps_of(step))

    def _value(self, value: Any, name: str, position: Position) -> None:
        if isinstance(value, dict):
            self._shape(name, "{…}" if value else "{}")
            self._object(value, name + ".", position)
        elif isinstance(value, list | tuple):
            self._array(value, name, position)
        elif name in self._names:
            self._leaf(value, name, position)

    def _array(self, items: Sequence[Any], name: str, position: Position) -> None:
        array, self._arrays = self._arrays, self._arrays + 1
        if not items:
            self._shape(name, "[]")
        for index, item in enumerate(items):
            inside = isinstance(item, dict | list | tuple)
            self._value(item, name, (*position, (array, index)) if inside else position)

    def _leaf(self, value: Any, name: str, position: Position) -> None:
        token = token_of(value)
        if token is None:
            raise InvalidEvent(f"{name}: {type(value).__name__} is not a type of JSON")
        self.found.setdefault(name, []).append(Leaf(token, position))

    def _shape(self, name: str, shape: str) -> None:
        if name in self._names:
            self.shapes.setdefault(name, []).append(shape)
