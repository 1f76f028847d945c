"""What was found wrong in one text, and where in it.

`checker` notes as it walks; `calls` and `comparisons` note what they are asked about.
"""

from __future__ import annotations

from chalicelib.plan import Node
from opsloop.expressions.dialect import Located
from opsloop.expressions.spot import replaced
from opsloop.problems import Fault


class Noting:
    """One text's faults."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []
        self._near = Located({}, 0, len(text))

    def passing(self, node: Node) -> None:
        """A node is visited: its place serves for those below it that have none."""
        if isinstance(node, Located):
            self._near = node

    def fault(
        self,
        node: Node,
        found: str,
        expected: str,
        new: str | None = None,
        *,
        doubt: bool = False,
        lint: str | None = None,
    ) -> None:
        """Note a fault; `new` is what should stand in the node's place.

        A `doubt` rests on what a catalogue alone says; `lint` is its code, where it has one.
        """
        spot = self.spot(node)
        correction = None if new is None else replaced(self.text, spot.at, spot.end, new)
        self.faults.append(
            Fault(found, expected, correction, offset=spot.at, doubt=doubt, lint=lint)
        )

    def spot(self, node: Node) -> Located:
        """The node, or the last one visited that has a place."""
        return node if isinstance(node, Located) else self._near

    def source(self, node: Node) -> str:
        """The node's own text."""
        spot = self.spot(node)
        return self.text[spot.at : spot.end]
