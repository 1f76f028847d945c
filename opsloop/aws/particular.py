"""Calls that say in their parameters what they do, and so which IAM actions they need.

Each rule takes the call and gives its authorizations. Called by `authorizations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.guards.naming import EC2_IDS
from opsloop.aws import iam
from opsloop.aws.action_table import VERSIONED
from opsloop.aws.calling import Authorization, Call
from opsloop.aws.patterns import ANY, Given, strings

Rule = Callable[[Call], list[Authorization]]


def _needs(name: str, given: Given) -> Authorization:
    return Authorization(iam.action(name), given)


def _maps(value: Any) -> list[dict[str, Any]]:
    """The maps of a list; one empty map where the list is not known."""
    if not isinstance(value, list):
        return [{}]
    return [one if isinstance(one, dict) else {} for one in value]


# S3


def _copy_source(given: Given) -> dict[str, Any]:
    """The source of a copy as parameters: it is a map, or `bucket/key?versionId=…`."""
    source = given.get("CopySource", ANY)
    if isinstance(source, dict):
        return source
    path, _, version = str(source).removeprefix("/").partition("${?}versionId=")
    bucket, _, key = path.partition("/")
    named = {"Bucket": bucket, "Key": key or ANY}
    return named | {"VersionId": version} if version else named


def _read_source(given: Given, name: str) -> Authorization:
    source = _copy_source(given)
    return _needs(VERSIONED[name] if "VersionId" in source else name, source)


def _copy_object(call: Call) -> list[Authorization]:
    """The copy keeps the source's tags unless told otherwise, and asks to read and put them."""
    needed = [_read_source(call.given, "s3:GetObject"), _needs("s3:PutObject", call.given)]
    if call.given.get("TaggingDirective", "COPY") != "REPLACE":
        needed.append(_read_source(call.given, "s3:GetObjectTagging"))
    needed.append(_needs("s3:PutObjectTagging", call.given))
    if any(name == "ACL" or name.startswith("Grant") for name in call.given):
        needed.append(_needs("s3:PutObjectAcl", call.given))
    return needed


def _upload_part_copy(call: Call) -> list[Authorization]:
    return [_read_source(call.given, "s3:GetObject"), _needs("s3:PutObject", call.given)]


def _delete_objects(call: Call) -> list[Authorization]:
    delete = call.given.get("Delete")
    objects = _maps(delete.get("Objects") if isinstance(delete, dict) else ANY)
    return [
        _needs(
            "s3:DeleteObjectVersion" if "VersionId" in one else "s3:DeleteObject",
            {"Bucket": call.given.get("Bucket", ANY), "Key": one.get("Key", ANY)},
        )
        for one in objects
    ]


# DynamoDB

_STATEMENTS = {"SELECT": "Select", "INSERT": "Insert", "UPDATE": "Update", "DELETE": "Delete"}
_TABLE = re.compile(
    r"^\s*(?:SELECT\b.*?\bFROM|INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?([\w.*-]+)\"?(\.\")?",
    re.IGNORECASE | re.DOTALL,
)


def _transact_write(call: Call) -> list[Authorization]:
    kinds = {
        "Put": "PutItem",
        "Update": "UpdateItem",
        "Delete": "DeleteItem",
        "ConditionCheck": "ConditionCheckItem",
    }
    return [
        _needs(f"dynamodb:{kinds[kind]}", _table(one.get(kind)))
        for one in _maps(call.given.get("TransactItems"))
        for kind in (one or kinds)
    ]


def _transact_get(call: Call) -> list[Authorization]:
    items = _maps(call.given.get("TransactItems"))
    return [_needs("dynamodb:GetItem", _table(one.get("Get"))) for one in items]


def _table(request: Any) -> Given:
    return {"TableName": request.get("TableName", ANY) if isinstance(request, dict) else ANY}


def _batch(name: str) -> Rule:
    """A batch of DynamoDB's names its tables as keys."""

    def rule(call: Call) -> list[Authorization]:
        tables = call.given.get("RequestItems")
        given = {"TableName": list(tables) if isinstance(tables, dict) else ANY}
        return [_needs(name, given)]

    return rule


def _partiql(texts: Callable[[Given], list[Any]]) -> Rule:
    """A PartiQL statement needs the action of its verb, on its table."""

    def rule(call: Call) -> list[Authorization]:
        return [one for text in texts(call.given) for one in _statement(str(text))]

    return rule


def _statement(text: str) -> Iterator[Authorization]:
    verb = _STATEMENTS.get(text.split(maxsplit=1)[0].upper()) if text.strip() else None
    table = _TABLE.match(text.replace("${*}", ANY))
    given: dict[str, Any] = {"TableName": table[1] if table else ANY}
    if table and table[2]:
        given["IndexName"] = ANY
    for one in [verb] if verb else _STATEMENTS.values():
        yield _needs(f"dynamodb:PartiQL{one}", given)


def _statements(list_name: str) -> Callable[[Given], list[Any]]:
    return lambda given: [one.get("Statement", ANY) for one in _maps(given.get(list_name))]


# EC2


def _tags(name: str) -> Rule:
    """CreateTags and DeleteTags take ids of any kind; the id tells which."""

    def rule(call: Call) -> list[Authorization]:
        action = iam.action(name)
        known = {kind.name: kind.arn for kind in action.resources}
        found = [_by_id(known, one) for one in strings(call.given.get("Resources", ANY))]
        if not all(found):
            return [Authorization(action, {})]
        return [Authorization(action, {}, tuple(filter(None, found)))]

    return rule


def _by_id(known: Mapping[str, str], identifier: str) -> str | None:
    kind = EC2_IDS.get(identifier.rpartition("-")[0], "")
    if kind not in known:
        return None
    return re.sub(
        r"\$\{(?!(?:Partition|Region|Account)\})\w+\}$", lambda _: identifier, known[kind]
    )


# CloudWatch, EventBridge, SNS, API Gateway


def _describe_alarms(call: Call) -> list[Authorization]:
    """Filtered or not, it is judged on all alarms; on everything where composite ones count.

    Those are told only to who may describe whatever there is, and only when asked for.
    """
    types = strings(call.given.get("AlarmTypes", "MetricAlarm"))
    everything = (ANY,) if set(types) != {"MetricAlarm"} else ()
    return [Authorization(iam.action("cloudwatch:DescribeAlarms"), {}, everything)]


def _put_events(call: Call) -> list[Authorization]:
    buses = [one.get("EventBusName", "default" if one else ANY) for one in _entries(call)]
    return [_needs("events:PutEvents", {"EventBusName": buses})]


def _entries(call: Call) -> list[dict[str, Any]]:
    return _maps(call.given.get("Entries"))


def _publish(call: Call) -> list[Authorization]:
    """A text message goes to a number, which is no resource."""
    to_number = "PhoneNumber" in call.given
    return [Authorization(iam.action("sns:Publish"), call.given, (ANY,) if to_number else ())]


def _api_gateway(call: Call) -> list[Authorization]:
    """API Gateway's actions are HTTP's methods, and its resources are paths."""
    if exact := iam.find(f"apigateway:{call.operation.name}"):
        return [Authorization(exact, call.given)]
    http = call.operation.model.http
    path = http["requestUri"].removeprefix("/v2").partition("?")[0]
    filled = re.sub(r"\{(\w+)\+?\}", lambda found: _in_path(call, found[1]), path)
    action = iam.action(f"apigateway:{http['method']}")
    return [Authorization(action, {}, (f"arn:${{Partition}}:apigateway:${{Region}}::{filled}",))]


def _in_path(call: Call, location: str) -> str:
    members = call.operation.input.members if call.operation.input else {}
    for name, shape in members.items():
        if shape.serialization.get("name", name) == location and name in call.given:
            value = strings(call.given[name])[0]
            return ANY if value.startswith("arn:") else value
    return ANY


PARTICULAR: Mapping[str, Rule] = {
    "apigateway": _api_gateway,
    "apigatewayv2": _api_gateway,
    "cloudwatch.DescribeAlarms": _describe_alarms,
    "dynamodb.BatchExecuteStatement": _partiql(_statements("Statements")),
    "dynamodb.BatchGetItem": _batch("dynamodb:BatchGetItem"),
    "dynamodb.BatchWriteItem": _batch("dynamodb:BatchWriteItem"),
    "dynamodb.ExecuteStatement": _partiql(lambda given: [given.get("Statement", ANY)]),
    "dynamodb.ExecuteTransaction": _partiql(_statements("TransactStatements")),
    "dynamodb.TransactGetItems": _transact_get,
    "dynamodb.TransactWriteItems": _transact_write,
    "ec2.CreateTags": _tags("ec2:CreateTags"),
    "ec2.DeleteTags": _tags("ec2:DeleteTags"),
    "events.PutEvents": _put_events,
    "s3.CopyObject": _copy_object,
    "s3.DeleteObjects": _delete_objects,
    "s3.UploadPartCopy": _upload_part_copy,
    "sns.Publish": _publish,
}
