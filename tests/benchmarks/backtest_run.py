"""One backtest of the hundred rules in a process of its own: prints seconds, counts and memory.

`python -m tests.benchmarks.backtest_run FOLDER WORKERS`. Memory is the sum of each process's
own peak, in MiB: more than was ever used at one time.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from chalicelib.clock import SystemClock
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.pool import Meter
from opsloop.backtest.ruling import Version
from opsloop.backtest.run import Wanted, backtest
from opsloop.backtest.span import Span
from opsloop.local.plans import bare_stage
from tests.benchmarks.backtest_rules import plans


def main(place: str, workers: int) -> None:
    """Run it."""
    stage = bare_stage("dev")
    alarms = Alarms(stage["account"], stage["region"])
    wanted = Wanted(Version(plans(), stage), (place,), alarms, Span())
    start = time.perf_counter()
    report = backtest(wanted, workers, SystemClock(), _nobody)
    seconds = time.perf_counter() - start
    children = _peak(resource.RUSAGE_CHILDREN) * workers if workers > 1 else 0
    found = {
        "seconds": seconds,
        "records": report.tally.records,
        "events": report.tally.events,
        "woken": sum(rule.tally.matched for rule in report.rules),
        "executions": sum(rule.tally.fired.executions for rule in report.rules),
        "broken": report.tally.broken,
        "mebibytes": _peak(resource.RUSAGE_SELF) + children,
    }
    sys.stdout.write(json.dumps(found))


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _nobody(_meter: Meter) -> None:
    """Watches."""


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
