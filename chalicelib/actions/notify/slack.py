"""Slack, by an incoming webhook of an app.

The blocks hold plain text, in which Slack reads no formatting, no links and no mentions.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notify.message import Message, fit

_HEADER, _TEXT, _FIELD, _FALLBACK = 150, 3_000, 2_000, 3_000
_FIELDS = 10
#: Slack's three control characters: without them the fallback has no links and no mentions
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def send(tools: Tools, channel: Mapping[str, Any], message: Message) -> None:
    """Post it. Slack's webhooks give no id."""
    tools.request("POST", channel["url"], json=payload(message))


def payload(message: Message) -> dict[str, Any]:
    """The message as blocks, and as one text for the notification."""
    return {"text": fit(message.title, _FALLBACK, _escape), "blocks": list(_blocks(message))}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    yield {"type": "header", "text": _plain(message.title, _HEADER)}
    if message.body:
        yield {"type": "section", "text": _plain(message.body, _TEXT)}
    fields = [_plain(f"{name}\n{value}", _FIELD) for name, value in message.fields.items()]
    for start in range(0, len(fields), _FIELDS):
        yield {"type": "section", "fields": fields[start : start + _FIELDS]}
    yield {"type": "context", "elements": [_plain(message.origin, _TEXT)]}


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": fit(text, limit, _escape), "emoji": False}


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)
