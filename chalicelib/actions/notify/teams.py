"""Microsoft Teams, by a workflow that starts when a webhook request is received.

The card's texts are text runs, in which Teams reads no markdown and no mentions. (The old
Office 365 connectors, and their message cards, are retired.)
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.actions.base import Tools
from chalicelib.actions.notify.message import MARK, Message, fit, in_json

#: Teams takes 28 KB in all; these, in bytes of JSON, leave room for what stands around them
_TITLE, _BODY, _NAME, _VALUE = 300, 8_000, 60, 200
_LINES = 50
_COLOURS = {"critical": "Attention", "high": "Attention", "medium": "Warning"}


def send(tools: Tools, channel: Mapping[str, Any], message: Message) -> str | None:
    """Post it. Returns the id of the workflow's run."""
    answer = tools.request("POST", channel["url"], json=payload(message))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return headers.get("x-ms-workflow-run-id")


def payload(message: Message) -> dict[str, Any]:
    """The message as an adaptive card, as the workflow's trigger takes it."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": list(_blocks(message)),
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    colour = _COLOURS.get(message.severity, "Default")
    yield _line(_run(fit(message.title, _TITLE, size=in_json), weight="Bolder", color=colour))
    for text in _lines(fit(message.body, _BODY, size=in_json)):
        yield _line(_run(text))
    for name, value in message.fields.items():
        label = fit(name, _NAME, size=in_json)
        yield _line(_run(f"{label}: ", weight="Bolder"), _run(fit(value, _VALUE, size=in_json)))
    yield _line(_run(message.origin, isSubtle=True))


def _lines(text: str) -> list[str]:
    """The text's lines: a text run has no line break."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], MARK]


def _line(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **style}
