"""What the engine says, for somebody who sits in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class ConsoleTelemetry:
    """Errors as lines; all else is in the outcome that is shown anyway."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def info(self, message: str, **fields: Any) -> None:
        """Nothing: the outcome says it."""

    def error(self, message: str, **fields: Any) -> None:
        """Nothing but a failure outside of an execution: that has no outcome to stand in."""
        if "execution" not in fields:
            self._say(message)

    def defect(self, action: str, error: Exception) -> None:
        """An action's own defect."""
        self._say(f"defect in {action}: {type(error).__name__}: {error}")

    def count(self, metric: str) -> None:
        """Nothing: metrics are for functions that run where nobody looks."""

    def flush(self) -> None:
        """Nothing was kept."""
