"""What AWS lists for all functions of a stage at once. Called by `deployed`. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import boto3

from chalicelib.plans import APP
from opsloop.deploy.errors import doing
from opsloop.deploy.names import function_name
from opsloop.planning.asking import Asking
from opsloop.planning.functions import Found, Listed

_VARIABLE = "OPSLOOP_STAGE"


class Listing:
    """Lists what is there of one stage. `rules` are those that should be there."""

    def __init__(self, session: boto3.Session, stage: str, rules: Iterable[str]) -> None:
        self._session = session
        self._stage = stage
        self._prefix = f"{APP}-{stage}-"
        self._named = frozenset(rules)

    def listed(self, asking: Asking) -> Listed:
        """All of it. Raises DeployError where functions cannot be listed: nothing can be said."""
        functions = self._functions()
        return Listed(
            functions=functions,
            event_rules=self._event_rules(asking),
            retentions=self._retentions(asking),
            subscriptions=self._subscriptions(asking, functions),
            unknown=frozenset(asking.unknown),
        )

    def rules(self, listed: Listed) -> list[str]:
        """The rules of which anything is there. An EventBridge rule may outlive its function."""
        names = [name.removeprefix(self._prefix) for name in listed.functions]
        left = (name.removeprefix(self._prefix) for name in listed.event_rules)
        alone = [name.removesuffix("-event") for name in left if name.endswith("-event")]
        return sorted({*names, *(one for one in alone if one in self._named)})

    def _functions(self) -> dict[str, Found]:
        pages = self._session.client("lambda").get_paginator("list_functions").paginate()
        with doing("list functions"):
            found: list[Any] = [one for page in pages for one in page["Functions"]]
        return {one["FunctionName"]: one for one in found if self._is_ours(one)}

    def _is_ours(self, found: Found) -> bool:
        """A function of stage `dev-eu` begins as one of stage `dev` may: its variable tells."""
        name = found["FunctionName"]
        said = found.get("Environment", {}).get("Variables", {}).get(_VARIABLE)
        expected = name in {function_name(self._stage, rule) for rule in self._named}
        return name.startswith(self._prefix) and (expected or said == self._stage)

    def _event_rules(self, asking: Asking) -> dict[str, Found]:
        pages = self._session.client("events").get_paginator("list_rules")
        found = asking.read(
            "trigger",
            f"events:ListRules {self._prefix}*",
            lambda: [
                one for page in pages.paginate(NamePrefix=self._prefix) for one in page["Rules"]
            ],
        )
        return {one["Name"]: one for one in found or []}

    def _retentions(self, asking: Asking) -> dict[str, int]:
        prefix = f"/aws/lambda/{self._prefix}"
        pages = self._session.client("logs").get_paginator("describe_log_groups")
        found = asking.read(
            "log",
            f"logs:DescribeLogGroups {prefix}*",
            lambda: [
                one
                for page in pages.paginate(logGroupNamePrefix=prefix)
                for one in page["logGroups"]
            ],
        )
        kept = (one for one in found or [] if "retentionInDays" in one)
        return {one["logGroupName"]: one["retentionInDays"] for one in kept}

    def _subscriptions(self, asking: Asking, functions: dict[str, Found]) -> dict[str, list[Found]]:
        client: Any = self._session.client("sns")
        arns = {one["FunctionArn"] for one in functions.values()}
        pages = client.get_paginator("list_subscriptions")
        found = asking.read(
            "topic",
            "sns:ListSubscriptions",
            lambda: [one for page in pages.paginate() for one in page["Subscriptions"]],
        )
        made: dict[str, list[Found]] = {}
        for one in found or []:
            if one["Endpoint"] in arns and one["SubscriptionArn"].startswith("arn:"):
                attributes = _attributes(client, one["SubscriptionArn"], asking)
                made.setdefault(one["Endpoint"], []).append({**attributes, **one})
        return made


def _attributes(client: Any, arn: str, asking: Asking) -> Found:
    """A subscription's attributes: a filter among them, which no rule asks for."""
    found: Found | None = asking.read(
        "topic",
        f"sns:GetSubscriptionAttributes {arn}",
        lambda: client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"],
    )
    return found or {}
