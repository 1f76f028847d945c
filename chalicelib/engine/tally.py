"""The elements of a `for_each` that are done: results in order, failures counted. Pure.

It begins where the journal says, and gives the step's record while some are still to come and
when they are through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from chalicelib.engine.acting import Done
from chalicelib.engine.turns import Turn
from chalicelib.journal.record import Error, StepRecord, StepStatus


class Tally:
    """What became of one step's list."""

    def __init__(
        self, record: StepRecord, total: int, on_error: Literal["fail", "continue"]
    ) -> None:
        self._record = record
        self._total = total
        self._on_error = on_error
        before = record.result if isinstance(record.result, dict) else {}
        self._results: list[Any] = list(before.get("results", []))
        self._statuses: list[StepStatus] = list(before.get("statuses", []))
        self._turns: Mapping[str, Any] = before.get("turns", {})
        self._error = record.error
        self._attempts = record.attempts if self._results else 0

    @property
    def at(self) -> int:
        """The next element."""
        return len(self._results)

    @property
    def over(self) -> bool:
        """Whether no element is left to do, or none may be done any more."""
        return self.at >= self._total or (self._error is not None and self._on_error == "fail")

    def under_way(self, place: int) -> Mapping[str, Any] | None:
        """How far an element's turn was when the journal was written."""
        found: Mapping[str, Any] | None = self._turns.get(str(place))
        return found

    def add(self, ends: Sequence[Done]) -> None:
        """What became of the next elements."""
        for end in ends:
            if end.error is not None:
                self._error = self._error or self._about(end.error)
            self._results.append(end.result)
            self._statuses.append(end.status)
            self._attempts += end.attempts

    def so_far(self, turns: Sequence[Turn] = ()) -> StepRecord:
        """The record while some are still to come, and some may be under way."""
        kept: dict[str, Any] = {"results": [*self._results], "statuses": [*self._statuses]}
        if turns:
            kept["turns"] = {str(turn.place): turn.so_far() for turn in turns}
        return replace(
            self._record,
            status="running",
            result=kept,
            items=self.at,
            attempts=self._attempts,
            error=self._error,
        )

    def finished(self) -> StepRecord:
        """The record of the whole step."""
        failed = self._statuses.count("failed")
        return replace(
            self._record,
            status=self._status(),
            items=self.at,
            attempts=self._attempts or 1,
            result=self._results,
            error=self._error,
            note=f"{failed} of {self.at} failed" if failed else None,
        )

    def cut_short(self, error: Error) -> StepRecord:
        """The record where the rest is not even tried."""
        return replace(self.finished(), status="failed", error=error)

    def _about(self, error: Error) -> Error:
        if self._on_error == "continue":
            return error
        return replace(error, message=f"element {self.at} of {self._total}: {error.message}")

    def _status(self) -> StepStatus:
        if "failed" in self._statuses:
            return "failed"
        if "observed" in self._statuses:
            return "observed"
        return "skipped" if set(self._statuses) == {"skipped"} else "succeeded"
