"""How this package refuses: one exception around one `Fault`. Imports nothing of AWS's."""

from __future__ import annotations

from opsloop.problems import Fault


class FaultError(Exception):
    """There is no answer; `fault` says what was found, what was expected, what to write."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"found {fault.found}; expected {fault.expected}")
        self.fault = fault
