"""Events out: each end is told on the bus, so that rules chain. Behind the journal, never before.

What could not be put is said in the log and is no failure: the journal has the end.
"""

from __future__ import annotations

from typing import Any

from chalicelib.engine.ports import Ports
from chalicelib.errors import BusError
from chalicelib.journal.record import Execution

#: what is told of an execution, by its status
ENDS = {
    "succeeded": "Execution Succeeded",
    "stopped": "Execution Succeeded",
    "observed": "Execution Observed",
    "failed": "Execution Failed",
    "refused": "Execution Refused",
    "superseded": "Execution Superseded",
}
#: what is told beside, by its loop
LOOPS = {"closed": "Loop Closed", "open": "Loop Open", "unverified": "Loop Unverified"}


def announce(closed: Execution, ports: Ports) -> None:
    """Tell how an execution ended, and whether it helped."""
    names = [ENDS[closed.status]]
    if closed.loop in LOOPS:
        names.append(LOOPS[closed.loop])
    for name in names:
        try:
            ports.bus.put(name, _detail(closed))
        except BusError as error:
            ports.telemetry.error(str(error), execution=closed.id, cause=closed.identity)


def _detail(closed: Execution) -> dict[str, Any]:
    return {
        "rule": closed.rule,
        "pack": closed.pack,
        "execution": closed.id,
        "chain": closed.chain,
        "status": closed.status,
        "loop": closed.loop,
        "mode": closed.mode,
        "resource": closed.resource,
        "key": closed.key,
        "started": closed.started,
        "closed": closed.closed,
        "ms": closed.ms,
        "error": closed.error.as_dict() if closed.error else None,
        "note": closed.note,
    }
