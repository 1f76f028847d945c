"""A storm: a burst of events, workers that take them, and some that are killed on the way.

Events are delivered as Lambda delivers them: what nobody acknowledged comes again under the
same request id, at most twice, and then is a dead letter.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.plan import Plan
from tests.proof.moto_server import Aws
from tests.proof.sandboxes import Answer

DELIVERIES = 3
#: a worker is killed so many seconds after it got an event, at most
LONGEST_LIFE = 0.08


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way, for the first time or again."""

    payload: dict[str, Any]
    request: str
    #: what became of it before: what was raised, or that its worker was killed
    before: tuple[str, ...] = ()


@dataclass
class Storm:
    """What came of one."""

    answers: dict[str, Answer] = field(default_factory=dict)
    dead: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: events whose worker was killed before it acknowledged them
    killed: list[str] = field(default_factory=list)
    #: metrics of each event, by its id
    metrics: dict[str, Counter[str]] = field(default_factory=dict)

    def outcomes(self) -> Counter[str]:
        """How many of each were acknowledged."""
        return Counter(answer["outcome"] for answer in self.answers.values())

    def total(self, metric: str) -> int:
        """The metric as CloudWatch would sum it up."""
        return sum(counts[metric] for counts in self.metrics.values())


class Storming:
    """The road from the burst to the workers."""

    def __init__(self, aws: Aws, plan: Plan, folder: Path, kill_at: Collection[int]) -> None:
        self._job = {"endpoint": aws.endpoint, "plan": plan, "log": str(folder / "inside.log")}
        self._folder = folder
        self._kill_at = set(kill_at)
        self._lock = threading.Lock()
        self._waiting: deque[Delivery] = deque()
        self._begun = 0
        self._workers = 0
        self._noise = random.Random(10_000)
        self.result = Storm()

    def run(self, events: Iterable[dict[str, Any]], workers: int) -> Storm:
        """All of it; `workers` at a time, each replaced when it is killed."""
        self._waiting.extend(Delivery(payload, f"r-{payload['id']}") for payload in events)
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(lambda _: self._serve(), range(workers)):
                pass  # so that what a thread raised is raised here
        for file in self._folder.glob("printed-*.log"):
            _read_metrics(file, self.result.metrics)
        return self.result

    def _serve(self) -> None:
        worker = self._worker()
        while delivery := self._next():
            number, event = delivery
            _say(worker, json.dumps({"payload": event.payload, "request": event.request}))
            if number in self._kill_at:
                worker = self._replaced(worker)
                self.result.killed.append(event.payload["id"])
                self._again(event, "killed")
            else:
                self._settle(event, json.loads(_line(worker)))
        worker.communicate(timeout=30)

    def _next(self) -> tuple[int, Delivery] | None:
        with self._lock:
            if not self._waiting:
                return None
            self._begun += 1
            return self._begun, self._waiting.popleft()

    def _settle(self, event: Delivery, answer: Answer) -> None:
        if "raised" in answer:
            self._again(event, answer["raised"])
        else:
            self.result.answers[event.payload["id"]] = answer

    def _again(self, event: Delivery, why: str) -> None:
        before = (*event.before, why)
        if len(before) == DELIVERIES:
            self.result.dead[event.payload["id"]] = before
            return
        with self._lock:
            self._waiting.appendleft(Delivery(event.payload, event.request, before))

    def _worker(self) -> subprocess.Popen[str]:
        with self._lock:
            self._workers += 1
            printed = self._folder / f"printed-{self._workers}.log"
        made = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.storm_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        _say(made, json.dumps(self._job | {"printed": str(printed)}))
        assert _line(made) == "ready"
        return made

    def _replaced(self, worker: subprocess.Popen[str]) -> subprocess.Popen[str]:
        time.sleep(self._noise.uniform(0, LONGEST_LIFE))  # noqa: TID251 - a real process, in real time
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        return self._worker()


def _say(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(f"{line}\n")
    worker.stdin.flush()


def _line(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def _read_metrics(file: Path, metrics: dict[str, Counter[str]]) -> None:
    """A function prints what it says of an event, and then the event's metrics."""
    cause = None
    for line in _whole_lines(file):
        content = json.loads(line)
        if "_aws" not in content:
            cause = content["cause"]
            continue
        assert cause is not None
        names = content["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        for name in (each["Name"] for each in names):
            metrics.setdefault(cause, Counter())[name] += int(sum(content[name]))


def _whole_lines(file: Path) -> Iterator[str]:
    """What was being written when a worker was killed is no line."""
    text = file.read_text(encoding="utf-8")
    return iter(text[: text.rfind("\n") + 1].splitlines())
