"""Where events name the resource that they are about: tables, and how to read them.

Each finder gives a field's name and the id or ARN in it; `arns` says what that is. `names`
calls it. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chalicelib.events.event import Event
from chalicelib.events.shape import word

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

#: where CloudTrail's records name a service's resource, below request and response;
#: `path@type` where the field's name does not say the type
_CALLS = {
    "acm": ("certificateArn",),
    "autoscaling": ("autoScalingGroupName",),
    "cloudformation": ("stackId", "stackName"),
    "cloudtrail": ("trailARN", "name@cloudtrail:trail"),
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
        "keyName@ec2:key-pair",
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
    "organizations": ("accountId@organizations:account",),
    "rds": ("dBInstanceIdentifier", "dBClusterIdentifier", "dBSnapshotIdentifier"),
    "redshift": ("clusterIdentifier",),
    "s3": ("bucketName",),
    "secretsmanager": ("aRN", "secretId@secretsmanager:secret"),
    "sns": ("topicArn",),
    "sqs": ("queueUrl", "queueName"),
    "states": ("stateMachineArn", "executionArn"),
    "sts": ("roleArn",),
}

#: where other events' details name theirs; else it is the first of the event's resources
_EVENTS = {
    "aws.access-analyzer": ("resource",),
    "aws.athena": ("workgroupName@athena:workgroup",),
    "aws.autoscaling": ("EC2InstanceId",),
    "aws.backup": ("resourceArn",),
    "aws.ec2": ("instance-id",),
    "aws.ecr": ("repository-name@ecr:repository",),
    "aws.emr": ("clusterId",),
    "aws.glue": ("jobName", "crawlerName"),
    "aws.health": ("affectedEntities.0.entityValue",),
    "aws.inspector2": ("resources.0.id",),
    "aws.macie": ("resourcesAffected.s3Bucket.arn",),
    "aws.securityhub": ("findings.0.Resources.0.Id",),
    "aws.synthetics": ("canary-name@synthetics:canary",),
    "aws.trustedadvisor": ("resource_id",),
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
    calls = _by_name(_CALLS.get(service, ()), word(detail, "eventName") or "")
    parts = (detail.get("requestParameters"), detail.get("responseElements"))
    places = (_place(part, path) for path in calls for part in parts)
    return next((place for place in places if place), None)


def _place(part: object, path: str) -> Place | None:
    path, _, kind = path.partition("@")
    value = word(part, path)
    return (kind or path.rpartition(".")[2], value) if value else None


def _by_name(paths: Iterable[str], call: str) -> list[str]:
    """Those paths first whose noun is in the call's name: CreateSnapshot is of a snapshot."""
    return sorted(paths, key=lambda path: _noun(path) not in call.lower())


def _noun(path: str) -> str:
    stem = re.sub(r"\.?(id|identifier|name|arn|url)$", "", path.partition("@")[0].lower())
    return stem.rpartition(".")[2]


def in_event(event: Event) -> Place | None:
    """The resource that a service's own event names in its detail, if it does."""
    source, detail = event.envelope["source"], event.envelope["detail"]
    if source == "aws.config":
        path = f"resourceId@{word(detail, 'resourceType') or ''}"
        return _place(detail, path)
    paths = _finding(detail) if source == "aws.guardduty" else _EVENTS.get(source, ())
    return next((place for path in paths if (place := _place(detail, path))), None)


def _finding(detail: dict[str, Any]) -> tuple[str, ...]:
    path = _FINDINGS.get(word(detail, "resource.resourceType") or "")
    return (f"resource.{path}",) if path else ()
