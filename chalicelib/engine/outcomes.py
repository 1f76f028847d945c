"""What goes into the engine and what comes out, as records. Pure.

Named tuples: every cold start defines them, and a dataclass costs five times as much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from chalicelib.journal.record import Error, Status, Waiting


class Invocation(NamedTuple):
    """What Lambda says of this call: its request id, and when it will be cut off."""

    request: str
    #: epoch seconds
    deadline: float


class Outcome(NamedTuple):
    """What became of one event, or of one element of it."""

    rule: str
    outcome: Literal["not met", "duplicate"] | Status
    execution: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON for whoever invoked the function; half a character is told by its number."""
        return {
            name: value.encode("utf-8", "backslashreplace").decode()
            for name, value in self._asdict().items()
            if value is not None
        }


class Stopped(Exception):
    """A `stop` step: the execution ends here, and well."""


class Failed(Exception):
    """A step failed and the rule does not go on."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


class Suspended(Exception):
    """Nothing more is to be done now: the execution waits, and holds no function."""

    def __init__(self, waiting: Waiting) -> None:
        super().__init__(waiting.reason)
        self.waiting = waiting
