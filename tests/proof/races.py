"""Races: many sandboxes in several processes, all let go at once, on one table."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chalicelib.clock import SystemClock
from chalicelib.journal.record import UNFINISHED, Execution
from chalicelib.plan import Plan
from tests.engine.fakes import FakeTelemetry
from tests.proof.journals import executions
from tests.proof.moto_server import Aws
from tests.proof.roads import FINE, Chances, Road
from tests.proof.sandboxes import Answer, Sandbox

#: a payload, the request id of its delivery, and the seconds before it
Delivery = tuple[Any, str, float]


@dataclass(frozen=True, slots=True)
class Race:
    """What came of one. Answers stand in the order of `payloads`."""

    payloads: list[Any]
    answers: list[Answer]
    #: faults that were met on the road
    met: Counter[str]
    #: metrics
    counts: Counter[str]
    #: who went in and out, in order
    log: list[list[str]]
    journal: list[Execution]

    def outcomes(self) -> Counter[str]:
        """How many of each; `raised` for what would end among the dead letters."""
        return Counter(answer.get("outcome", "raised") for answer in self.answers)

    def reasons(self, outcome: str) -> list[str]:
        """The reasons that were given for an outcome."""
        return [one.get("reason", "") for one in self.answers if one.get("outcome") == outcome]

    def dead(self) -> list[Any]:
        """The payloads that ended as dead letters."""
        return [payload for payload, answer in self.pairs() if "raised" in answer]

    def pairs(self) -> list[tuple[Any, Answer]]:
        """Each payload with its answer."""
        return list(zip(self.payloads, self.answers, strict=True))

    def redelivered(self) -> list[str]:
        """Everything that was raised on the way."""
        return [raised for answer in self.answers for raised in answer["redelivered"]]

    def most_inside(self) -> int:
        """How many executions were inside their action at the same time."""
        inside: set[str] = set()
        most = 0
        for way, _key, execution, _action in self.log:
            inside.add(execution) if way == "enter" else inside.remove(execution)
            most = max(most, len(inside))
        return most


def race(
    aws: Aws,
    plan: Plan,
    deliveries: Sequence[Sequence[Delivery]],
    folder: Path,
    *,
    processes: int = 4,
    chances: Chances = FINE,
) -> Race:
    """Let every list of deliveries go at once, each in a sandbox of its own."""
    job = {
        "endpoint": aws.endpoint,
        "region": aws.region,
        "plan": plan,
        "log": str(folder / "inside.log"),
        "chances": asdict(chances),
    }
    hands = [deliveries[hand::processes] for hand in range(processes)]
    with ExitStack() as running:
        racers = [
            running.enter_context(_racer(job | {"deliveries": each, "seed": 100 * number}))
            for number, each in enumerate(hands)
        ]
        for racer in racers:
            assert _line(racer) == "ready"
        for racer in racers:
            _say(racer, "go")
        results = [json.loads(_line(racer)) for racer in racers]
    return Race(
        payloads=[payload for hand in hands for queue in hand for payload, _, _ in queue],
        answers=[one for result in results for answers in result["answers"] for one in answers],
        met=_sum(result["met"] for result in results),
        counts=_sum(result["counts"] for result in results),
        log=_log(folder / "inside.log"),
        journal=executions(aws.client("dynamodb"), plan["rule"]),
    )


class _Later(SystemClock):
    """An hour on: whatever ran has lost its lease."""

    def now(self) -> float:
        return super().now() + 3600


def mend(aws: Aws, plan: Plan, dead: Iterable[Any], folder: Path) -> list[Execution]:
    """The journal after dead letters were sent again, and what was unfinished was woken."""
    sandbox = Sandbox(plan, Road(aws), folder / "inside.log", _Later(), FakeTelemetry())
    for number, payload in enumerate(dead):
        assert "outcome" in sandbox.deliver(payload, f"redrive-{number}")
    for one in executions(aws.client("dynamodb"), plan["rule"]):
        if one.status in UNFINISHED:
            answer = sandbox.deliver({"opsloop": {"resume": one.id}}, f"waker-{one.id}")
            assert answer["outcome"] == "succeeded"
    return executions(aws.client("dynamodb"), plan["rule"])


def _racer(job: dict[str, Any]) -> subprocess.Popen[str]:
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.proof.racer"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    _say(made, json.dumps(job))
    return made


def _say(racer: subprocess.Popen[str], line: str) -> None:
    assert racer.stdin is not None
    racer.stdin.write(f"{line}\n")
    racer.stdin.flush()


def _line(racer: subprocess.Popen[str]) -> str:
    assert racer.stdout is not None
    return racer.stdout.readline().strip()


def _sum(counts: Iterator[dict[str, int]]) -> Counter[str]:
    return sum(map(Counter, counts), Counter[str]())


def _log(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []
