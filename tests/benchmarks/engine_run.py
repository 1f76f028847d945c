"""Measures a warm function in a process of its own, where nothing else is loaded or logged.

By turns: an execution without boto3's part of it, and the calls that it makes by clients that do
nothing else; an event that fails its criteria, and a line of Powertools' Logger, which is part of
it. All by the processor's time. `python -m tests.benchmarks.engine_run` prints it as JSON, with
`--profile` where the time of an execution goes.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable

from chalicelib.telemetry import PowertoolsTelemetry
from tests.benchmarks.engine_world import RUN, Sandbox, other
from tests.printing import printed

ROUNDS = 40
#: executions, and events that fail their criteria, in a round
RUNS, FILTERED = 10, 50
SAID = {"cause": "728ca891-52a4-5cb6-919a-c4ff861b82f7", "criterion": "x" * 100}


def main() -> None:
    """What was asked for, on the output."""
    if "--profile" in sys.argv:
        pstats.Stats(profiled()).sort_stats("tottime").print_stats(40)
    else:
        sys.stdout.write(json.dumps(measured()) + "\n")


def measured() -> dict[str, float]:
    """Seconds: `own` of an execution, beside `call`; `filtered` of an event, beside `line`.

    Each at its best of all rounds: what else the machine does falls out.
    """
    sandbox, whole = warm(at_once=True), warm()
    event, telemetry = other(), PowertoolsTelemetry("tag-new", "dev", lambda value: value)
    executions, events = [], []
    with printed() as lines:
        calls = whole.recorded(RUN)
        whole.repeat(calls)
        for _ in range(ROUNDS):
            own = _seconds(lambda: sandbox.run(RUN), RUNS)
            executions.append((own, _seconds(lambda: whole.repeat(calls), RUNS)))
            filtered = _seconds(lambda: sandbox.run(event), FILTERED)
            events.append((filtered, _seconds(lambda: telemetry.info("not met", **SAID), FILTERED)))
            lines.lines()
    own, plain = map(min, zip(*executions, strict=True))
    filtered, line = map(min, zip(*events, strict=True))
    return {"own": own, "call": plain / len(calls), "filtered": filtered, "line": line}


def profiled() -> cProfile.Profile:
    """A thousand warm executions."""
    sandbox, profile = warm(at_once=True), cProfile.Profile()
    with printed():
        profile.enable()
        for _ in range(1_000):
            sandbox.run(RUN)
        profile.disable()
    return profile


def warm(*, at_once: bool = False) -> Sandbox:
    """A sandbox that has run before."""
    made = Sandbox(at_once)
    with printed():
        for _ in range(20):
            made.run(RUN)
    return made


def _seconds(work: Callable[[], object], times: int) -> float:
    """Of the processor, for one of so many."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


if __name__ == "__main__":
    main()
