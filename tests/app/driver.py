"""Runs functions as Lambda does, one after the other, each on an account in memory of its own.

`python -m tests.app.driver` in a project's folder reads scenarios as JSON lines on standard
input, and writes a JSON line for each: what the function returned or raised, what is in the
journal, what is in the account, and what it logged.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import handlers

from chalicelib.clock import SystemClock
from opsloop.demo import world
from opsloop.demo.stream import stream
from opsloop.history.reader import Reader, Wanted
from opsloop.local.account import embedded_account
from tests.app.projects import in_lambda

REGION = "us-east-1"
DENIED = {"Code": "AccessDeniedException", "Message": "User is not authorized"}


@dataclass(frozen=True)
class Context:
    """Lambda's."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def main() -> None:
    """What functions log goes to standard output: it is heard, and told with the rest."""
    told, heard = sys.stdout, io.StringIO()
    sys.stdout = heard
    for line in sys.stdin:
        result = {**run(json.loads(line)), "logs": heard.getvalue().splitlines()}
        heard.seek(0)
        heard.truncate()
        told.write(f"{json.dumps(result, default=str)}\n")


def run(scenario: Any) -> dict[str, Any]:
    """One scenario: which rule, which events, which of AWS's answers are changed."""
    rule = scenario["rule"]
    with embedded_account("dev", REGION) as session, answers(scenario.get("answers", {})) as asked:
        os.environ.update(in_lambda(rule))
        account = world.build(session)
        told = [invoke(rule, event, n) for n, event in enumerate(events(scenario, account))]
        reader = Reader(session.client("dynamodb"), "opsloop-dev", SystemClock())
        return {
            "told": told,
            "journal": [asdict(one) for one in reader.newest(Wanted(rule=rule))],
            "state": list(account.state().values()),
            "messages": messages(session),
            "asked": asked,
        }


def invoke(rule: str, event: Any, number: int) -> dict[str, Any]:
    """A cold start, and one invocation: a logger outlives neither."""
    sys.modules.pop("app", None)
    logging.Logger.manager.loggerDict.pop("opsloop", None)
    handler = vars(import_module("app"))[rule]
    try:
        answer: dict[str, Any] = handler(event, Context(f"request-{number}"))
    except Exception as error:  # noqa: BLE001 - as Lambda, which reports what a function raised
        return {"raised": type(error).__name__, "message": str(error)}
    return answer


def events(scenario: Any, account: world.World) -> Iterator[Any]:
    """The given ones, or one of the demo's, by what is said of it; `put` changes ids in it."""
    said = {one.said: one.payload for one in stream(account, "dev", SystemClock().now())}
    for given in scenario["events"]:
        payload = said[given] if isinstance(given, str) and given in said else given
        text = json.dumps(payload).replace("i-1234567890abcdef0", account.impaired)
        yield json.loads(text) | scenario.get("more", {}) if isinstance(payload, dict) else payload


def messages(session: boto3.Session) -> dict[str, list[str]]:
    return {topic: world.messages(session, topic) for topic in ("security", "platform")}


@contextmanager
def answers(given: dict[str, Any]) -> Iterator[list[Any]]:
    """Answer these operations in AWS's place: with an error, an exception, or a response."""
    asked: list[Any] = []
    before = list(handlers.BUILTIN_HANDLERS)
    for operation, answer in given.items():
        service, _, name = operation.partition(".")
        added = (f"before-call.{service}.{name}", answering(operation, answer, asked))
        handlers.BUILTIN_HANDLERS.append(added)
    try:
        yield asked
    finally:
        handlers.BUILTIN_HANDLERS[:] = before


def answering(operation: str, answer: Any, asked: list[Any]) -> Any:
    def answered(params: Any, **_: Any) -> Any:
        asked.append([operation, str(params.get("body", ""))[:500]])
        if answer == "breaks":
            raise RuntimeError(f"{operation} is broken")
        if answer == "denied":
            return SimpleNamespace(status_code=403), {"Error": DENIED, "ResponseMetadata": {}}
        return SimpleNamespace(status_code=200), answer

    return answered


if __name__ == "__main__":
    main()
