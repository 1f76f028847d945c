"""The settings beside the rules: `rules/opsloop.yaml` and each pack's `pack.yaml`.

Called by `project`, `schema` and `docs`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from opsloop.rules.fields import Duration, Given, Model, Name, Plain, Raw, Some, Text, key, matching
from opsloop.rules.guards import SomeResources
from opsloop.rules.model import Mode, Region, Severity
from opsloop.rules.words import Refused, said

StageName: Any = matching(
    "stage", r"[a-z][a-z0-9-]*", "lower-case letters, digits and hyphens, a letter first"
)
#: channels are named in rules, stages in commands: both as one writes them
ChannelName: Any = matching(
    "channel", r"[A-Za-z][A-Za-z0-9_-]*", "letters, digits, - and _, a letter first"
)


def _account(value: Any) -> str:
    """Twelve digits, which YAML reads as a number unless the first is a 0."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and re.fullmatch(r"[0-9]{12}", text):
        return text
    raise Refused(said(value), "an AWS account id of 12 digits")


Account = Annotated[
    str,
    BeforeValidator(_account),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]{12}$"},
                {"type": "integer", "minimum": 10**11, "maximum": 10**12 - 1},
            ]
        }
    ),
]


def _some_stages(stages: dict[str, Any]) -> dict[str, Any]:
    if not stages:
        raise Refused("an empty map", "at least one stage")
    return stages


class Approvers(Model):
    """Who answers for rules of `mode: approve`."""

    by: Some[Text] = key("IAM principal patterns; `*` stands for any text.", '["*:role/oncall"]')
    within: Duration = key("How long a question stands.", "4h", default="1h", validate_default=True)


class Stage(Model):
    """One stage: one account and region."""

    account: Account = key("The AWS account's id.", '"012345670123"')
    region: Region = key("The AWS region.", "eu-west-1")
    params: dict[Name, Raw] = key(
        "Values that rules read as `params.<name>`.", "{max_gib: 500}", default_factory=dict
    )
    channels: dict[ChannelName, dict[str, Raw]] = key(
        "Where `notify` sends to, by name; secrets as `${secret('ssm:/…')}`.",
        "{pager: {type: sns, topic: pager}}",
        default_factory=dict,
    )
    escalate: Given[Text] = key(
        "The channel that is told of a failure that no `on_failure` handles.",
        "pager",
        default=None,
    )
    approvers: Given[Approvers] = key(
        "Who is asked before the first effect of a rule of `mode: approve`.", default=None
    )
    max_mode: Literal["off", "observe", "approve", "active"] = key(
        "What no rule of this stage goes beyond.", default="active"
    )
    except_: Given[SomeResources] = key(
        "Resources that no rule of this stage touches.", "{tags: {opsloop: never}}", default=None
    )


class Settings(Model):
    """`rules/opsloop.yaml`: the stages, and what Chalice is told beside them."""

    stages: Annotated[dict[StageName, Stage], AfterValidator(_some_stages)] = key(
        "The stages, by name.", "{dev: {account: '012345670123', region: eu-west-1}}"
    )
    chalice: dict[str, Plain] = key(
        "Passed through to `.chalice/config.json` as it is.", default_factory=dict
    )


class Pack(Model):
    """`rules/<pack>/pack.yaml`: what the pack is, and what its rules have unless they say so."""

    description: Given[Text] = key("What the pack is for.", default=None)
    owner: Given[Text] = key("The team that answers for its rules.", "team-data", default=None)
    severity: Given[Severity] = key("How much its rules matter.", default=None)
    mode: Given[Mode] = key("The mode of its rules.", default=None)
    saves: Given[Duration] = key("What a person would have spent.", default=None)
    regions: Given[list[Region]] = key("The regions that its rules belong to.", default=None)


#: the keys of a rule that its pack may give
INHERITED = ("owner", "severity", "mode", "saves", "regions")
