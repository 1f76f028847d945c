"""A process of many sandboxes, one thread each, that all start at one word.

`python -m tests.proof.racer` reads a job as a line of JSON, says `ready`, waits for a line,
and answers with a line of JSON. Called by `races`.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chalicelib.clock import SystemClock
from opsloop.local.isolation import isolated
from tests.engine.fakes import FakeTelemetry
from tests.proof.moto_server import Aws
from tests.proof.roads import Chances, Road
from tests.proof.sandboxes import Answer, Sandbox

#: how often Lambda delivers an event that a function could not handle
DELIVERIES = 3


class Racer:
    """One sandbox and the deliveries that it gets, one after the other."""

    def __init__(self, job: dict[str, Any], number: int, deliveries: list[Any]) -> None:
        aws = Aws(job["endpoint"], job["region"])
        self.road = Road(aws, Chances(**job["chances"]), seed=job["seed"] + number)
        self.telemetry = FakeTelemetry()
        self._clock = SystemClock()
        self._sandbox = Sandbox(
            job["plan"], self.road, Path(job["log"]), self._clock, self.telemetry
        )
        self._deliveries = deliveries

    def run(self, start: threading.Barrier) -> list[Answer]:
        """The answers, in the order of the deliveries."""
        start.wait()
        return [self._deliver(*each) for each in self._deliveries]

    def _deliver(self, payload: Any, request: str, delay: float) -> Answer:
        """As Lambda: what was raised is delivered again, under the same request."""
        self._clock.sleep(delay)
        raised: list[str] = []
        answer = self._sandbox.deliver(payload, request)
        while "raised" in answer and len(raised) < DELIVERIES - 1:
            raised.append(answer["raised"])
            answer = self._sandbox.deliver(payload, request)
        return answer | {"redelivered": raised}


def main() -> None:
    """One job, from its first line to its answer."""
    job = json.loads(sys.stdin.readline())
    racers = [Racer(job, number, each) for number, each in enumerate(job["deliveries"])]
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    sys.stdin.readline()
    start = threading.Barrier(len(racers))
    with ThreadPoolExecutor(len(racers)) as pool:
        answers = list(pool.map(lambda racer: racer.run(start), racers))
    met = sum((racer.road.met for racer in racers), Counter[str]())
    counts = sum((Counter(racer.telemetry.counts) for racer in racers), Counter[str]())
    print(json.dumps({"answers": answers, "met": met, "counts": counts}))  # noqa: T201 - as above


if __name__ == "__main__":
    with isolated("eu-west-1"):
        main()
