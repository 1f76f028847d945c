"""One backtest of the hundred rules in a process of its own: prints seconds, counts and memory.

`python -m tests.benchmarks.backtest_run FOLDER WORKERS`. Memory is the sum of each process's
own peak, in MiB: more than was ever used at one time.
"""

from __future__ import annotations

import json
import resource
import sys
import time


def main(place: str, workers: int) -> None:
    """Run it."""
    # a worker imports this module again: like the command's, it loads nothing
    from chalicelib.clock import SystemClock  # noqa: PLC0415
    from opsloop.backtest.alarm_history import Alarms  # noqa: PLC0415
    from opsloop.backtest.ruling import Version  # noqa: PLC0415
    from opsloop.backtest.run import Wanted, backtest  # noqa: PLC0415
    from opsloop.backtest.span import Span  # noqa: PLC0415
    from opsloop.local.plans import bare_stage  # noqa: PLC0415
    from tests.benchmarks.backtest_rules import plans  # noqa: PLC0415

    stage = bare_stage("dev")
    alarms = Alarms(stage["account"], stage["region"])
    wanted = Wanted(Version(plans(), stage), (place,), alarms, Span())
    start, before = time.perf_counter(), _processor(resource.RUSAGE_SELF)
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
        # of the parent, and of a worker on average
        "processor": _processor(resource.RUSAGE_SELF)
        - before
        + _processor(resource.RUSAGE_CHILDREN) / workers,
    }
    sys.stdout.write(json.dumps(found))


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _processor(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _nobody(_meter: object) -> None:
    """Watches."""


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
