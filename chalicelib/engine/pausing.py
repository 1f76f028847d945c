"""Pauses, as a sandbox knows them: read again after five seconds, never later."""

from __future__ import annotations

from chalicelib.engine.ports import Ports
from chalicelib.guards.gate import Pause

FRESH = 5.0


class Pauses:
    """What is paused in the stage."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._read_at: float | None = None
        self._pauses: list[Pause] = []

    def current(self) -> list[Pause]:
        """At most five seconds old."""
        now = self._ports.clock.now()
        if self._read_at is None or not 0 <= now - self._read_at < FRESH:
            self._pauses = self._ports.journal.pauses()
            self._read_at = now
        return self._pauses
