"""What the engine needs from outside, as protocols. The composition root fills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.actions.base import Tools
from chalicelib.clock import Clock
from chalicelib.guards.gate import Pause
from chalicelib.journal.memory import Remembered, Written
from chalicelib.journal.record import Execution


class Journal(Protocol):
    """Where executions are written. Every method raises JournalError when it could not."""

    def admit(self, execution: Execution, charges: Sequence[Written] = ()) -> Execution | None:
        """Put it if it is new, and its guards' states with it; raises Conflict for those.

        None when admitted, else the one that is there already.
        """
        ...

    def record(self, execution: Execution, charges: Sequence[Written] = ()) -> None:
        """Write down how far it is, and its guards' states with it; raises Conflict for those."""
        ...

    def one(self, rule: str, execution_id: str) -> Execution | None:
        """The execution as it is now."""
        ...

    def take(self, seen: Execution, taken: Execution, charges: Sequence[Written] = ()) -> bool:
        """Take over an unfinished execution; False where somebody else was faster.

        Its guards' states go with it; raises Conflict for those.
        """
        ...

    def settle(self, refused: Execution) -> None:
        """Write down that a refusal waits for nothing any more."""
        ...

    def recurred(self, rule: str, execution_id: str) -> None:
        """A closed loop did not stay closed."""
        ...

    def close(self, execution: Execution, charges: Sequence[Written] = ()) -> None:
        """Write down its end, and its guards' states with it; raises Conflict for those."""
        ...

    def remembered(self, rule: str, key: str) -> Remembered:
        """What the guards of a rule and of one of its keys remember."""
        ...

    def pauses(self) -> list[Pause]:
        """What is paused in this stage."""
        ...

    def count_refusals(self, rule: str, counts: Mapping[str, int]) -> None:
        """Add to the day's count of refusals, by guard."""
        ...


class Actions(Protocol):
    """Calls actions by name: the only road from the engine to AWS."""

    def call(self, name: str, tools: Tools, parameters: Mapping[str, Any]) -> Any:
        """The action's result, as JSON.

        Raises StepError for what failed, WouldCall for an effect in a dry run.
        """
        ...


class ToolBox(Protocol):
    """Makes the tools of one step."""

    def tools(
        self,
        *,
        rule: str,
        execution: str,
        token: str,
        deadline: float,
        dry_run: bool,
        chain: int = 0,
    ) -> Tools:
        """Tools that stop at `deadline` (epoch seconds) and, in a dry run, at effects."""
        ...


class Secrets(Protocol):
    """Resolves secret references, and keeps what it resolved out of everything written."""

    def resolve(self, reference: str) -> str:
        """The secret's text. Raises SecretError."""
        ...

    def redact(self, value: Any) -> Any:
        """The same JSON value with every secret seen so far replaced."""
        ...


class Bus(Protocol):
    """Where other rules hear what became of an execution."""

    def put(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """One event. Raises BusError where it was not taken."""
        ...


class Telemetry(Protocol):
    """Logs and metrics. `fields` are JSON."""

    def info(self, message: str, **fields: Any) -> None:
        """A line for people who look."""
        ...

    def error(self, message: str, **fields: Any) -> None:
        """A line for people who are looked for."""
        ...

    def defect(self, action: str, error: Exception) -> None:
        """An action raised what it should not: a line with the traceback."""
        ...

    def count(self, metric: str) -> None:
        """Add one to a metric of this rule."""
        ...

    def flush(self) -> None:
        """The invocation is over: write what was counted."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them."""

    clock: Clock
    journal: Journal
    actions: Actions
    toolbox: ToolBox
    secrets: Secrets
    bus: Bus
    telemetry: Telemetry
