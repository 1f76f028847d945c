"""One element's turn of inner steps, as the journal keeps it: plain JSON. Pure.

An element is to its steps what an execution is to the rule's: `steps.<id>` reads those of its own
turn, `stop` ends the turn well, `fail` or a failed step ends it as failed.

    {"item": "i-0abc", "status": "failed", "error": {…},
     "steps": {"drain": {"do": "…", "status": "succeeded", "result": …, "ms": 120}, …}}

`item` is there where the element is a text or a number; what is null is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.engine.acting import Done
from chalicelib.engine.standing import ends
from chalicelib.engine.told import outcome
from chalicelib.journal.record import Error, StepStatus

if TYPE_CHECKING:
    from chalicelib.engine.scope import Scope
    from chalicelib.plan import Step


class Turn:
    """An element on its way. `kept` is what the journal has of the turn."""

    def __init__(
        self, place: int, element: Any, scope: Scope, kept: Mapping[str, Any] | None
    ) -> None:
        self.place = place
        self.mark = f"[{place}]"
        self.scope = scope
        self.is_new = kept is None
        self._outer = scope.get("steps")
        self._json: dict[str, Any] = dict(kept or _entered(element))
        error = self._json.get("error")
        self._error = None if error is None else Error(**error)
        self._tell()

    def is_due(self, step: Step) -> bool:
        """Whether this step of the turn is still to come."""
        return "status" not in self._json and step["id"] not in self._json["steps"]

    def add(self, step: Step, done: Done, ms: int) -> None:
        """What became of the next step."""
        told = {
            "do": step.get("do"),
            "status": done.status,
            "result": done.result,
            "error": done.error.as_dict() if done.error else None,
            "note": done.note,
            "attempts": done.attempts if done.attempts > 1 else None,
            "ms": ms or None,
        }
        kept = {name: value for name, value in told.items() if value is not None}
        self._json["steps"] = {**self._json["steps"], step["id"]: kept}
        if done.error is not None and ends(step, done.error):
            self._end("failed", error=done.error)
        elif step["kind"] == "stop" and done.status == "succeeded":
            self._end(self._status(), note=done.note)
        self._tell()

    def leave_out(self, skipped: Done) -> None:
        """The whole turn is skipped, or nobody can know whether it is."""
        self._end(skipped.status, note=skipped.note)

    def so_far(self) -> dict[str, Any]:
        """The turn as it is now."""
        return dict(self._json)

    def done(self) -> Done:
        """The turn as the result of its element."""
        if "status" not in self._json:
            self._end(self._status())
        attempts = sum(one.get("attempts", 1) for one in self._json["steps"].values())
        return Done(self._json["status"], self._json, attempts, error=self._error)

    def _end(
        self, status: StepStatus, *, error: Error | None = None, note: str | None = None
    ) -> None:
        self._error = error
        told = {"status": status, "error": error.as_dict() if error else None, "note": note}
        self._json |= {name: value for name, value in told.items() if value is not None}

    def _status(self) -> StepStatus:
        statuses = {one["status"] for one in self._json["steps"].values()}
        if "observed" in statuses:
            return "observed"
        return "skipped" if statuses == {"skipped"} else "succeeded"

    def _tell(self) -> None:
        own = {name: outcome(name, one["status"], one) for name, one in self._json["steps"].items()}
        self.scope.put("steps", {**self._outer, **own})


def _entered(element: Any) -> dict[str, Any]:
    named = {"item": element} if isinstance(element, str | int | float) else {}
    return {**named, "steps": {}}
