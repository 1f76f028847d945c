"""What rules read of a step that ran: `steps.<id>`, its status, its result and its error. Pure.

`Run` puts it in scope for the rule's steps, a `Turn` for those of its element. What an observed
step would have given nobody knows: whoever reads it hears so (`NotKnown`), by whatever way they
come to it, and is left out with that note. All else that cannot be evaluated stays an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.errors import NotKnown
from chalicelib.journal.record import StepStatus


class _Observed(dict[str, Any]):
    """A step that did not happen. The interpreter reads a field by `get`."""

    def __init__(self, step: str, known: Mapping[str, Any]) -> None:
        super().__init__(known)
        self._step = step

    def get(self, name: str, default: Any = None) -> Any:
        """A field; there is no telling what its result would have been."""
        if name == "result":
            raise NotKnown(self._step)
        return super().get(name, default)


def outcome(step: str, status: StepStatus, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """The step as rules read it; `known` is all that is on record of it."""
    return _Observed(step, known) if status == "observed" else known
