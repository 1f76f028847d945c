"""A stage's life in simulated time: deliveries, retries, the waker's minutes, people who answer.

Each invocation is a child of the crash server, one after the other. What is killed is delivered
again as Lambda does it, under the same request, a minute later; or, where that is lost as well,
only the waker finds it. Nothing here waits in real time.
"""

from __future__ import annotations

import heapq
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from math import ceil
from pathlib import Path
from typing import Any

from chalicelib.deciding import Deciding
from chalicelib.engine.times import iso, seconds
from chalicelib.guards.state import State
from chalicelib.journal import memory
from chalicelib.journal.record import UNFINISHED, Execution, Waiting
from chalicelib.journal.table import Table
from chalicelib.plan import Plan, Stage
from tests.proof.crash_server import Simulated
from tests.proof.crash_shapes import ONCALL, Shape
from tests.proof.journals import executions, rows
from tests.proof.moto_server import ACCOUNT, REGION, Aws
from tests.proof.sandboxes import TABLE

#: when the event happens, and how much later its first delivery comes
EVENT_TIME = seconds("2026-11-23T10:00:00Z")
DELIVERED = EVENT_TIME + 1.5
#: Lambda delivers again what failed, so many seconds later
RETRIES = (60.0, 120.0)
#: how long somebody takes to answer
THINKING = 90.0
ITEMS = ["a", "b", "c"]
#: nothing takes so many invocations
MOST = 120
_ULID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")


@dataclass(frozen=True, order=True)
class Due:
    """One invocation to come."""

    at: float
    number: int
    payload: Any = field(compare=False)
    request: str = field(compare=False)
    tries: int = field(compare=False, default=0)


@dataclass
class Story:
    """What happened to one event under one rule."""

    journal: list[Execution]
    rule_state: State
    key_state: State
    #: every call of a step, in order: operation and what was asked, ids and names aside
    calls: list[tuple[str, str, str]]
    #: the moments that passed, in order: whose, before or after, and which call
    points: list[str]
    raised: list[str]
    unfinished: list[str]
    told: list[str]
    invocations: int
    #: calls that the event's second delivery made, after everything
    again: list[str]


class CrashServer:
    """The process that forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, job: Mapping[str, Any]) -> str:
        """`done` or `killed`."""
        how = self.ask(job)["ended"]
        assert how in ("done", "killed"), "the child broke: see its traceback"
        return str(how)

    def ask(self, line: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(line)}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def crash_server(aws: Aws, warm_up: Sequence[Mapping[str, Any]]) -> Iterator[CrashServer]:
    """Warm from these jobs, and ready to fork."""
    command = [sys.executable, "-m", "tests.proof.crash_server"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        server = CrashServer(process)
        assert server.ask({"endpoint": aws.endpoint, "warm_up": warm_up}) == {"ended": "ready"}
        yield server
        process.communicate(timeout=30)


def event(queue: str) -> dict[str, Any]:
    """What happens, about a queue."""
    return {
        "version": "0",
        "id": "event-1",
        "detail-type": "Job",
        "source": "opsloop.crash",
        "account": ACCOUNT,
        "time": iso(EVENT_TIME),
        "region": REGION,
        "resources": [],
        "detail": {"queue": queue, "items": ITEMS},
    }


def alarm(queue: str, at: float) -> dict[str, Any]:
    """An alarm about a queue goes on, at that time."""
    state = {"value": "ALARM", "timestamp": iso(at), "reason": "too many"}
    detail = {"alarmName": "full", "configuration": {"description": queue}, "state": state}
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:full"
    kind = {"detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch"}
    return event(queue) | kind | {"time": iso(at), "resources": [arn], "detail": detail}


def job(
    due: Due, plan: Plan | None, stage: Stage, shape: Shape, log: Path, kill_at: int | None = None
) -> dict[str, Any]:
    """What the crash server is told of an invocation; without a plan it is the waker's."""
    return {
        "plan": plan,
        "stage": stage,
        "payload": due.payload,
        "request": due.request,
        "now": due.at,
        "kill_at": kill_at,
        "log": str(log),
        "refused": shape.refused,
        "seconds": shape.seconds,
    }


class Life:
    """One rule's life from its event on."""

    def __init__(
        self,
        server: CrashServer,
        aws: Aws,
        shape: Shape,
        plan: Plan,
        stage: Stage,
        folder: Path,
    ) -> None:
        self._server = server
        self._shape = shape
        self._plan = plan
        self._stage = stage
        self._log = folder / f"{plan['rule']}.log"
        self._client = aws.client("dynamodb")
        queues = aws.client("sqs")
        self._queue = queues.create_queue(QueueName=plan["rule"])["QueueUrl"]
        #: what an event comes to: an execution for each of its items, or one
        self._executions = 1 + shape.alarm if plan["each"] is None else len(ITEMS)
        self._numbers = count()
        self._queued: list[Due] = []
        self._read = 0
        self.points: list[str] = []
        self.lines: list[dict[str, Any]] = []
        self._invocations = 0
        self._kill_at: Sequence[int] = ()
        self._redelivers = True

    def live(self, *kill_at: int, redelivers: bool = True) -> Story:
        """All of it, to the end; some child dies at each of these points, in order."""
        if self._shape.alarm:
            self._invoke(Due(DELIVERED - 60, 0, alarm(self._queue, EVENT_TIME - 60), "before"))
            self.points.clear()
        self._kill_at, self._redelivers = kill_at, redelivers
        self._queue_up(DELIVERED, self._event, "first")
        while (due := self._next()) is not None:
            self._invoke(due)
            if self._invocations > MOST:
                break
        passed = len(self.points)
        self._kill_at = ()
        self._invoke(Due(EVENT_TIME + 86_000, 0, self._event, "again"))
        return self._story(passed)

    @property
    def _event(self) -> dict[str, Any]:
        if self._shape.alarm:
            return alarm(self._queue, EVENT_TIME)
        return event(self._queue)

    def _queue_up(self, at: float, payload: Any, request: str, tries: int = 0) -> None:
        heapq.heappush(self._queued, Due(at, next(self._numbers), payload, request, tries))

    def _next(self) -> Due | None:
        """What comes first: a delivery, somebody's answer, or the waker's next minute."""
        waiting = [one for one in self._journal() if one.status in UNFINISHED or one.waiting]
        if self._answer(waiting):
            return self._next()
        tick = self._tick(waiting)
        if tick is not None and (not self._queued or tick < self._queued[0].at):
            return Due(tick, -1, None, f"tick-{next(self._numbers)}")
        return heapq.heappop(self._queued) if self._queued else None

    def _tick(self, waiting: list[Execution]) -> float | None:
        """The minute at which something is due; each comes once."""
        if not waiting:
            return None
        due = min(map(_due, waiting))
        return max(ceil(due / 60) * 60.0, self._ticked + 60)

    _ticked = EVENT_TIME

    def _answer(self, waiting: list[Execution]) -> bool:
        """Whether somebody answered a question now, before anything else comes."""
        if self._shape.answers is None:
            return False
        for one in waiting:
            if one.waiting and one.waiting.reason == "approval" and one.decision is None:
                self._decide(one, one.waiting)
                return True
        return False

    def _decide(self, one: Execution, waiting: Waiting) -> None:
        clock = Simulated(seconds(waiting.until) - 3_600 + THINKING)
        table = Table(lambda: self._client, TABLE, clock)
        approved = bool(self._shape.answers)
        Deciding(table, clock, ONCALL).decide(one.rule, one.id, approved=approved)

    def _invoke(self, due: Due) -> None:
        self._invocations += 1
        waker = due.payload is None
        if waker:
            self._ticked = due.at
        ahead = (point - len(self.points) for point in self._kill_at)
        kill_at = min((left for left in ahead if left > 0), default=None)
        plan = None if waker else self._plan
        how = self._server.run(job(due, plan, self._stage, self._shape, self._log, kill_at))
        fresh = self._fresh_lines()
        for line in fresh:
            if line.get("started") == self._plan["rule"]:
                request = f"r-{next(self._numbers)}"
                self._queue_up(due.at + 1, line["payload"], request)
        failed = how == "killed" or any("raised" in line for line in fresh)
        if failed and not waker and self._comes_again(due, how):
            again = due.at + RETRIES[due.tries]
            self._queue_up(again, due.payload, due.request, due.tries + 1)

    def _comes_again(self, due: Due, how: str) -> bool:
        """Lambda delivers again, at most twice. That may be lost, but for what nobody has yet."""
        if due.tries == len(RETRIES):
            return False
        all_admitted = len(self._journal()) >= self._executions
        return self._redelivers or how != "killed" or not all_admitted

    def _fresh_lines(self) -> list[dict[str, Any]]:
        """What the last child wrote."""
        written = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        fresh = [json.loads(line) for line in written[self._read :]]
        self._read = len(written)
        self.lines += fresh
        self.points += [line["point"] for line in fresh if "point" in line]
        return fresh

    def _journal(self) -> list[Execution]:
        return executions(self._client, self._plan["rule"])

    def _story(self, passed: int) -> Story:
        rule = self._plan["rule"]
        found = {row["id"]: row for row in rows(self._client, rule)}
        kept = memory.from_items(self._queue, found).memory
        calls = [self._call(line) for line in self.lines if "call" in line]
        ours = ("dynamodb.", "eventbridge.")
        return Story(
            journal=self._journal(),
            rule_state=kept.rule,
            key_state=kept.key,
            calls=[call for call in calls if not call[0].startswith(ours)],
            points=self.points[:passed],
            raised=[line["raised"] for line in self.lines if "raised" in line],
            unfinished=[row["id"] for row in found.values() if _is_unfinished(row)],
            told=[call[1] for call in calls if call[0] == "eventbridge.PutEvents"],
            invocations=self._invocations,
            again=[point for point in self.points[passed:] if _is_effect(point)],
        )

    def _call(self, line: Mapping[str, Any]) -> tuple[str, str, str]:
        """Operation, what was asked without names of this life, and the token."""
        body = dict(line["body"])
        token = str(body.pop("ClientRequestToken", ""))
        text = json.dumps(body, sort_keys=True)
        for name, stands in ((self._queue, "QUEUE"), (self._plan["rule"], "RULE")):
            text = text.replace(name, stands)
        return line["call"], _ULID.sub("EXECUTION", text), token


def _due(one: Execution) -> float:
    if one.status == "running":
        return seconds(one.lease)
    assert one.waiting is not None
    return seconds(one.decision.at if one.decision else one.waiting.until)


def _is_unfinished(row: Mapping[str, Any]) -> bool:
    return str(row.get("attention", "")).startswith("unfinished")


#: what calls begin with that act on nothing but the journal and the bus, or only read
_NO_EFFECTS = (
    "cloudwatch.",
    "dynamodb.",
    "eventbridge.",
    "resource-groups-tagging-api.Get",
    "sqs.List",
)


def _is_effect(point: str) -> bool:
    call = point.split()[2]
    return not call.startswith(_NO_EFFECTS)
