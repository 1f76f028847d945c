"""One worker of a storm: a sandbox that may be killed at any moment.

`python -m tests.proof.storm_worker` reads its job, then one delivery after the other, as
lines of JSON, and answers each with a line. What a function prints goes to a file, line by
line: as in Lambda, what was printed before the end is not lost. Called by `storms`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from chalicelib.clock import SystemClock
from opsloop.local.isolation import isolated
from tests.proof.moto_server import Aws
from tests.proof.roads import Road
from tests.proof.sandboxes import Sandbox


def main() -> None:
    """Serve until the input ends."""
    job = json.loads(sys.stdin.readline())
    answers = sys.stdout
    with Path(job["printed"]).open("w", buffering=1, encoding="utf-8") as sys.stdout:
        road = Road(Aws(job["endpoint"]))
        sandbox = Sandbox(job["plan"], road, Path(job["log"]), SystemClock())
        print("ready", file=answers, flush=True)
        for line in sys.stdin:
            answer = sandbox.deliver(**json.loads(line))
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    with isolated("eu-west-1"):
        main()
