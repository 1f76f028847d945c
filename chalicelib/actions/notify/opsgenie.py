"""Opsgenie, and Jira Service Management, which takes its place: an alert.

https://docs.opsgenie.com/docs/alert-api
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notify.message import Message, fit

_SITES = {
    "us": "https://api.opsgenie.com/v2/alerts",
    "eu": "https://api.eu.opsgenie.com/v2/alerts",
    "jsm": "https://api.atlassian.com/jsm/ops/integration/v2/alerts",
}
_PRIORITIES = {"critical": "P1", "high": "P2", "medium": "P3", "low": "P4", "info": "P5"}
_MESSAGE, _DESCRIPTION, _SOURCE = 130, 15_000, 100
#: details take 8,000 characters in all: thirty fields of this
_NAME, _VALUE = 50, 200
#: message and description may hold HTML
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def send(tools: Tools, channel: Mapping[str, Any], message: Message) -> str | None:
    """Create the alert. Returns the request's id: alerts are made a moment later."""
    headers = {"Authorization": f"GenieKey {channel['api_key']}"}
    url = _SITES[channel.get("site", "us")]
    answer = tools.request("POST", url, headers=headers, json=payload(message))
    request: str | None = answer.body.get("requestId") if isinstance(answer.body, dict) else None
    return request


def payload(message: Message) -> dict[str, Any]:
    """The alert. The alias is the step's token: one alert, however often it is attempted."""
    fields = {fit(name, _NAME): fit(value, _VALUE) for name, value in message.fields.items()}
    return {
        "message": fit(message.title, _MESSAGE, _escape),
        "alias": message.token,
        "description": fit(message.body, _DESCRIPTION, _escape),
        "priority": _PRIORITIES[message.severity],
        "source": fit(f"opsloop {message.rule}", _SOURCE),
        "details": {
            **fields,
            "account": message.account,
            "region": message.region,
            "execution": message.execution,
        },
    }


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)
