"""The leaves of an event below the names that a pattern uses, with their places in arrays.

Called by Pattern. Imports tokens and errors. A leaf is a scalar; `{}` and `[]` have none.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from opsloop.patterns.errors import InvalidEvent
from opsloop.patterns.reading import elements
from opsloop.patterns.tokens import token_of

# Which element of which array, outermost first; arrays are numbered as they are met.
Position: TypeAlias = tuple[tuple[int, int], ...]


class Leaf(NamedTuple):
    """One scalar of an event."""

    token: str
    position: Position


def steps_of(name: str) -> list[str]:
    """The names between the dots; as in AWS's engine, empty ones at the end do not count."""
    steps = name.split(".")
    while len(steps) > 1 and not steps[-1]:
        steps.pop()
    return steps if any(steps) or "." not in name else []


class Leaves:
    """All leaves of one event under the given names."""

    def __init__(self, names: frozenset[str], steps: frozenset[str]) -> None:
        self._names = names
        self._steps = steps
        self._arrays = 0
        self.found: dict[str, list[Leaf]] = {}

    def read(self, event: Any) -> dict[str, list[Leaf]]:
        """The leaves by dotted name. Raises InvalidEvent for what is not an object."""
        if not isinstance(event, Mapping):
            raise InvalidEvent(f"expected a JSON object, found {type(event).__name__}")
        try:
            self._object(event, "", ())
        except RecursionError as error:
            raise InvalidEvent("nested too deeply to be read") from error
        return self.found

    def _object(self, value: Mapping[str, Any], prefix: str, position: Position) -> None:
        for step, inner in value.items():
            if step in self._steps or ("." in step and self._steps.issuperset(steps_of(step))):
                self._value(inner, prefix + step, position)

    def _value(self, value: Any, name: str, position: Position) -> None:
        if isinstance(value, Mapping):
            self._object(value, name + ".", position)
            return
        items = elements(value)
        if items is not None:
            array, self._arrays = self._arrays, self._arrays + 1
            for index, item in enumerate(items):
                is_leaf = not isinstance(item, Mapping | list | tuple)
                self._value(item, name, position if is_leaf else (*position, (array, index)))
        elif name in self._names:
            self._leaf(value, name, position)

    def _leaf(self, value: Any, name: str, position: Position) -> None:
        token = token_of(value)
        if token is None:
            raise InvalidEvent(f"{name}: {type(value).__name__} is not a type of JSON")
        self.found.setdefault(name, []).append(Leaf(token, position))
