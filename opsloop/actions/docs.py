"""docs/actions.md, from the actions themselves. Called by `opsloop.generate`."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.actions.base import Permission
from chalicelib.actions.notify.channels import TYPES, Settings
from opsloop.actions.doc import ActionDoc, Parameter, catalogue

_EFFECTS = {
    "read": "It changes nothing.",
    "idempotent": "Done twice, it comes to the same: after a crash it is done again.",
    "token": "It carries one token for all attempts: after a crash it is sent again.",
    "once": "After a crash its outcome is unknown: it is not repeated, and that is said.",
}

_HEAD = """\
# Actions

<!-- Generated from the actions' own code by `make generate`: change it there. -->

What a step can `do`. A step names an action and its parameters:

```yaml
then:
  - id: close
    do: s3.block_public_access
    with: {bucket: "${resource.id}"}
```

`steps.close.result` is what it returned. `opsloop actions` lists this catalogue,
`opsloop actions NAME` shows one of it.

## aws.&lt;service&gt;.&lt;operation&gt;

Every operation of boto3, by its Python name: `aws.ec2.stop_instances`. Parameters are AWS's
own; the compiler checks them against botocore's model and derives the permissions.

- The result is AWS's answer as JSON, without `ResponseMetadata`: times in ISO 8601, blobs in
  base64, streams as text of at most 1 MiB.
- A read without a limit or a token among its parameters gives **all its pages**, joined, up
  to 100; with one of those it gives the page that it asks for. An answer of several pages
  that cannot be joined fails the step: there is no silent first page.
- A text for a blob is sent as it is. Operations that answer with an event stream are refused.
- Errors have AWS's code: `retry: {on: [ThrottlingException]}`, `error.code`. What AWS throttles
  or fails at is tried three times. A call waits 20 seconds for an answer; an effect whose
  answer was lost is not repeated, unless it carries a client token or the rule says `retry`.
"""


def render() -> str:
    """The page."""
    documents = catalogue()
    index = "\n".join(
        f"| [{one.name}](#{_anchor(one.name)}) | {one.summary} |" for one in documents
    )
    parts = [_HEAD, f"## The catalogue\n\n| action | what it does |\n|---|---|\n{index}\n"]
    parts += ["\n".join(_action(one)) for one in documents]
    parts.append("\n".join(_channels()))
    return "\n".join(parts)


def _action(one: ActionDoc) -> Iterator[str]:
    yield f"## {one.name}\n"
    yield f"{one.summary}\n"
    if one.text:
        yield f"{one.text}\n"
    yield f"```yaml\n{one.example}\n```\n"
    yield "| parameter | takes | default | |\n|---|---|---|---|"
    yield from (_parameter(parameter) for parameter in one.parameters)
    yield f"\n**Returns** {one.returns}\n"
    yield f"**Effect** `{one.effect}`. {_EFFECTS[one.effect]}\n"
    yield from _touches(one)
    yield from _permissions(one)


def _touches(one: ActionDoc) -> Iterator[str]:
    """What `only` and `except` hold it by."""
    arns = [f"`{arn}`" for arn in one.touches]
    if arns:
        yield f"**Touches** {', '.join(arns)}: what `only` and `except` hold it by.\n"


def _parameter(one: Parameter) -> str:
    default = "required" if one.required else _default(one.default)
    return f"| `{one.name}` | {one.kind} | {default} | {one.text.replace('|', '&#124;')} |"


def _default(value: object) -> str:
    if value in (None, ""):
        return ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{_yaml(value)}`"


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _permissions(one: ActionDoc) -> Iterator[str]:
    if not one.permissions:
        yield "**Permissions** none.\n"
        return
    yield "**Permissions**\n\n| action | on | where |\n|---|---|---|"
    yield from (_permission(permission) for permission in one.permissions)
    yield ""


def _permission(one: Permission) -> str:
    where = ", ".join(f"`{name}: {_yaml(value)}`" for name, value in one.where.items())
    conditions = (
        f"`{key}` is `{value}`"
        for operands in (one.condition or {}).values()
        for key, value in operands.items()
    )
    only = "; ".join(filter(None, [where, *conditions]))
    return f"| `{one.action}` | `{one.resource}` | {only} |"


def _channels() -> Iterator[str]:
    yield "## Channels\n"
    yield "What `notify` writes to: `channels` of a stage in `rules/opsloop.yaml`, by name.\n"
    yield "```yaml\nchannels:\n  pager:\n    type: pagerduty"
    yield "    routing_key: ${secret('sm:pagerduty')}\n```\n"
    yield "| type | settings | optional | how |\n|---|---|---|---|"
    for name, settings in TYPES.items():
        yield f"| `{name}` | {_settings(settings)} | {_optional(settings)} | {_HOW[name]} |"
    yield ""


def _settings(settings: Settings) -> str:
    return ", ".join(
        f"`{name}` (a secret)" if name in settings.secret else f"`{name}`"
        for name in settings.required
    )


def _optional(settings: Settings) -> str:
    return ", ".join(
        f"`{name}`: {' or '.join(settings.choices[name])}"
        if name in settings.choices
        else f"`{name}`"
        for name in settings.optional
    )


_HOW = {
    "sns": "The topic's ARN; `kms_key`, its key's ARN where it is encrypted with one of yours",
    "slack": "The URL of an app's incoming webhook",
    "teams": "The URL of a workflow that starts when a webhook request is received",
    "pagerduty": "The integration key of an Events API v2 integration",
    "opsgenie": "An API integration's key; `jsm` is Jira Service Management",
    "webhook": "Any URL: the message as JSON, with an Idempotency-Key; `networks` as in http.get",
    "apprise": "Apprise's own URLs; add `apprise` to requirements.txt",
}


def _anchor(name: str) -> str:
    return name.replace(".", "")
