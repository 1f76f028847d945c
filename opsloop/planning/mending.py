"""How to mend what was changed by hand: the command, ready to be copied. Pure.

What the next deployment sets right is said as that deployment. The rest takes a call of AWS's
own. Names come from AWS, where anybody may have chosen them: each word is quoted for the shell.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from chalicelib.partitions import partition_of
from chalicelib.plan import Stage
from opsloop.deploy.names import event_rule_name, function_name
from opsloop.planning.diff import ABSENT, Change
from opsloop.planning.state import Path, Unit

_DEPLOY = "chalice deploy --stage {stage}"
_CONFIGURE = "aws lambda update-function-configuration --function-name {function}"
_TABLE = "aws dynamodb update-table --table-name {name}"
_QUEUE = "aws sqs set-queue-attributes --queue-url {queue} --attributes"

#: what is there and should not be: by fact, or by its group
_EXTRA: Mapping[Path, str] = {
    ("targets",): "aws events remove-targets --rule {event_rule} --ids {last}",
    ("invoker",): "aws lambda remove-permission --function-name {function} --statement-id {handle}",
    ("topic",): "aws sns unsubscribe --subscription-arn {handle}",
    ("filter",): "aws sns set-subscription-attributes --subscription-arn {handle} "
    "--attribute-name FilterPolicy --attribute-value {{}}",
    ("attached",): "aws iam detach-role-policy --role-name {function} --policy-arn {last}",
    ("policies",): "aws iam delete-role-policy --role-name {function} --policy-name {last}",
    ("role", "boundary"): "aws iam delete-role-permissions-boundary --role-name {function}",
    ("function", "tracing"): f"{_CONFIGURE} --tracing-config Mode=PassThrough",
    ("function", "dead-letter queue"): f"{_CONFIGURE} --dead-letter-config TargetArn=",
    (
        "log",
        "retention",
    ): "aws logs delete-retention-policy --log-group-name /aws/lambda/{function}",
}
#: what is there, and is another
_OTHER: Mapping[Path, str] = {
    ("trigger", "state"): "aws events enable-rule --name {event_rule}",
    ("function", "handler"): f"{_CONFIGURE} --handler {{wanted}}",
    ("role", "trust"): "aws iam update-assume-role-policy --role-name {function} "
    "--policy-document {wanted}",
}
#: whatever is wrong with it; a template that CloudFormation has already is no update to it
_ANYHOW: Mapping[Path, str] = {
    ("failures",): "opsloop wire --stage {stage}",
    ("expiry",): "aws dynamodb update-time-to-live --table-name {name} "
    "--time-to-live-specification Enabled=true,AttributeName={wanted}",
    ("backups",): "aws dynamodb update-continuous-backups --table-name {name} "
    "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
    ("table", "deletion protection"): f"{_TABLE} --deletion-protection-enabled",
    ("queue", "retention"): f"{_QUEUE} MessageRetentionPeriod={{wanted}}",
    ("queue", "encryption by SQS"): f"{_QUEUE} SqsManagedSseEnabled={{wanted}}",
    ("queue", "policy"): f"{_QUEUE} {{policy}}",
    ("table", "encryption"): f"{_TABLE} --sse-specification Enabled=true,SSEType={{wanted}}",
    ("table", "billing"): f"{_TABLE} --billing-mode {{wanted}}",
}
#: keys and indexes: what DynamoDB changes in no single call, or never
_BY_HAND: Mapping[str, str] = {
    "table": "no command alone does it: update-table, as infra/opsloop.yaml has it (Journal)",
}


def mended(unit: Unit, found: Unit, change: Change, stage: Stage) -> str:
    """The command that brings back what is expected."""
    name = stage["stage"]
    if change.path == (unit.kind,):
        return f"opsloop infra --stage {name}"
    command = _command(change)
    if command is None:
        return _BY_HAND.get(change.path[0], _DEPLOY.format(stage=name))
    names = {
        "stage": name,
        "name": unit.name,
        "function": function_name(name, unit.name),
        "event_rule": event_rule_name(name, unit.name),
        "queue": _queue(stage, unit.name),
        "last": change.path[-1],
        "handle": _handle(found, change),
        "wanted": _wanted(change),
        "policy": json.dumps({"Policy": unit.handles.get(("queue", "policy"), "")}),
    }
    return shlex.join(word.format(**names) for word in command.split(" "))


def by_deployment(change: Change) -> bool:
    """Whether the next deployment brings back what is expected."""
    command = _command(change)
    own = command is None or command.startswith("opsloop ")
    return (own and change.path[0] not in _BY_HAND) or change.path == ("trigger", "state")


def _command(change: Change) -> str | None:
    tables = [_ANYHOW]
    if change.before is ABSENT:
        tables.append(_EXTRA)
    elif change.after is not ABSENT:
        tables.append(_OTHER)
    found = (table.get(key) for table in tables for key in (change.path, change.path[:1]))
    return next((one for one in found if one is not None), None)


def _queue(stage: Stage, name: str) -> str:
    """A queue's URL, as SQS makes them."""
    suffix = ".cn" if partition_of(stage["region"]) == "aws-cn" else ""
    return f"https://sqs.{stage['region']}.amazonaws.com{suffix}/{stage['account']}/{name}"


def _handle(found: Unit, change: Change) -> str:
    """A filter is set by the subscription that it filters."""
    path = ("topic", change.path[-1]) if change.path[0] == "filter" else change.path
    return found.handles.get(path, "")


def _wanted(change: Change) -> str:
    wanted = change.before
    return wanted if isinstance(wanted, str) else json.dumps(wanted, default=str)
