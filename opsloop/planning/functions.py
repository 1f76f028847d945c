"""What AWS has of one function: its settings, who may invoke it, where its failures go.

And its role, its trigger and its log. Called by `deployed`, one thread for each function. Reads
only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.plans import WAKER
from opsloop.deploy.names import event_rule_name, function_name
from opsloop.planning.asking import Asking
from opsloop.planning.expected import environment
from opsloop.planning.permissions import Permission, expanded, listed
from opsloop.planning.state import Facts, Path, Unit

Found = Mapping[str, Any]

#: tags that Chalice and AWS add themselves
_OTHERS = ("aws-chalice", "aws:")


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients that reading a function takes."""

    functions: Any
    events: Any
    iam: Any


@dataclass(frozen=True, slots=True)
class Listed:
    """What was listed for all functions of a stage at once, by name; None: not to be read."""

    functions: Mapping[str, Found]
    event_rules: Mapping[str, Found]
    retentions: Mapping[str, int]
    #: subscriptions by the function's ARN
    subscriptions: Mapping[str, list[Found]]
    #: groups of which nothing is known for any function
    unknown: frozenset[str]


@dataclass(frozen=True, slots=True)
class Read:
    """A function as it was read; `code` leads to its package, `sha` tells it from others."""

    unit: Unit
    asking: Asking
    code: str | None = None
    sha: str | None = None


class FunctionReader:
    """Reads the functions of one stage."""

    def __init__(self, clients: Clients, listed: Listed, stage: str) -> None:
        self._clients = clients
        self._listed = listed
        self._stage = stage

    def read(self, rule: str) -> Read:
        """The function of a rule with all that is its own, or what is left of that."""
        name, asking = function_name(self._stage, rule), Asking()
        config = self._listed.functions.get(name, {})
        found = self._function(name, asking) if config else {}
        handles: dict[Path, str] = {}
        facts = {
            **_settings(config),
            **_described(found),
            **self._invokers(name, asking, handles),
            **self._failures(name, asking),
            **self._trigger(rule, asking),
            **self._topics(config.get("FunctionArn", ""), handles),
            **self._log(name),
            **self._role(name, asking),
        }
        unit = Unit(
            kind="waker" if rule == WAKER else "rule",
            name=rule,
            facts=facts,
            policies=self._policies(name, asking),
            unknown=frozenset(asking.unknown) | self._listed.unknown,
            handles=handles,
        )
        return Read(unit, asking, found.get("Code", {}).get("Location"), config.get("CodeSha256"))

    def _function(self, name: str, asking: Asking) -> Found:
        found: Found | None = asking.read(
            "tag",
            f"lambda:GetFunction {name}",
            lambda: self._clients.functions.get_function(FunctionName=name),
        )
        if "tag" in asking.unknown:
            asking.unknown |= {"rule", "concurrency"}
        # without that permission Lambda answers all the rest
        elif found and "TagsError" in found:
            asking.refused("tag", f"lambda:ListTags {name}", found["TagsError"]["Message"])
        return found or {}

    def _invokers(self, name: str, asking: Asking, handles: dict[Path, str]) -> Facts:
        policy = asking.read(
            "invoker",
            f"lambda:GetPolicy {name}",
            lambda: json.loads(self._clients.functions.get_policy(FunctionName=name)["Policy"]),
        )
        for statement in (policy or {}).get("Statement", []):
            handles["invoker", _invoker(statement)] = statement.get("Sid", "")
        return {path: True for path in handles if path[0] == "invoker"}

    def _failures(self, name: str, asking: Asking) -> Facts:
        call = self._clients.functions.get_function_event_invoke_config
        what = f"lambda:GetFunctionEventInvokeConfig {name}"
        found = asking.read("failures", what, lambda: call(FunctionName=name)) or {}
        destination = found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        said = {"destination": destination, "retries": found.get("MaximumRetryAttempts")}
        return {("failures", key): one for key, one in said.items() if one is not None}

    def _trigger(self, rule: str, asking: Asking) -> Facts:
        name = event_rule_name(self._stage, rule)
        found = self._listed.event_rules.get(name)
        if found is None:
            return {}
        call = self._clients.events.get_paginator("list_targets_by_rule").paginate
        targets = asking.read(
            "trigger",
            f"events:ListTargetsByRule {name}",
            lambda: [one for page in call(Rule=name) for one in page["Targets"]],
        )
        return {**_event_rule(found), **dict(_targets(targets or []))}

    def _topics(self, arn: str, handles: dict[Path, str]) -> Facts:
        found = self._listed.subscriptions.get(arn, [])
        for one in found:
            handles["topic", one["TopicArn"]] = one["SubscriptionArn"]
        facts: dict[Path, Any] = {("topic", one["TopicArn"]): True for one in found}
        filtered = (one for one in found if "FilterPolicy" in one)
        return facts | {("filter", one["TopicArn"]): one["FilterPolicy"] for one in filtered}

    def _log(self, name: str) -> Facts:
        days = self._listed.retentions.get(f"/aws/lambda/{name}")
        return {} if days is None else {("log", "retention"): days}

    def _role(self, name: str, asking: Asking) -> Facts:
        role = asking.read(
            "role", f"iam:GetRole {name}", lambda: self._clients.iam.get_role(RoleName=name)["Role"]
        )
        call = self._clients.iam.get_paginator("list_attached_role_policies").paginate
        arns = asking.read(
            "attached",
            f"iam:ListAttachedRolePolicies {name}",
            lambda: [one for page in call(RoleName=name) for one in page["AttachedPolicies"]],
        )
        facts: dict[Path, Any] = {("attached", one["PolicyArn"]): True for one in arns or []}
        return {**facts, **dict(_trusted(role or {}))}

    def _policies(self, name: str, asking: Asking) -> dict[str, frozenset[Permission]]:
        call = self._clients.iam.get_paginator("list_role_policies").paginate
        names = asking.read(
            "policies",
            f"iam:ListRolePolicies {name}",
            lambda: [one for page in call(RoleName=name) for one in page["PolicyNames"]],
        )
        documents = {policy: self._document(name, policy, asking) for policy in names or []}
        return {policy: expanded(one) for policy, one in documents.items() if one}

    def _document(self, name: str, policy: str, asking: Asking) -> Any:
        call = self._clients.iam.get_role_policy
        return asking.read(
            "policies",
            f"iam:GetRolePolicy {name} {policy}",
            lambda: call(RoleName=name, PolicyName=policy)["PolicyDocument"],
        )


def _trusted(role: Found) -> Iterator[tuple[Path, Any]]:
    """Who may take the role, and what bounds it."""
    if "AssumeRolePolicyDocument" in role:
        yield ("role", "trust"), _without_names(role["AssumeRolePolicyDocument"])
    if "PermissionsBoundary" in role:
        yield ("role", "boundary"), role["PermissionsBoundary"]["PermissionsBoundaryArn"]


def _without_names(policy: Found) -> Found:
    """A policy whose statements have no `Sid`: Chalice gives them empty ones."""
    statements = [
        {key: said for key, said in one.items() if key != "Sid"}
        for one in listed(policy.get("Statement", []))
    ]
    return {**policy, "Statement": statements}


def _settings(found: Found) -> Facts:
    """What listing functions tells of one."""
    if not found:
        return {}
    network = found.get("VpcConfig", {})
    said = {
        "runtime": found.get("Runtime"),
        "handler": found.get("Handler"),
        "architecture": found.get("Architectures", ["x86_64"])[0],
        "memory": found.get("MemorySize"),
        "timeout": found.get("Timeout"),
        "role": found.get("Role", "").rpartition("/")[2],
        "layers": sorted(one["Arn"] for one in found.get("Layers", [])),
        "subnets": sorted(network.get("SubnetIds", [])),
        "security groups": sorted(network.get("SecurityGroupIds", [])),
        "tracing": "Active" if found.get("TracingConfig", {}).get("Mode") == "Active" else None,
        "dead-letter queue": found.get("DeadLetterConfig", {}).get("TargetArn"),
    }
    variables = found.get("Environment", {}).get("Variables", {})
    return {
        **{("function", key): one for key, one in said.items() if one not in (None, [])},
        **environment(variables),
    }


def _described(found: Found) -> Facts:
    """What only asking for one function tells of it."""
    facts: dict[Path, Any] = {
        ("tag", key): one
        for key, one in found.get("Tags", {}).items()
        if not key.startswith(_OTHERS)
    }
    reserved = found.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    return facts if reserved is None else {**facts, ("concurrency", "reserved"): reserved}


def _invoker(statement: Found) -> str:
    """Who may, and for what: a service for one rule or topic, else whatever is said."""
    principal = statement.get("Principal", "*")
    who = principal if isinstance(principal, str) else ", ".join(map(str, principal.values()))
    conditions = statement.get("Condition", {}).items()
    sources = [value for _, keys in conditions for value in keys.values()]
    return f"{who} for {', '.join(map(str, sources))}" if sources else who


def _event_rule(found: Found) -> Facts:
    facts: dict[Path, Any] = {("trigger", "state"): found.get("State", "ENABLED")}
    if found.get("EventPattern"):
        facts["trigger", "pattern"] = json.loads(found["EventPattern"])
    for key, name in (("schedule", "ScheduleExpression"), ("description", "Description")):
        if found.get(name):
            facts["trigger", key] = found[name]
    return facts


def _targets(targets: list[Found]) -> Iterator[tuple[Path, Any]]:
    """Chalice's own target has the id 1; what is said of it beside its ARN was said by hand."""
    for one in targets:
        if one["Id"] == "1":
            yield ("trigger", "target"), one["Arn"]
            more = {key: said for key, said in one.items() if key not in ("Id", "Arn")}
            yield from ((("target", key), said) for key, said in more.items())
        else:
            yield ("targets", one["Id"]), one["Arn"]
