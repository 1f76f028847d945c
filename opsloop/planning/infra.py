"""The stage's own stack: its template, and the table and the queue that it made.

`stack_*` is for plans: what `opsloop infra` would update. `resources_*` is for drift: a template
says nothing of what was changed by hand. Reads only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3

from opsloop.aws.location import Location
from opsloop.deploy.names import dead_letters_arn, dead_letters_name, stack_name, table_name
from opsloop.deploy.template import load_template, parse_template
from opsloop.planning.asking import Asking
from opsloop.planning.permissions import expanded
from opsloop.planning.state import Facts, Path, Unit, flat

Properties = Mapping[str, Any]

_OF_TABLE = frozenset({"table", "expiry", "backups"})


def stack_expected(stage: str) -> Unit:
    """What infra/opsloop.yaml asks for."""
    return Unit("infra", stack_name(stage), _template(load_template()))


def stack_deployed(session: boto3.Session, stage: str, asking: Asking) -> Unit | None:
    """What the deployed stack's template asks for; None where there is no such stack."""
    name, client = stack_name(stage), session.client("cloudformation")
    body: Any = asking.read(
        "template",
        f"cloudformation:GetTemplate {name}",
        lambda: client.get_template(StackName=name)["TemplateBody"],
    )
    unknown = frozenset(asking.unknown & {"template"})
    if body is None and not unknown:
        return None
    parsed = parse_template(body) if isinstance(body, str) else body or {}
    return Unit("infra", name, _template(parsed), unknown=unknown)


def resources_expected(location: Location, stage: str) -> list[Unit]:
    """The table and the queue as infra/opsloop.yaml has them."""
    resources = load_template()["Resources"]
    journal, queue = (resources[name]["Properties"] for name in ("Journal", "DeadLetters"))
    arn = dead_letters_arn(stage, location.region, location.account, location.partition)
    policy = resources["DeadLettersOverTlsOnly"]["Properties"]["PolicyDocument"]
    whole = {**policy, "Statement": [{**one, "Resource": arn} for one in policy["Statement"]]}
    said = json.dumps(whole)
    facts: dict[Path, Any] = {
        ("queue", "retention"): queue["MessageRetentionPeriod"],
        ("queue", "encryption by SQS"): queue["SqsManagedSseEnabled"],
        ("queue", "policy"): _said(whole),
    }
    return [
        Unit("table", table_name(stage), _table(_as_described(journal))),
        Unit("queue", dead_letters_name(stage), facts, handles={("queue", "policy"): said}),
    ]


def resources_deployed(session: boto3.Session, stage: str, asking: Asking) -> list[Unit]:
    """The table and the queue as they are, where they are."""
    found = [_journal(session, table_name(stage), asking)]
    found.append(_queue(session, dead_letters_name(stage), asking))
    return [one for one in found if one is not None]


def _journal(session: boto3.Session, name: str, asking: Asking) -> Unit | None:
    client: Any = session.client("dynamodb")
    table = asking.read(
        "table",
        f"dynamodb:DescribeTable {name}",
        lambda: client.describe_table(TableName=name)["Table"],
    )
    if table is None:
        known = "table" not in asking.unknown
        return None if known else Unit("table", name, unknown=_OF_TABLE)
    expires = asking.read(
        "expiry",
        f"dynamodb:DescribeTimeToLive {name}",
        lambda: client.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
    )
    backups = asking.read(
        "backups",
        f"dynamodb:DescribeContinuousBackups {name}",
        lambda: client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"],
    )
    facts = _table({**table, "TimeToLive": expires or {}, "Backups": backups or {}})
    return Unit("table", name, facts, unknown=frozenset(asking.unknown))


def _queue(session: boto3.Session, name: str, asking: Asking) -> Unit | None:
    client: Any = session.client("sqs")

    def call() -> Any:
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        return client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    found = asking.read("queue", f"sqs:GetQueueAttributes {name}", call)
    if found is None:
        known = "queue" not in asking.unknown
        return None if known else Unit("queue", name, unknown=frozenset({"queue"}))
    facts: dict[Path, Any] = {
        ("queue", "retention"): int(found["MessageRetentionPeriod"]),
        ("queue", "encryption by SQS"): found.get("SqsManagedSseEnabled") == "true",
    }
    if found.get("Policy"):
        facts["queue", "policy"] = _said(json.loads(found["Policy"]))
    return Unit("queue", name, facts)


def _template(template: Properties) -> Facts:
    return {
        path: value
        for name, resource in template.get("Resources", {}).items()
        for path, value in flat(("template", name), resource.get("Properties", {})).items()
    }


def _as_described(properties: Properties) -> dict[str, Any]:
    """A table of CloudFormation as DynamoDB describes one."""
    backups = properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    status = "ENABLED" if backups else "DISABLED"
    return {
        **properties,
        "BillingModeSummary": {"BillingMode": properties["BillingMode"]},
        "SSEDescription": {"SSEType": properties["SSESpecification"]["SSEType"]},
        "TimeToLive": {
            "TimeToLiveStatus": "ENABLED",
            "AttributeName": properties["TimeToLiveSpecification"]["AttributeName"],
        },
        "Backups": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status}},
    }


def _table(described: Properties) -> Facts:
    expiry = described["TimeToLive"]
    on = str(expiry.get("TimeToLiveStatus", "")).startswith("ENABL")
    backups = described["Backups"].get("PointInTimeRecoveryDescription", {})
    facts: dict[Path, Any] = {
        ("table", "billing"): described.get("BillingModeSummary", {}).get("BillingMode"),
        ("table", "deletion protection"): described.get("DeletionProtectionEnabled", False),
        ("table", "encryption"): described.get("SSEDescription", {}).get("SSEType"),
        ("table", "keys"): _keys(described["KeySchema"]),
        ("expiry", "attribute"): expiry.get("AttributeName") if on else None,
        ("backups", "point in time"): backups.get("PointInTimeRecoveryStatus") == "ENABLED",
    }
    for index in described.get("GlobalSecondaryIndexes", []):
        kind = index["Projection"]["ProjectionType"]
        facts["table", f"index {index['IndexName']}"] = f"{_keys(index['KeySchema'])}, {kind}"
    return {path: one for path, one in facts.items() if one is not None}


def _keys(schema: list[Properties]) -> str:
    return ", ".join(f"{one['AttributeName']} {one['KeyType']}" for one in schema)


def _said(policy: Properties) -> list[str]:
    return sorted(map(str, expanded(policy)))
