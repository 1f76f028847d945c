"""What leaves a function for AWS, and what AWS refuses: botocore's events, below every client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from tests.permissions.asked import Asked, Call, Facts, asked
from tests.permissions.beyond import WRONGLY_REFUSED

#: how services say that IAM said no
DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)

#: what an operation answers, in AWS's place: `ecs.UpdateService`
Answers = Mapping[str, dict[str, Any]]


def failing(code: str = "ValidationError") -> dict[str, Any]:
    """An answer that says no, for a reason that is not IAM's."""
    return {
        "Error": {"Code": code, "Message": "made to fail"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }


@dataclass
class Seen:
    """What came of one run."""

    #: the last call of each operation, and what it asked
    calls: dict[str, tuple[Call, list[Asked]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    #: the IAM actions that were refused
    refused: list[str] = field(default_factory=list)
    #: and the calls that were, where MiniStack is known to err
    wrongly: set[str] = field(default_factory=set)
    #: IAM actions that MiniStack asked for, and `asked` does not say so
    disputed: set[str] = field(default_factory=set)
    #: how executions ended
    ends: set[str] = field(default_factory=set)


class Watch:
    """Looks at all clients of a session that are made from here on. One run at a time.

    An answer of `answers` is put in the place of what the service says, unless that is a
    refusal: so whoever judges is asked about calls whose service it does not know, too.
    """

    def __init__(self, session: boto3.Session, facts: Facts) -> None:
        self._seen = Seen()
        self._answers: Answers = {}
        self._facts = facts
        #: the call that is under way, and what it asks
        self._call = ""
        self._asking: list[Asked] = []
        session.events.register("before-parameter-build", self._calling)
        session.events.register_last("after-call", self._answered)

    def begin(self, answers: Answers) -> Seen:
        """A new run: what will be seen of it."""
        self._seen, self._answers = Seen(), answers
        return self._seen

    def _calling(self, params: Any, model: Any, **_: Any) -> None:
        call = Call(model.service_model.service_name, model.name, dict(params))
        self._call, self._asking = str(call), asked(call, self._facts)
        self._seen.calls[self._call] = call, self._asking
        self._seen.asked += self._asking

    def _answered(self, http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        error = parsed.get("Error", {})
        if error.get("Code") in DENIED and not self._refused(error["Message"]):
            return
        if error.get("Code") in DENIED or self._call in self._answers:
            parsed.clear()
            parsed.update({"ResponseMetadata": {"HTTPStatusCode": 200}})
            parsed.update(self._answers[self._call])
            http_response.status_code = parsed["ResponseMetadata"]["HTTPStatusCode"]

    def _refused(self, message: str) -> bool:
        """Write down a refusal. Whether it is one of those that MiniStack is wrong about."""
        action = message.partition("perform: ")[2].partition(" ")[0]
        if action not in {one.action for one in self._asking}:
            self._seen.disputed.add(f"{action} for {self._call}")
        if self._call in WRONGLY_REFUSED:
            self._seen.wrongly.add(self._call)
            return True
        self._seen.refused.append(action)
        return False
