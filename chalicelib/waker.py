"""The waker: one built-in function, every minute, that wakes executions whose time has come.

It reads the journal's sparse index of unfinished executions: those that wait and are due, and
those that ran and whose lease is over. It starts each one's own function with the execution's
id, and nothing more; whether it is really time is for that function to say. So lateness, loss
and double wake-ups do no harm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from chalicelib.clock import Clock
from chalicelib.engine.ports import Telemetry
from chalicelib.engine.times import iso, seconds
from chalicelib.errors import JournalError
from chalicelib.journal.item import SHARDS
from chalicelib.journal.record import UNFINISHED, Ending, Error, Execution, close
from chalicelib.journal.table import Table

#: executions that are woken in one tick; the next tick takes the rest
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Woken:
    """What one tick did."""

    woken: int = 0
    #: executions whose rule is gone
    closed: int = 0
    #: executions that are left to the next tick
    failed: int = 0

    def as_dict(self) -> dict[str, int]:
        """JSON for the log."""
        return {"woken": self.woken, "closed": self.closed, "failed": self.failed}


class Waker:
    """Wakes what is due. `prefix` stands before a rule's name in its function's name."""

    def __init__(
        self,
        table: Table,
        functions: Callable[[], Any],
        prefix: str,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._table = table
        self._functions = functions
        self._prefix = prefix
        self._clock = clock
        self._telemetry = telemetry

    def tick(self) -> Woken:
        """Wake all that is due. One that cannot be woken is left to the next tick."""
        ends = [self._wake(rule, name) for rule, name in islice(self._due(), MOST)]
        return Woken(ends.count("woken"), ends.count("closed"), ends.count("failed"))

    def _due(self) -> Iterator[tuple[str, str]]:
        now = iso(self._clock.now())
        for shard in range(SHARDS):
            yield from self._table.due(f"unfinished#{shard}", now)

    def _wake(self, rule: str, execution_id: str) -> str:
        client = self._functions()
        try:
            client.invoke(
                FunctionName=f"{self._prefix}{rule}",
                InvocationType="Event",
                Payload=json.dumps({"opsloop": {"resume": execution_id}}).encode(),
            )
        except client.exceptions.ResourceNotFoundException:
            return self._orphan(rule, execution_id)
        except client.exceptions.ClientError as error:
            return self._left(f"not woken: {error}", rule, execution_id)
        return "woken"

    def _orphan(self, rule: str, execution_id: str) -> str:
        """The rule was removed: what it left ends, and says so."""
        try:
            there = self._table.one(rule, execution_id)
            if there is None:
                return "closed"
            self._end(there)
        except JournalError as error:
            return self._left(str(error), rule, execution_id)
        self._telemetry.error("its rule is gone", rule=rule, execution=execution_id)
        return "closed"

    def _end(self, there: Execution) -> None:
        if there.status not in UNFINISHED:
            if there.waiting is not None:
                # a refusal whose alarm would have been looked at again
                self._table.settle(replace(there, waiting=None))
            return
        now = self._clock.now()
        ended = close(
            there,
            Ending("superseded", Error("action", "resume", "Superseded", "its rule is gone")),
            closed=iso(now),
            ms=round((now - seconds(there.started)) * 1000),
        )
        self._table.orphan(ended)

    def _left(self, message: str, rule: str, execution_id: str) -> str:
        self._telemetry.error(message, rule=rule, execution=execution_id)
        return "failed"
