"""Where events name the resource that they are about: tables, and how to read them.

Each finder gives a field's name and the id or ARN in it; `arns` says what that is. `names`
calls it. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chalicelib.events.event import Event
from chalicelib.events.shape import dig, word

Place = tuple[str, str]

#: an alarm's dimensions, the narrowest resource first
_DIMENSIONS = (
    "InstanceId",
    "VolumeId",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "FunctionName",
    "TableName",
    "QueueName",
    "TopicName",
    "StreamName",
    "BucketName",
    "CacheClusterId",
    "ClusterIdentifier",
    "NatGatewayId",
    "LoadBalancer",
    "LoadBalancerName",
    "StateMachineArn",
    "LogGroupName",
    "AutoScalingGroupName",
)

#: where CloudTrail's records name a service's resource, below request and response
_CALLS = {
    "acm": ("certificateArn",),
    "autoscaling": ("autoScalingGroupName",),
    "cloudformation": ("stackId", "stackName"),
    "cloudtrail": ("trailARN", "name"),
    "codebuild": ("project.arn", "projectName"),
    "dynamodb": ("tableName",),
    "ec2": (
        "instancesSet.items.0.instanceId",
        "instanceId",
        "groupId",
        "volumeId",
        "snapshotId",
        "imageId",
        "networkInterface.networkInterfaceId",
        "networkInterfaceId",
        "allocationId",
        "subnet.subnetId",
        "subnetId",
        "vpc.vpcId",
        "vpcId",
        "resourcesSet.items.0.resourceId",
    ),
    "ecr": ("repository.repositoryArn", "repositoryName"),
    "ecs": ("service.serviceArn", "task", "cluster.clusterArn"),
    "eks": ("cluster.arn",),
    "elasticloadbalancing": (
        "loadBalancers.0.loadBalancerArn",
        "loadBalancerArn",
        "targetGroupArn",
        "listenerArn",
        "loadBalancerName",
    ),
    "events": ("ruleArn",),
    "iam": (
        "user.arn",
        "role.arn",
        "policy.arn",
        "userName",
        "roleName",
        "policyArn",
        "accessKey.accessKeyId",
        "accessKeyId",
    ),
    "kms": ("keyId",),
    "lambda": ("functionName",),
    "logs": ("logGroupName",),
    "monitoring": ("alarmName",),
    "rds": ("dBInstanceIdentifier", "dBClusterIdentifier", "dBSnapshotIdentifier"),
    "redshift": ("clusterIdentifier",),
    "s3": ("bucketName",),
    "secretsmanager": ("aRN", "secretId"),
    "sns": ("topicArn",),
    "sqs": ("queueUrl", "queueName"),
    "states": ("stateMachineArn", "executionArn"),
    "sts": ("roleArn",),
}

#: where other events' details name theirs; else it is the first of the event's resources
_EVENTS = {
    "aws.access-analyzer": "resource",
    "aws.autoscaling": "EC2InstanceId",
    "aws.backup": "resourceArn",
    "aws.config": "resourceId",
    "aws.glue": "jobName",
    "aws.guardduty": "resource",
    "aws.health": "affectedEntities.0.entityValue",
    "aws.inspector2": "resources.0.id",
    "aws.macie": "resourcesAffected.s3Bucket.arn",
    "aws.securityhub": "findings.0.Resources.0.Id",
    "aws.trustedadvisor": "resource_id",
}

#: GuardDuty says which of a finding's many resources it is about
_FINDINGS = {
    "AccessKey": "accessKeyDetails.accessKeyId",
    "Container": "containerDetails.id",
    "ECSCluster": "ecsClusterDetails.arn",
    "EKSCluster": "eksClusterDetails.arn",
    "Instance": "instanceDetails.instanceId",
    "Lambda": "lambdaDetails.functionArn",
    "RDSDBInstance": "rdsDbInstanceDetails.dbInstanceArn",
    "S3Bucket": "s3BucketDetails.0.arn",
}


def in_alarm(alarm: dict[str, Any]) -> Place:
    """The resource whose metric an alarm watches, else the alarm.

    A dimension on which its metrics disagree names none.
    """
    dimensions = {
        name: value for name, value in alarm["dimensions"].items() if name not in alarm["ambiguous"]
    }
    if {"ClusterName", "ServiceName"} <= dimensions.keys():
        return "ServiceName", f"{dimensions['ClusterName']}/{dimensions['ServiceName']}"
    named = ((name, dimensions[name]) for name in _DIMENSIONS if dimensions.get(name))
    return next(named, ("", alarm["arn"]))


def in_call(event: Event) -> Place | None:
    """The resource of an API call that CloudTrail recorded, if the record names it."""
    detail = event.envelope["detail"]
    service = (word(detail, "eventSource") or "").removesuffix(".amazonaws.com")
    if recorded := word(detail, "resources.0.ARN"):
        return "", recorded
    paths = _by_name(_CALLS.get(service, ()), word(detail, "eventName") or "")
    for path in paths:
        for part in ("requestParameters", "responseElements"):
            if value := word(detail, f"{part}.{path}"):
                return path.rpartition(".")[2], value
    return None


def _by_name(paths: Iterable[str], call: str) -> list[str]:
    """Those paths first whose noun is in the call's name: CreateSnapshot is of a snapshot."""
    return sorted(paths, key=lambda path: _noun(path) not in call.lower())


def _noun(path: str) -> str:
    stem = re.sub(r"\.?(Id|Identifier|Name|arn|Arn|ARN|Url)$", "", path)
    return stem.rpartition(".")[2].lower()


def in_event(event: Event) -> Place | None:
    """The resource that a service's own event names in its detail, if it does."""
    envelope = event.envelope
    path = _EVENTS.get(envelope["source"])
    if path is None:
        return None
    if envelope["source"] == "aws.guardduty":
        path = _finding(envelope["detail"], path)
    value = word(envelope["detail"], path)
    if value is None:
        return None
    kind = word(envelope["detail"], "resourceType") if envelope["source"] == "aws.config" else None
    return kind or path.rpartition(".")[2], value


def _finding(detail: dict[str, Any], path: str) -> str:
    about = dig(detail, f"{path}.resourceType")
    return f"{path}.{_FINDINGS.get(about, '') if isinstance(about, str) else ''}"
