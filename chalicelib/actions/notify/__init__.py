"""`notify`: one message to one channel of the stage.

A channel is a name in `rules/opsloop.yaml` with a `type` and that type's settings; `channels`
is the table of types, each of which is one module here that is imported when it is first
written to. They know nothing of each other; `message` is what they have in common.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chalicelib.actions.base import Permission, Tools, action
from chalicelib.actions.notify.channels import check
from chalicelib.actions.notify.message import Message, Severity


@action(
    "notify",
    effect="token",
    permissions=(
        Permission("sns:Publish", "{to.topic}"),
        Permission("kms:Decrypt", "{to.kms_key}"),
        Permission("kms:GenerateDataKey", "{to.kms_key}"),
    ),
    own={"to": "value"},
    touches=(),
)
def notify(
    tools: Tools,
    *,
    to: str,
    title: str,
    body: str = "",
    severity: Severity = "medium",
    fields: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Tell people, on a channel of the stage.

    What stands in the message is text: nobody is mentioned, nothing is formatted and no link
    is made by what an event holds. What is longer than the provider takes is cut, and ends in
    `…`. Repeated after a crash, PagerDuty, Opsgenie and FIFO topics see that it is the same
    message by its token; a chat shows it twice.

    With:
        to: The channel's name.
        title: One line: what has happened.
        body: More about it.
        severity: How bad it is: the urgency of a page, a word in a chat.
        fields: Names and values, shown as a table.

    Returns:
        `to`; `type`; `id`, what the provider calls the message, null where it does not say.

    Example:
        on_failure:
          - do: notify
            with:
              to: pager
              title: ${resource.id} could not be closed
              body: ${error.message}
              severity: critical
              fields: {account: "${account}", opened by: "${actor.name}"}
    """
    settings = tools.channel(to)
    kind = check(to, settings)
    message = Message.of(tools, title, body, severity, fields or {})
    sent = import_module(f"chalicelib.actions.notify.{kind}").send(tools, settings, message)
    return {"to": to, "type": kind, "id": sent}
