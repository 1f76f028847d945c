"""The one place that reads the wall clock; everything else is handed a `Clock`."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds, as everywhere in opsloop."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after this many seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()  # noqa: TID251 - this is the clock that gets injected

    def sleep(self, seconds: float) -> None:
        """Return after this many seconds."""
        time.sleep(seconds)  # noqa: TID251 - as above
