"""What a rule's function needs for itself: its log, its journal, its dead letters, its secrets.

Called by the compiler for every rule, whatever its steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chalicelib.events.causes import SOURCE
from chalicelib.journal.pauses import PARTITION as PAUSES
from opsloop.aws.location import Location
from opsloop.aws.patterns import literal
from opsloop.aws.statement import Statement, allow

_COMPLETE_SECRET = re.compile(r"-[A-Za-z0-9]{6}$")


def own(
    location: Location,
    *,
    function: str,
    rule: str,
    table: str,
    queue: str,
    secrets: Iterable[str] = (),
) -> list[Statement]:
    """All of a function's own statements.

    `function` is its name (`<app>-<stage>-<rule>`), `table` the journal's, `queue` the name of
    the dead-letter queue, `secrets` the references (`ssm:/…`, `sm:…`) that it resolves.
    """
    return [
        logs(location, function),
        *journal(location, table, rule),
        bus(location),
        dead_letters(location, queue),
        *(statement for one in sorted(set(secrets)) for statement in secret(location, one)),
    ]


def waker(
    location: Location, *, function: str, functions: str, table: str, queue: str
) -> list[Statement]:
    """What the waker needs: to find what is due, to start rules' functions, to close orphans.

    `functions` is what the names of the stage's functions begin with.
    """
    arn = _arn(location, "dynamodb", f"table/{table}")
    return [
        logs(location, function),
        allow("dynamodb:Query", f"{arn}/index/attention", purpose="FindDue"),
        allow(("dynamodb:BatchGetItem", "dynamodb:UpdateItem"), arn, purpose="CloseOrphans"),
        allow(
            "lambda:InvokeFunction",
            _arn(location, "lambda", f"function:{functions}*"),
            purpose="WakeFunctions",
        ),
        dead_letters(location, queue),
    ]


def logs(location: Location, function: str) -> Statement:
    """Writing to the function's own log group, which may have to be made first."""
    group = _arn(location, "logs", f"log-group:/aws/lambda/{function}")
    actions = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    return allow(actions, (group, f"{group}:*"), purpose="OwnLog")


def journal(location: Location, table: str, rule: str) -> list[Statement]:
    """Admitting, recording and closing executions of this rule, and of no other.

    The table's partition key is the rule's name, so that is what the leading keys must be.
    What is paused stands under a partition of its own, which every function reads.
    """
    arn = _arn(location, "dynamodb", f"table/{table}")
    leading = "dynamodb:LeadingKeys"
    return [
        allow(
            ("dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            arn,
            {"ForAllValues:StringEquals": {leading: rule}},
            purpose="OwnJournal",
        ),
        allow(
            "dynamodb:Query",
            arn,
            {"ForAllValues:StringEquals": {leading: PAUSES}},
            purpose="ReadPauses",
        ),
    ]


def bus(location: Location) -> Statement:
    """Telling other rules how an execution ended, as opsloop and as nobody else.

    IAM's reference has the key as one of many values, which only a set operator reads.
    """
    return allow(
        "events:PutEvents",
        _arn(location, "events", "event-bus/default"),
        {"ForAllValues:StringEquals": {"events:source": SOURCE}},
        purpose="TellTheBus",
    )


def dead_letters(location: Location, queue: str) -> Statement:
    """Where Lambda puts, in the function's name, an event that it gave up on."""
    return allow("sqs:SendMessage", _arn(location, "sqs", queue), purpose="OwnDeadLetters")


def secret(location: Location, reference: str) -> Iterator[Statement]:
    """Reading one secret, and decrypting it whatever key it is kept under.

    Keys of AWS's own need no permission, a customer's do, and which it is the rule does not
    say. So decryption is allowed through the one service, and for the one secret: the
    encryption context holds its ARN. Raises ValueError for a reference of another kind.
    """
    store, _, name = reference.partition(":")
    if store == "ssm":
        arn = _parameter(location, name)
        yield allow("ssm:GetParameter", arn, purpose="OwnSecrets")
        yield _decrypt(location, "ssm", "PARAMETER_ARN", arn)
    elif store == "sm":
        arn = _secret(location, name)
        yield allow("secretsmanager:GetSecretValue", arn, purpose="OwnSecrets")
        yield _decrypt(location, "secretsmanager", "SecretARN", arn)
    else:
        raise ValueError(f"found {reference!r}; expected 'ssm:/name' or 'sm:name'")


def _decrypt(location: Location, service: str, context: str, arn: str) -> Statement:
    via = {"kms:ViaService": f"{service}.{location.region}.amazonaws.com"}
    return allow(
        "kms:Decrypt",
        _arn(location, "kms", "key/*"),
        {"StringEquals": via, "StringLike": {f"kms:EncryptionContext:{context}": arn}},
        purpose="OwnSecretKeys",
    )


def _parameter(location: Location, name: str) -> str:
    if name.startswith("arn:"):
        return literal(name)
    return _arn(location, "ssm", f"parameter/{literal(name.removeprefix('/'))}")


def _secret(location: Location, name: str) -> str:
    """Secrets Manager puts a hyphen and six characters behind a secret's name in its ARN."""
    complete = name.startswith("arn:") and _COMPLETE_SECRET.search(name)
    whole = literal(name) if complete else f"{literal(name)}-??????"
    return whole if name.startswith("arn:") else _arn(location, "secretsmanager", f"secret:{whole}")


def _arn(location: Location, service: str, resource: str) -> str:
    return f"arn:{location.partition}:{service}:{location.region}:{location.account}:{resource}"
