"""AWS on loopback in a process of its own: moto behind one lock, and a count of what is written.

moto takes no locks: two requests at once could both find a key free, which DynamoDB never
lets happen. So one request is served at a time, and all races are between requests, as in
AWS. A transaction that is sent again with its client request token gets its first answer
again, as from DynamoDB and not from moto. What DynamoDB is asked to write is counted by item,
those of cancelled transactions included.

`python -m tests.proof.moto_server` says its port, and ends with its standard input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

ACCOUNT = "123456789012"
REGION = "eu-west-1"
#: where the counts are
COUNTS = "/_counts"

Answer = tuple[int, dict[str, Any], bytes]


@dataclass(frozen=True, slots=True)
class Aws:
    """An endpoint that stands in for AWS."""

    endpoint: str
    region: str = REGION

    def client(self, service: str, **more: Any) -> Any:
        """A client that knows no other place."""
        make: Any = _session(self.region).client
        return make(service, endpoint_url=self.endpoint, **more)

    def writes(self) -> dict[str, int]:
        """Items that DynamoDB was asked to write, by operation; moto's server only."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.endpoint + COUNTS, timeout=10) as answer:
            counts: dict[str, int] = json.load(answer)
        return counts


@cache
def _session(region: str) -> boto3.Session:
    """One with made-up credentials, whatever is in the environment; it reads AWS's models once."""
    return boto3.Session(
        aws_access_key_id=ACCOUNT, aws_secret_access_key="made-up", region_name=region
    )


@contextmanager
def moto_server() -> Iterator[Aws]:
    """A server of the test's own."""
    command = [sys.executable, "-m", "tests.proof.moto_server"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield Aws(f"http://127.0.0.1:{int(server.stdout.readline())}")
        finally:
            # it waits for the end of its input, as it would if this process were killed
            server.communicate(timeout=30)


class Account:
    """moto, one request at a time."""

    def __init__(self) -> None:
        from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415 - the child's only

        self._stubber = BotocoreStubber()
        self._lock = threading.Lock()
        self._answered: dict[str, Answer] = {}
        self.counts: Counter[str] = Counter()

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """What AWS would answer."""
        target = headers.get("X-Amz-Target", "")
        content = json.loads(body) if target.startswith("DynamoDB_") else {}
        with self._lock:
            self._count(target.rpartition(".")[2], content)
            token = content.get("ClientRequestToken")
            if token is not None and token in self._answered:
                return self._answered[token]
            answer = self._moto(method, path, headers, body)
            if token is not None and answer[0] == 200:
                self._answered[token] = answer
            return answer

    def _moto(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        # AWS4-HMAC-SHA256 Credential=key/day/region/service/aws4_request, …
        _, _, region, service, _ = headers["Authorization"].split(",")[0].split("/")
        url = f"https://{service}.{region}.amazonaws.com{path}"
        known = HTTPHeaders()
        for name, value in headers.items():
            known[name] = value
        request = AWSPreparedRequest(method, url, known, body, stream_output=False)
        found = self._stubber.process_request(request)
        if found is None:
            raise ValueError(f"moto knows no {url}")
        status, answered, text = found
        return status, dict(answered), text.encode() if isinstance(text, str) else text

    def _count(self, operation: str, content: dict[str, Any]) -> None:
        if operation in ("PutItem", "UpdateItem", "DeleteItem"):
            self.counts[operation] += 1
        elif operation == "TransactWriteItems":
            self.counts[operation] += len(content["TransactItems"])
        elif operation == "BatchWriteItem":
            self.counts[operation] += sum(map(len, content["RequestItems"].values()))


class Handler(BaseHTTPRequestHandler):
    """HTTP for one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    account: Account

    def do_GET(self) -> None:
        self._send((200, {}, json.dumps(self.account.counts).encode()))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.account.answer(self.command, self.path, self.headers, body))

    def _send(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "server", "date", "connection"):
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
        """Nothing: what matters is in the answers."""


class Server(ThreadingHTTPServer):
    """Many connections, each with its thread."""

    daemon_threads = True
    request_queue_size = 256


def main() -> None:
    """Serve until nobody holds the other end of our standard input."""
    Handler.account = Account()
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)  # noqa: T201 - the parent reads it
        sys.stdin.read()
        # at once: taking apart all that it holds can take half a minute
        os._exit(0)


if __name__ == "__main__":
    main()
