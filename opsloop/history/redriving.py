"""The dead-letter queue: what functions could not handle, with the reason, and trying it again.

Lambda puts a record of each failed asynchronous invocation there, once its retries are over.
The same event gives the same execution id, so what was done already is not done again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from opsloop.deploy.account import session_for, stage_of
from opsloop.deploy.errors import DeployError, doing
from opsloop.deploy.names import dead_letters_name, function_name

Became = Literal["found", "redriven", "left"]

#: seconds that messages are hidden from others, where they are not put back before
HIDDEN = 600
#: the most that SQS gives at once; seconds that it looks for some
BATCH = 10
LOOKING = 1


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message, and what became of it."""

    message: str
    became: Became
    #: the function; None for a message that is no record of Lambda's
    function: str | None = None
    #: when it was given up, as Lambda says it, and after how many invocations
    time: str = ""
    attempts: int = 0
    #: why it is here
    reason: str = ""
    #: why it is still here
    left: str = ""


@dataclass(frozen=True, slots=True)
class _Record:
    """What Lambda wrote of one failed invocation."""

    function: str
    payload: Any
    time: str
    attempts: int
    reason: str


class Redriving:
    """The dead letters of one stage."""

    def __init__(self, queues: Any, functions: Any, stage: str) -> None:
        """`queues` and `functions` are clients of SQS and Lambda."""
        self._queues = queues
        self._functions = functions
        self._stage = stage

    def look(self, limit: int) -> list[DeadLetter]:
        """What is there; it stays there, and others see it again."""
        url = self._url()
        messages = list(self._messages(url, limit))
        self._put_back(url, messages)
        return [_told(message, "found") for message in messages]

    def redrive(self, limit: int) -> list[DeadLetter]:
        """Invoke each one's function again; what is accepted leaves the queue, and only that."""
        url, told, left = self._url(), [], []
        for message in self._messages(url, limit):
            why = self._again(message)
            if why:
                left.append(message)
            else:
                self._delete(url, message)
            told.append(_told(message, "left" if why else "redriven", why))
        self._put_back(url, left)
        return told

    def _url(self) -> str:
        name = dead_letters_name(self._stage)
        try:
            url: str = self._queues.get_queue_url(QueueName=name)["QueueUrl"]
        except self._queues.exceptions.QueueDoesNotExist:
            raise DeployError(
                f"no queue {name!r}: create it with `opsloop infra --stage {self._stage}`"
            ) from None
        return url

    def _messages(self, url: str, limit: int) -> Iterator[dict[str, Any]]:
        while limit > 0:
            with doing("read the dead-letter queue"):
                answer = self._queues.receive_message(
                    QueueUrl=url,
                    MaxNumberOfMessages=min(BATCH, limit),
                    VisibilityTimeout=HIDDEN,
                    WaitTimeSeconds=LOOKING,
                )
            messages = answer.get("Messages", [])
            if not messages:
                return
            limit -= len(messages)
            yield from messages

    def _delete(self, url: str, message: dict[str, Any]) -> None:
        with doing(f"delete message {message['MessageId']}"):
            self._queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def _put_back(self, url: str, messages: Iterable[dict[str, Any]]) -> None:
        for message in messages:
            with doing(f"put message {message['MessageId']} back"):
                self._queues.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )

    def _again(self, message: dict[str, Any]) -> str:
        """Why the message stays where it is; empty where its function has it."""
        record = _record(message)
        if record is None:
            return "it is no record of a failed invocation"
        if not record.function.startswith(function_name(self._stage, "")):
            return f"{record.function} is no function of stage {self._stage}"
        try:
            self._functions.invoke(
                FunctionName=record.function,
                InvocationType="Event",
                Payload=json.dumps(record.payload).encode(),
            )
        except self._functions.exceptions.ResourceNotFoundException:
            return "its function is gone"
        except ClientError as error:
            return str(error)
        return ""


def redriving_of(project: Path, stage: str) -> Redriving:
    """With the user's own credentials."""
    session = session_for(stage_of(project, stage))
    return Redriving(session.client("sqs"), session.client("lambda"), stage)


def _told(message: dict[str, Any], became: Became, left: str = "") -> DeadLetter:
    record = _record(message)
    name = message["MessageId"]
    if record is None:
        return DeadLetter(name, became, left=left)
    return DeadLetter(
        name, became, record.function, record.time, record.attempts, record.reason, left
    )


def _record(message: dict[str, Any]) -> _Record | None:
    """Lambda's record in a message; None where it holds none."""
    try:
        content = json.loads(message["Body"])
        context = content["requestContext"]
        return _Record(
            function=context["functionArn"].split(":")[6],
            payload=content["requestPayload"],
            time=content["timestamp"],
            attempts=int(context["approximateInvokeCount"]),
            reason=_reason(context["condition"], content.get("responsePayload")),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def _reason(condition: str, answer: Any) -> str:
    """What the function raised the last time; else Lambda's own word for why it gave up."""
    if not isinstance(answer, dict) or "errorMessage" not in answer:
        return condition
    kind = answer.get("errorType")
    return f"{kind}: {answer['errorMessage']}" if kind else str(answer["errorMessage"])
