"""What the tests see of a deployment: AWS's own answers, and the journal as a user gets it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import boto3

from tests.e2e.e2e_project import STAGE, Project
from tests.e2e.ministack import ACCOUNT, REGION

T = TypeVar("T")
Row = dict[str, Any]

SUCCEEDED: Row = {"status": "succeeded", "mode": "active", "error": None}


def name(rule: str) -> str:
    """What a rule's function is called, and its role."""
    return f"opsloop-{STAGE}-{rule}"


@dataclass(frozen=True)
class Aws:
    """Clients of the stand-in, whatever is in this process's environment.

    MiniStack takes an account's id for the key of its root user, who may do anything.
    """

    endpoint: str
    key: str = ACCOUNT
    secret: str = "made-up"

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self.key, aws_secret_access_key=self.secret, region_name=REGION
        )

    def client(self, service: str) -> Any:
        """A client of whoever has the key."""
        make: Any = self._session.client
        return make(service, endpoint_url=self.endpoint)


def wire(project: Project) -> dict[str, str]:
    """What `opsloop wire` did to each function."""
    wired = json.loads(project.opsloop("wire", "--stage", STAGE, "--json"))
    return {one["function"]: one["change"] for one in wired}


def put_event(aws: Aws, source: str, detail_type: str, detail: Row) -> str:
    """Put an event on the default bus; its id."""
    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail)}
    (put,) = aws.client("events").put_events(Entries=[entry])["Entries"]
    return str(put["EventId"])


def invoke(aws: Aws, rule: str, event: Row) -> Any:
    """Call the function as AWS would with an event of its own, and wait for its answer."""
    answer = aws.client("lambda").invoke(FunctionName=name(rule), Payload=json.dumps(event))
    content = json.load(answer["Payload"])
    assert "FunctionError" not in answer, content
    return content


def eventually(look: Callable[[], T], wanted: Callable[[T], bool], seconds: float = 30) -> T:
    """What `look` sees once it is `wanted`, or in the end."""
    end = time.monotonic() + seconds
    while not wanted(seen := look()) and time.monotonic() < end:
        time.sleep(0.5)  # noqa: TID251 - real functions, in real time
    return seen


def closed_row(project: Project, rule: str, identity: str) -> Row:
    """The journal's row of that event, once its execution has ended."""

    def look() -> list[Row]:
        rows = project.history(rule)
        return [row for row in rows if row["identity"] == identity and row["status"] != "running"]

    (row,) = eventually(look, bool)
    return row


def told(row: Row) -> Row:
    """What a row says of the end, without its times."""
    steps = [(step["id"], step["status"]) for step in row["steps"]]
    return {"status": row["status"], "mode": row["mode"], "steps": steps, "error": row["error"]}
