"""PagerDuty, by its Events API v2: an alert of a service.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notify.message import Message, fit, in_json

_SITES = {"us": "https://events.pagerduty.com", "eu": "https://events.eu.pagerduty.com"}
_SEVERITIES = {
    "critical": "critical",
    "high": "error",
    "medium": "warning",
    "low": "info",
    "info": "info",
}
_SUMMARY = 1_024
#: an event takes 512 KB in all; these are bytes of JSON
_BODY, _NAME, _VALUE = 50_000, 200, 4_000


def send(tools: Tools, channel: Mapping[str, Any], message: Message) -> str | None:
    """Trigger the alert. Returns its deduplication key: the step's token, for every attempt."""
    url = f"{_SITES[channel.get('site', 'us')]}/v2/enqueue"
    answer = tools.request("POST", url, json=payload(channel["routing_key"], message))
    key: str | None = answer.body.get("dedup_key") if isinstance(answer.body, dict) else None
    return key


def payload(routing_key: str, message: Message) -> dict[str, Any]:
    """The alert."""
    fields = {
        fit(name, _NAME, size=in_json): fit(value, _VALUE, size=in_json)
        for name, value in message.fields.items()
    }
    return {
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": message.token,
        "client": "opsloop",
        "payload": {
            "summary": fit(message.title, _SUMMARY),
            "source": f"{message.account} {message.region}",
            "severity": _SEVERITIES[message.severity],
            "component": message.rule,
            "custom_details": {
                **fields,
                "body": fit(message.body, _BODY, size=in_json),
                "execution": message.execution,
            },
        },
    }
