"""A warmed process that forks a child for each invocation, and a child that dies when it is told.

`python -m tests.proof.crash_server` reads an endpoint, then jobs, as lines of JSON, and answers
each job with how its child ended. A child runs one function of a stage, or the waker, once. The
moments before and after each of its AWS calls are points; at one of them it may get SIGKILL.
Points and calls go to a log, line by line: what was written before the end is not lost.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.functions import make_handler
from chalicelib.journal.table import Table
from chalicelib.runtime import Runtime
from chalicelib.waker import Waker
from opsloop.local.isolation import isolated
from tests.engine.fakes import FakeTelemetry
from tests.proof.moto_server import ACCOUNT, REGION
from tests.proof.sandboxes import TABLE

#: services whose clients are made before any child is: two each, engine and steps have their own
SERVICES = ("dynamodb", "events", "sqs", "athena", "sns", "cloudwatch")
#: milliseconds that an invocation has
REMAINING = 120_000


@dataclass
class Simulated:
    """A clock that stands still but for sleeps, and for calls that take their time."""

    at: float

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Points:
    """The moments of one child, and the one at which it dies."""

    log: Path
    #: whose they are: `rule` or `waker`
    who: str
    kill_at: int | None
    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reached(self, moment: str, call: str) -> None:
        """One more. It is on record before it may be the last."""
        with self.lock:
            self.passed += 1
            self.write({"point": f"{self.who} {moment} {call}"})
            if self.passed == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def write(self, line: Mapping[str, Any]) -> None:
        """One write in append mode: a line is there wholly, or not at all."""
        file = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(file, f"{json.dumps(line)}\n".encode())
        finally:
            os.close(file)

    def lines(self) -> Iterator[dict[str, Any]]:
        """What is on record, of the children before this one too."""
        return map(json.loads, self.log.read_text(encoding="utf-8").splitlines())


@dataclass
class Watcher:
    """Sits in botocore's event system, below everything that a client offers."""

    points: Points
    clock: Simulated
    #: calls that AWS refuses: how often, and with which code
    refused: Mapping[str, Any]
    #: seconds that each call of a step takes
    seconds: float

    def before(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        call = event_name.removeprefix("before-send.")
        body = _content(request)
        self.points.reached("before", call)
        times, code = self._refusal(call, body)
        self.points.write({"call": call, "body": body, "agent": _agent(request)})
        return _error(request, code) if times else None

    def after(self, model: Any, event_name: str, **_: Any) -> None:
        call = event_name.removeprefix("after-call.")
        if model.service_model.service_name not in ("dynamodb", "events", "lambda"):
            self.clock.sleep(self.seconds)
        self.points.reached("after", call)

    def _refusal(self, call: str, body: Any) -> tuple[bool, str]:
        """Whether this one is refused: so often, of the calls that hold a text."""
        for told in self.refused.get(call, []):
            if told["holding"] in json.dumps(body):
                made = sum(
                    line.get("call") == call and told["holding"] in json.dumps(line["body"])
                    for line in self.points.lines()
                )
                return made < told["times"], told["code"]
        return False, ""


class Clients:
    """Stands in for a boto3 session: clients made before the fork, none of them used by two."""

    def __init__(self, endpoint: str) -> None:
        self._session = boto3.Session(
            aws_access_key_id=ACCOUNT, aws_secret_access_key="made-up", region_name=REGION
        )
        self._endpoint = endpoint
        self.watcher: Watcher | None = None
        # a client takes its handlers from its session; botocore's types know of no answer
        events: Any = self._session.events
        events.register("before-send", self._before)
        events.register("after-call", self._after)
        self._made: dict[str, list[Any]] = {}

    def prepare(self) -> None:
        """Make those that a child will need."""
        config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
        self._made = {
            service: [self._make(service, config) for _ in range(2)] for service in SERVICES
        }

    def client(self, service: str, *, region_name: str | None, config: Any) -> Any:
        """As `boto3.Session.client`."""
        assert region_name in (None, REGION)
        ready = self._made.get(service)
        return ready.pop() if ready else self._make(service, config)

    def _make(self, service: str, config: Any) -> Any:
        make: Any = self._session.client
        return make(service, endpoint_url=self._endpoint, config=config)

    def _before(self, **given: Any) -> AWSResponse | None:
        return None if self.watcher is None else self.watcher.before(**given)

    def _after(self, **given: Any) -> None:
        if self.watcher is not None:
            self.watcher.after(**given)


@dataclass(frozen=True)
class Context:
    """Lambda's."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        return REMAINING


@dataclass
class Starter:
    """Lambda's client, as the waker has it: what it accepted is on record."""

    points: Points
    exceptions: Any = field(default_factory=lambda: _EXCEPTIONS)

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.points.reached("before", "lambda.Invoke")
        payload = json.loads(asked["Payload"])
        self.points.write({"started": asked["FunctionName"], "payload": payload})
        self.points.reached("after", "lambda.Invoke")
        return {"StatusCode": 202}


class _NotFound(ClientError):
    """Never: every function is there."""


_EXCEPTIONS: Any = SimpleNamespace(ClientError=ClientError, ResourceNotFoundException=_NotFound)


def run(job: Mapping[str, Any], clients: Clients) -> None:
    """One invocation, in a child: of a rule's function, or of the waker."""
    clock = Simulated(job["now"])
    who = "waker" if job["plan"] is None else "rule"
    points = Points(Path(job["log"]), who, job["kill_at"])
    clients.watcher = Watcher(points, clock, job["refused"], job["seconds"])
    if job["plan"] is None:
        starter = Starter(points)
        client = clients.client("dynamodb", region_name=None, config=None)
        table = Table(lambda: client, TABLE, clock)
        woken = Waker(table, lambda: starter, "", clock, FakeTelemetry()).tick()
        points.write({"woken": woken.as_dict()})
        return
    session: Any = clients  # of a session it has what is used
    telemetry = FakeTelemetry()
    runtime = Runtime(
        job["plan"], job["stage"], TABLE, clock, session=lambda: session, telemetry=telemetry
    )
    handler = make_handler(job["plan"], job["stage"], runtime)
    try:
        points.write(handler(job["payload"], Context(job["request"])))
    except Exception as error:  # noqa: BLE001 - as Lambda, which reports what a function raised
        points.write({"raised": f"{type(error).__name__}: {error}"})
    for name, defect, told in telemetry.lines:
        if name == "defect":
            points.write({"defect": defect, **told})


def forked(job: Mapping[str, Any], clients: Clients) -> str:
    """How the child ended: `done`, `killed`, or `broken`."""
    child = os.fork()
    if child == 0:
        try:
            run(job, clients)
        except BaseException:  # noqa: BLE001 - the child has no caller
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) == signal.SIGKILL else "broken"
    return "done" if os.WEXITSTATUS(status) == 0 else "broken"


def main() -> None:
    """Serve until the input ends."""
    first = json.loads(sys.stdin.readline())
    # with clients of its own: no child may talk over a connection of ours
    for job in first["warm_up"]:
        run(job, Clients(first["endpoint"]))
    clients = Clients(first["endpoint"])
    clients.prepare()
    answer("ready")
    for line in sys.stdin:
        answer(forked(json.loads(line), clients))


def answer(how: str) -> None:
    print(json.dumps({"ended": how}), flush=True)  # noqa: T201 - the parent reads it


def _content(request: AWSPreparedRequest) -> Any:
    """What was asked, whatever protocol the service speaks."""
    body: Any = request.body or b""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    return json.loads(text) if text.startswith("{") else dict(parse_qsl(text))


def _agent(request: AWSPreparedRequest) -> str:
    agent: Any = request.headers.get("User-Agent", "")
    return agent.decode() if isinstance(agent, bytes) else str(agent)


class _Raw(BytesIO):
    """A body, as urllib3 has it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def _error(request: AWSPreparedRequest, code: str) -> AWSResponse:
    content = json.dumps({"__type": f"com.amazonaws#{code}", "message": "made up"})
    headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, 400, headers, _Raw(content.encode()))


if __name__ == "__main__":
    with isolated(REGION):
        main()
