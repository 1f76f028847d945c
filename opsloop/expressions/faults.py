"""What this package raises. Every fault in it has a place; many have a corrected text."""

from __future__ import annotations

from collections.abc import Iterable

from opsloop.problems import Fault


class BadExpression(Exception):
    """One text, condition or tree of values with all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"found {f.found}; expected {f.expected}" for f in self.faults))

    @property
    def fault(self) -> Fault:
        """The first of them; `parse` finds only one."""
        return self.faults[0]
