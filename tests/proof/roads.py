"""The road from a sandbox to DynamoDB, and what goes wrong on it.

`Road` stands in for a boto3 session: its clients are real, and below them, where bytes would
leave the process, `Faulty` throttles, loses answers after the write is done, and cancels
transactions as DynamoDB does. What a client makes of that is botocore's and our own code.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

from tests.proof.moto_server import Aws


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely a call is to meet what, from 0 to 1."""

    #: refused before anything is done
    throttled: float = 0.0
    #: done, and the answer never comes
    lost: float = 0.0
    #: a transaction that meets another one
    conflict: float = 0.0
    #: a write of one item that meets a transaction
    crossed: float = 0.0
    #: a batch of reads of which nothing is answered yet
    partial: float = 0.0


FINE = Chances()


@dataclass
class Road:
    """Clients for one sandbox, all on one road. `met` counts what went wrong."""

    aws: Aws
    chances: Chances = FINE
    seed: int = 0
    met: Counter[str] = field(default_factory=Counter)

    def client(self, service: str, *, region_name: str | None, config: Any) -> Any:
        """As `boto3.Session.client`."""
        made = self.aws.client(service, region_name=region_name, config=config)
        if self.chances != FINE:
            # the seam between botocore and the network has no public name
            endpoint = made._endpoint
            endpoint.http_session = Faulty(endpoint.http_session, self)
        return made


class Faulty:
    """An HTTP session between a client and DynamoDB."""

    def __init__(self, inner: Any, road: Road) -> None:
        self._inner = inner
        self._road = road
        self._random = random.Random(road.seed)

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """The answer, or what there is instead of one."""
        fault = self._fault(_operation(request))
        if fault is None:
            return self._sent(request)
        self._road.met[fault] += 1
        if fault == "lost":
            self._sent(request)
            raise ReadTimeoutError(endpoint_url=request.url)
        return self._instead(fault, request)

    def _sent(self, request: AWSPreparedRequest) -> AWSResponse:
        answer: AWSResponse = self._inner.send(request)
        return answer

    def _fault(self, operation: str) -> str | None:
        chances = self._road.chances
        likely = {
            "throttled": chances.throttled,
            "lost": chances.lost,
            "conflict": chances.conflict if operation == "TransactWriteItems" else 0,
            "crossed": chances.crossed if operation in ("PutItem", "UpdateItem") else 0,
            "partial": chances.partial if operation == "BatchGetItem" else 0,
        }
        drawn = self._random.random()
        for fault, chance in likely.items():
            drawn -= chance
            if drawn < 0:
                return fault
        return None

    def _instead(self, fault: str, request: AWSPreparedRequest) -> AWSResponse:
        body: Any = request.body
        content = json.loads(body)
        if fault == "throttled":
            return _refusal(request, "ProvisionedThroughputExceededException")
        if fault == "crossed":
            return _refusal(request, "TransactionConflictException")
        if fault == "partial":
            left = {"Responses": {}, "UnprocessedKeys": content["RequestItems"]}
            return _answer(request, 200, left)
        reasons = [{"Code": "None"} for _ in content["TransactItems"]]
        reasons[self._random.randrange(len(reasons))] = {
            "Code": "TransactionConflict",
            "Message": "Transaction is ongoing for the item",
        }
        return _refusal(request, "TransactionCanceledException", CancellationReasons=reasons)


class _Raw(BytesIO):
    """A body, as urllib3 has it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def _operation(request: AWSPreparedRequest) -> str:
    target = request.headers.get("X-Amz-Target", b"")
    text = target.decode() if isinstance(target, bytes) else target
    return text.rpartition(".")[2]


def _refusal(request: AWSPreparedRequest, code: str, **more: Any) -> AWSResponse:
    content = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "made up", **more}
    return _answer(request, 400, content)


def _answer(request: AWSPreparedRequest, status: int, content: dict[str, Any]) -> AWSResponse:
    headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, _Raw(json.dumps(content).encode()))
