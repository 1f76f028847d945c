"""Apprise and its hundred services, for whoever adds it to requirements.txt.

It is not shipped: it is larger than all the rest. Its requests are its own, and none of what
`tools.request` promises holds for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notify.message import Message
from chalicelib.errors import StepError

_TYPES = {"critical": "failure", "high": "failure", "medium": "warning"}


def send(tools: Tools, channel: Mapping[str, Any], message: Message) -> None:
    """Notify all of the channel's URLs. Apprise gives no id, and no reason for a failure."""
    try:
        import apprise  # noqa: PLC0415 - opted in to, see the module's docstring
    except ImportError:
        raise StepError(
            "AppriseMissing",
            "channels of type apprise need the package apprise: add a line `apprise` to "
            "requirements.txt and deploy again",
        ) from None
    service = apprise.Apprise()
    for number, url in enumerate(channel["urls"]):
        if not service.add(url):
            raise StepError("InvalidChannel", f"urls[{number}] is no URL that Apprise knows")
    tools.announce("apprise", "notify", {"title": message.title, "body": message.body})
    sent = service.notify(
        title=message.title,
        body=message.text,
        notify_type=_TYPES.get(message.severity, "info"),
        body_format="text",
    )
    if not sent:
        raise StepError("NotifyFailed", "at least one of the URLs did not take it")
