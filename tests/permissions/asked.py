"""What AWS asks IAM before it answers a call: an action, on a resource, under condition keys.

Written by hand from AWS's Service Authorization Reference and the operations' own pages, and from
nothing of opsloop's, because opsloop's derivation is what it is held against. The simulator has
the reference as data of its own: it refuses an action that there is not, and a resource of a kind
that the action does not have. A call that is not in the table is an error, not a permission.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Parameters = Mapping[str, Any]
#: condition keys of a request, with their values
Context = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call as boto3 has it: `ec2`, `CreateTags`."""

    service: str
    operation: str
    parameters: Parameters

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that IAM is asked."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


class Facts(Protocol):
    """What AWS knows when it asks, and a call does not say."""

    partition: str
    account: str
    region: str

    def tags(self, arn: str) -> Mapping[str, str]:
        """The tags of a resource."""
        ...

    def user(self, name: str) -> str:
        """The ARN of a user, with its path."""
        ...

    def user_of(self, access_key: str) -> str:
        """The ARN of the user whose key it is."""
        ...

    def secret(self, name: str) -> str:
        """The ARN of a secret, with the characters at its end."""
        ...

    def key_of_topic(self, arn: str) -> str | None:
        """The ARN of the KMS key that a topic is encrypted under."""
        ...


Ask = Callable[[Parameters, Facts], Iterable[Asked]]

#: the customer's key that parameters and secrets are encrypted under
KEY = "arn:{partition}:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def asked(call: Call, facts: Facts) -> list[Asked]:
    """All that AWS asks before it answers this call."""
    if str(call) not in ASKS:
        raise LookupError(
            f"found {call}; expected an operation of tests/permissions/asked.py: add what AWS "
            "asks for it there, by the Service Authorization Reference and the operation's page"
        )
    return [_tagged(one, facts) for one in ASKS[str(call)](call.parameters, facts)]


def of_lambda(function: str, queue: str, facts: Facts) -> list[Asked]:
    """What Lambda itself does in a function's name, which no call of the function shows.

    It makes the log group and a stream in it, writes what the function says, and sends to the
    dead-letter queue what the function could not handle.
    """
    group = _fill("arn:{partition}:logs:{region}:{account}:log-group:", {}, facts) + (
        f"/aws/lambda/{function}"
    )
    stream = f"{group}:log-stream:2026/11/23/[$LATEST]0123456789abcdef"
    return [
        Asked("logs:CreateLogGroup", group),
        Asked("logs:CreateLogStream", stream),
        Asked("logs:PutLogEvents", stream),
        Asked(
            "sqs:SendMessage", _fill("arn:{partition}:sqs:{region}:{account}:", {}, facts) + queue
        ),
    ]


def _tagged(one: Asked, facts: Facts) -> Asked:
    """With the tags that the resource has."""
    found = {f"aws:ResourceTag/{key}": value for key, value in facts.tags(one.resource).items()}
    return Asked(one.action, one.resource, {**found, **one.context})


def _fill(template: str, parameters: Parameters, facts: Facts) -> str:
    place = {name: getattr(facts, name) for name in ("partition", "region", "account")}
    return template.format_map({**parameters, **place})


def _on(action: str, template: str = "*") -> Ask:
    """One action, on one resource that the parameters name."""
    return lambda given, facts: [Asked(action, _fill(template, given, facts))]


def _each(action: str, parameter: str, template: str) -> Ask:
    """One action, on each resource of a list, which the template calls `one`."""
    return lambda given, facts: [
        Asked(action, _fill(template, {**given, "one": one}, facts)) for one in given[parameter]
    ]


def _all(*asks: Ask) -> Ask:
    return lambda given, facts: [one for ask in asks for one in ask(given, facts)]


# DynamoDB: each item is judged by its partition key

_TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"
_PARTITION_KEY = "rule"
_LEADING = "dynamodb:LeadingKeys"


def _of_item(action: str, request: Parameters, key: Parameters, facts: Facts) -> Asked:
    leading = [str(key[_PARTITION_KEY]["S"])]
    return Asked(action, _fill(_TABLE, request, facts), {_LEADING: leading})


def _batch_get(given: Parameters, facts: Facts) -> Iterator[Asked]:
    for table, wanted in given["RequestItems"].items():
        leading = sorted({key[_PARTITION_KEY]["S"] for key in wanted["Keys"]})
        resource = _fill(_TABLE, {"TableName": table}, facts)
        yield Asked("dynamodb:BatchGetItem", resource, {_LEADING: leading})


def _transact(given: Parameters, facts: Facts) -> Iterator[Asked]:
    for item in given["TransactItems"]:
        ((kind, request),) = item.items()
        key = request["Item"] if kind == "Put" else request["Key"]
        yield _of_item(f"dynamodb:{kind}Item", request, key, facts)


def _query(given: Parameters, facts: Facts) -> Iterator[Asked]:
    """The first equality of the condition is the partition key's, of the table or of the index."""
    value = re.search(r"= (:\w+)", given["KeyConditionExpression"])
    assert value is not None, given["KeyConditionExpression"]
    leading = [given["ExpressionAttributeValues"][value[1]]["S"]]
    index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
    yield Asked("dynamodb:Query", _fill(_TABLE, given, facts) + index, {_LEADING: leading})


# EC2

_EC2 = "arn:{partition}:ec2:{region}:{account}:"
_KINDS = {"eni": "network-interface", "i": "instance", "sg": "security-group"}


def _ids(action: str, parameter: str) -> Ask:
    """On each id, whatever it is the id of."""

    def ask(given: Parameters, facts: Facts) -> Iterator[Asked]:
        for one in given[parameter]:
            kind = _KINDS[one.partition("-")[0]]
            yield Asked(action, f"{_fill(_EC2, {}, facts)}{kind}/{one}")

    return ask


def _create_group(given: Parameters, facts: Facts) -> Iterator[Asked]:
    """The group that is not yet, the network that it is in, and the tags that it begins with."""
    ec2 = _fill(_EC2, {}, facts)
    new = f"{ec2}security-group/sg-0123456789abcdef0"
    tags = [tag for one in given.get("TagSpecifications", []) for tag in one["Tags"]]
    with_tags = {f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags}
    yield Asked("ec2:CreateSecurityGroup", new, with_tags)
    yield Asked("ec2:CreateSecurityGroup", f"{ec2}vpc/{given['VpcId']}")
    if tags:
        yield Asked("ec2:CreateTags", new, {"ec2:CreateAction": "CreateSecurityGroup", **with_tags})


_GROUP = _EC2 + "security-group/{GroupId}"


# What is encrypted under a customer's key: the service decrypts it in the caller's name


def _decrypt(resource: str, service: str, context: str, facts: Facts) -> Asked:
    keys = {
        "kms:ViaService": f"{service}.{facts.region}.amazonaws.com",
        f"kms:EncryptionContext:{context}": resource,
    }
    return Asked("kms:Decrypt", _fill(KEY, {}, facts), keys)


def _get_parameter(given: Parameters, facts: Facts) -> Iterator[Asked]:
    name = given["Name"].removeprefix("/")
    arn = _fill("arn:{partition}:ssm:{region}:{account}:parameter/", {}, facts) + name
    yield Asked("ssm:GetParameter", arn)
    if given.get("WithDecryption"):
        yield _decrypt(arn, "ssm", "PARAMETER_ARN", facts)


def _get_secret(given: Parameters, facts: Facts) -> Iterator[Asked]:
    arn = facts.secret(given["SecretId"])
    yield Asked("secretsmanager:GetSecretValue", arn)
    yield _decrypt(arn, "secretsmanager", "SecretARN", facts)


def _publish(given: Parameters, facts: Facts) -> Iterator[Asked]:
    topic = given["TopicArn"]
    yield Asked("sns:Publish", topic)
    if key := facts.key_of_topic(topic):
        yield Asked("kms:GenerateDataKey", key)
        yield Asked("kms:Decrypt", key)


# Others


def _put_events(given: Parameters, facts: Facts) -> Iterator[Asked]:
    """Each entry is judged by its own source."""
    for entry in given["Entries"]:
        bus = entry.get("EventBusName", "default")
        arn = _fill("arn:{partition}:events:{region}:{account}:event-bus/", {}, facts) + bus
        keys = {"events:source": [entry["Source"]], "events:detail-type": [entry["DetailType"]]}
        yield Asked("events:PutEvents", arn, keys)


#: what a service asks for when the tagging API tags its resources
_TAGGING = {
    "dynamodb": ("dynamodb:TagResource",),
    "ec2": ("ec2:CreateTags",),
    "ecs": ("ecs:TagResource",),
    "elasticloadbalancing": ("elasticloadbalancing:AddTags",),
    "kms": ("kms:TagResource",),
    "lambda": ("lambda:TagResource",),
    "logs": ("logs:TagResource",),
    "rds": ("rds:AddTagsToResource",),
    "s3": ("s3:GetBucketTagging", "s3:PutBucketTagging"),
    "secretsmanager": ("secretsmanager:TagResource",),
    "sns": ("sns:TagResource",),
    "sqs": ("sqs:TagQueue",),
}


def _tag_resources(given: Parameters, _facts: Facts) -> Iterator[Asked]:
    yield Asked("tag:TagResources", "*")
    for arn in given["ResourceARNList"]:
        for action in _TAGGING[arn.split(":")[2]]:
            yield Asked(action, arn)


def _of_user(action: str) -> Ask:
    return lambda given, facts: [Asked(action, facts.user(given["UserName"]))]


def _bucket(action: str) -> Ask:
    return _on(action, "arn:{partition}:s3:::{Bucket}")


_SERVICE = "arn:{partition}:ecs:{region}:{account}:service/{cluster}/{service}"
_SCALING = (
    "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:"
    "0123abcd-0123-0123-0123-0123456789ab:autoScalingGroupName/{AutoScalingGroupName}"
)


def _revisions(given: Parameters, _facts: Facts) -> Iterator[Asked]:
    """The revision, and the service that it is one of."""
    for arn in given["serviceRevisionArns"]:
        yield Asked("ecs:DescribeServiceRevisions", arn)
        service = arn.rpartition("/")[0].replace(":service-revision/", ":service/")
        yield Asked("ecs:DescribeServiceRevisions", service)


ASKS: Mapping[str, Ask] = {
    "autoscaling.DescribeAutoScalingInstances": _on("autoscaling:DescribeAutoScalingInstances"),
    "autoscaling.DetachInstances": _on("autoscaling:DetachInstances", _SCALING),
    "cloudwatch.DescribeAlarms": _on("cloudwatch:DescribeAlarms"),
    "dynamodb.BatchGetItem": _batch_get,
    "dynamodb.PutItem": lambda given, facts: [
        _of_item("dynamodb:PutItem", given, given["Item"], facts)
    ],
    "dynamodb.Query": _query,
    "dynamodb.TransactWriteItems": _transact,
    "dynamodb.UpdateItem": lambda given, facts: [
        _of_item("dynamodb:UpdateItem", given, given["Key"], facts)
    ],
    "ec2.CreateSecurityGroup": _create_group,
    "ec2.CreateTags": _ids("ec2:CreateTags", "Resources"),
    "ec2.DeleteTags": _ids("ec2:DeleteTags", "Resources"),
    "ec2.DescribeInstanceStatus": _on("ec2:DescribeInstanceStatus"),
    "ec2.DescribeNetworkInterfaces": _on("ec2:DescribeNetworkInterfaces"),
    "ec2.DescribeSecurityGroups": _on("ec2:DescribeSecurityGroups"),
    "ec2.DescribeVolumes": _on("ec2:DescribeVolumes"),
    "ec2.ModifyNetworkInterfaceAttribute": _all(
        _on("ec2:ModifyNetworkInterfaceAttribute", _EC2 + "network-interface/{NetworkInterfaceId}"),
        _ids("ec2:ModifyNetworkInterfaceAttribute", "Groups"),
    ),
    "ec2.RebootInstances": _ids("ec2:RebootInstances", "InstanceIds"),
    "ec2.RevokeSecurityGroupEgress": _on("ec2:RevokeSecurityGroupEgress", _GROUP),
    "ec2.RevokeSecurityGroupIngress": _on("ec2:RevokeSecurityGroupIngress", _GROUP),
    "ecs.DescribeServiceRevisions": _revisions,
    "ecs.DescribeServices": _each(
        "ecs:DescribeServices", "services", _SERVICE.replace("{service}", "{one}")
    ),
    "ecs.ListServiceDeployments": _on("ecs:ListServiceDeployments", _SERVICE),
    "ecs.UpdateService": _on("ecs:UpdateService", _SERVICE),
    "events.PutEvents": _put_events,
    "iam.GetAccessKeyLastUsed": lambda given, facts: [
        Asked("iam:GetAccessKeyLastUsed", facts.user_of(given["AccessKeyId"]))
    ],
    "iam.ListAccessKeys": _of_user("iam:ListAccessKeys"),
    "iam.UpdateAccessKey": _of_user("iam:UpdateAccessKey"),
    "lambda.Invoke": _on(
        "lambda:InvokeFunction",
        "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}",
    ),
    "resourcegroupstaggingapi.GetResources": _on("tag:GetResources"),
    "resourcegroupstaggingapi.TagResources": _tag_resources,
    "s3.GetBucketAcl": _bucket("s3:GetBucketAcl"),
    "s3.GetBucketPolicyStatus": _bucket("s3:GetBucketPolicyStatus"),
    "s3.GetBucketTagging": _bucket("s3:GetBucketTagging"),
    "s3.GetPublicAccessBlock": _bucket("s3:GetBucketPublicAccessBlock"),
    "s3.PutPublicAccessBlock": _bucket("s3:PutBucketPublicAccessBlock"),
    "secretsmanager.GetSecretValue": _get_secret,
    "sns.Publish": _publish,
    "sqs.PurgeQueue": lambda given, facts: [
        Asked(
            "sqs:PurgeQueue",
            _fill("arn:{partition}:sqs:{region}:{account}:", {}, facts)
            + given["QueueUrl"].rpartition("/")[2],
        )
    ],
    "ssm.GetParameter": _get_parameter,
}
