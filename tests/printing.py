"""What a function prints, as Lambda takes it: lines of JSON in UTF-8."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field

from chalicelib.telemetry import PowertoolsTelemetry


@dataclass
class Printed:
    """A stream that takes UTF-8 and nothing else."""

    raw: io.BytesIO = field(default_factory=io.BytesIO)

    def lines(self) -> list[str]:
        """All lines since they were last asked for; each is JSON."""
        lines = self.raw.getvalue().decode().splitlines()
        self.raw.seek(0)
        self.raw.truncate()
        for line in lines:
            assert isinstance(json.loads(line), dict), line
        return lines


@contextmanager
def printed() -> Iterator[Printed]:
    """Everything that is printed or logged; nothing may go to the error stream."""
    # Powertools keeps one logger for the process, with the stream that was there first
    PowertoolsTelemetry("any", "any", lambda value: value)
    made, errors = Printed(), io.StringIO()
    stream = io.TextIOWrapper(made.raw, encoding="utf-8", errors="strict", write_through=True)
    handlers = logging.getLogger("opsloop").handlers
    streams = [each for each in handlers if isinstance(each, logging.StreamHandler)]
    with redirect_stdout(stream), redirect_stderr(errors):
        before = [(each, each.setStream(stream)) for each in streams]
        try:
            yield made
        finally:
            for each, old in before:
                each.setStream(old)
    stream.detach()
    assert errors.getvalue() == ""
