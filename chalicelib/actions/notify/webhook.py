"""A webhook of your own: the message as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notify.message import Message


def send(tools: Tools, channel: Mapping[str, Any], message: Message) -> str | None:
    """Post it; the token is in the Idempotency-Key header too. Returns the answer's `id`."""
    headers = {**channel.get("headers", {}), "Idempotency-Key": message.token}
    answer = tools.request(
        "POST",
        channel["url"],
        headers=headers,
        json=asdict(message),
        networks=channel.get("networks", ()),
    )
    sent = answer.body.get("id") if isinstance(answer.body, dict) else None
    return None if sent is None else str(sent)
