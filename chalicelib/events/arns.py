"""What an ARN or an id says of its resource: id, ARN and type.

A type is the ARN's own: service, colon, kind (`ec2:instance`, `rds:db`). `names` calls it.
Standard library only.
"""

from __future__ import annotations

import re

from chalicelib.events.event import Event

_ARN_PARTS = 6

#: these ids say what they are
_PREFIXES = {
    "AKIA": "iam:access-key",
    "ASIA": "iam:access-key",
    "acl": "ec2:network-acl",
    "ami": "ec2:image",
    "eipalloc": "ec2:elastic-ip",
    "eni": "ec2:network-interface",
    "i": "ec2:instance",
    "igw": "ec2:internet-gateway",
    "j": "elasticmapreduce:cluster",
    "lt": "ec2:launch-template",
    "nat": "ec2:natgateway",
    "rtb": "ec2:route-table",
    "sg": "ec2:security-group",
    "snap": "ec2:snapshot",
    "subnet": "ec2:subnet",
    "tgw": "ec2:transit-gateway",
    "vol": "ec2:volume",
    "vpc": "ec2:vpc",
    "vpce": "ec2:vpc-endpoint",
}

#: a field's name, or an alarm's dimension, in small letters
_FIELDS = {
    "accesskeyid": "iam:access-key",
    "alarmname": "cloudwatch:alarm",
    "autoscalinggroupname": "autoscaling:autoScalingGroup",
    "bucketname": "s3:bucket",
    "cacheclusterid": "elasticache:cluster",
    "clusteridentifier": "redshift:cluster",
    "dbclusteridentifier": "rds:cluster",
    "dbinstanceidentifier": "rds:db",
    "crawlername": "glue:crawler",
    "dbsnapshotidentifier": "rds:snapshot",
    "functionname": "lambda:function",
    "jobname": "glue:job",
    "loadbalancer": "elasticloadbalancing:loadbalancer",
    "loadbalancername": "elasticloadbalancing:loadbalancer",
    "loggroupname": "logs:log-group",
    "queuename": "sqs:queue",
    "queueurl": "sqs:queue",
    "repositoryname": "ecr:repository",
    "rolename": "iam:role",
    "servicename": "ecs:service",
    "stackname": "cloudformation:stack",
    "streamname": "kinesis:stream",
    "tablename": "dynamodb:table",
    "topicname": "sns:topic",
    "username": "iam:user",
}

#: the ARN behind its service, for types whose id makes it: a user's path, say, is unknown
_TAILS = {
    "athena:workgroup": "{region}:{account}:workgroup/{id}",
    "cloudtrail:trail": "{region}:{account}:trail/{id}",
    "cloudwatch:alarm": "{region}:{account}:alarm:{id}",
    "dynamodb:table": "{region}:{account}:table/{id}",
    "ec2:key-pair": "{region}:{account}:key-pair/{id}",
    "ecr:repository": "{region}:{account}:repository/{id}",
    "ecs:service": "{region}:{account}:service/{id}",
    "elasticache:cluster": "{region}:{account}:cluster:{id}",
    "elasticmapreduce:cluster": "{region}:{account}:cluster/{id}",
    "elasticloadbalancing:loadbalancer": "{region}:{account}:loadbalancer/{id}",
    "glue:crawler": "{region}:{account}:crawler/{id}",
    "glue:job": "{region}:{account}:job/{id}",
    "kinesis:stream": "{region}:{account}:stream/{id}",
    "lambda:function": "{region}:{account}:function:{id}",
    "logs:log-group": "{region}:{account}:log-group:{id}",
    "rds:cluster": "{region}:{account}:cluster:{id}",
    "rds:db": "{region}:{account}:db:{id}",
    "rds:snapshot": "{region}:{account}:snapshot:{id}",
    "redshift:cluster": "{region}:{account}:cluster:{id}",
    "s3:bucket": "::{id}",
    "sns:topic": "{region}:{account}:{id}",
    "sqs:queue": "{region}:{account}:{id}",
    "synthetics:canary": "{region}:{account}:canary:{id}",
}

#: services whose ARNs name no kind
_SOLE = {
    "codecommit": "repository",
    "codepipeline": "pipeline",
    "s3": "bucket",
    "sns": "topic",
    "sqs": "queue",
}


def described(field: str, value: str, event: Event) -> dict[str, str | None]:
    """A resource by an ARN, or by an id and the name of the field that held it.

    `field` may also be a type, as `AWS::EC2::Instance` or `ec2:instance`.
    """
    if value.startswith("arn:"):
        return _parsed(value)
    identity = value.rpartition("/")[2] if value.startswith("https://") else value
    kind = _kind(field, identity)
    return {"id": identity, "arn": _arn(kind, identity, event), "type": kind}


def _kind(field: str, identity: str) -> str | None:
    if field.startswith("AWS::"):
        service, _, kind = field.removeprefix("AWS::").partition("::")
        return f"{service.lower()}:{re.sub('(?<=[a-z])(?=[A-Z])', '-', kind).lower()}"
    by_field = field if ":" in field else _FIELDS.get(field.lower())
    return by_field or _PREFIXES.get(_prefix(identity))


def _prefix(identity: str) -> str:
    key = identity[:4]
    return key if key in ("AKIA", "ASIA") else identity.rpartition("-")[0]


def _arn(kind: str | None, identity: str, event: Event) -> str | None:
    if kind is None:
        return None
    service, _, name = kind.partition(":")
    tail = _TAILS.get(kind)
    if service == "ec2" and kind in _PREFIXES.values():
        tail = f"{{region}}:{{account}}:{name}/{{id}}"
    if tail is None:
        return None
    filled = tail.format(region=event.region, account=event.account, id=identity)
    return f"arn:{event.partition}:{service}:{filled}"


def _parsed(arn: str) -> dict[str, str | None]:
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return {"id": arn, "arn": None, "type": None}
    service, rest = parts[2], parts[5].removeprefix("/")
    if service == "s3" and "/" in rest:
        return {"id": rest, "arn": arn, "type": "s3:object"}
    kind, identity = _split(rest)
    if kind is None:
        kind = _SOLE.get(service)
    elif service in ("iam", "autoscaling"):
        identity = identity.rpartition("/")[2]  # behind a path, or behind the group's own id
    return {"id": identity, "arn": arn, "type": f"{service}:{kind}" if kind else service}


def _split(rest: str) -> tuple[str | None, str]:
    """An ARN's kind and id: `instance/i-1`, `db:orders`, or an id alone."""
    found = re.match(r"([^:/]+)[:/](.+)", rest, re.DOTALL)
    return (found[1], found[2]) if found else (None, rest)
