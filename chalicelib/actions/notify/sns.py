"""An SNS topic: mail, SMS, queues, other functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notify.message import Message, fit, in_bytes

#: a subject is ASCII of less than 100 characters and begins with a visible one
_SUBJECT = 99
_BYTES = 262_144


def send(tools: Tools, channel: Mapping[str, Any], message: Message) -> str:
    """Publish it, in the topic's own region. Returns the message's id."""
    topic: str = channel["topic"]
    client = tools.client("sns", region=topic.split(":")[3])
    sent: str = client.publish(TopicArn=topic, **payload(message), **_fifo(topic, message))[
        "MessageId"
    ]
    return sent


def payload(message: Message) -> dict[str, Any]:
    """The message; severity and rule are attributes too, for subscriptions that filter."""
    return {
        "Subject": _subject(message.title),
        "Message": fit(message.text, _BYTES - 1_024, size=in_bytes),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in (("severity", message.severity), ("rule", message.rule))
        },
    }


def _subject(title: str) -> str:
    ascii_only = re.sub(r"[^ -~]", "?", title).strip() or "opsloop"
    return ascii_only if len(ascii_only) <= _SUBJECT else f"{ascii_only[: _SUBJECT - 3]}..."


def _fifo(topic: str, message: Message) -> dict[str, str]:
    if not topic.endswith(".fifo"):
        return {}
    return {"MessageGroupId": message.rule, "MessageDeduplicationId": message.token}
