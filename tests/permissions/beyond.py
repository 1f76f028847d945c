"""What MiniStack cannot judge, and why. The proof holds all of it to be true, and none missing."""

from __future__ import annotations

from collections.abc import Mapping

_LAMBDA = "Lambda itself does it, in the function's name"
_SERVICE = "a service asks for it in the caller's name; MiniStack's services ask nobody"
_TAGGING = "TagResources asks for it beside its own permission; MiniStack's asks nobody"
_CLUSTER = "MiniStack takes the cluster for the resource of every call to ECS"
_BY_ID = "MiniStack takes no resource from the call's ids, nor knows who else asks for tags"
_TAGS = "MiniStack does not see the tags that the security group has"

#: of what a policy denies
DENIED = "the function holds itself back before it asks"

#: calls that it refuses under a policy under which AWS would not
WRONGLY_REFUSED: frozenset[str] = frozenset(
    {
        "ec2.CreateTags",
        "ec2.DeleteTags",
        "ec2.RevokeSecurityGroupEgress",
        "ec2.RevokeSecurityGroupIngress",
        "ecs.DescribeServiceRevisions",
        "ecs.DescribeServices",
        "ecs.ListServiceDeployments",
        "ecs.UpdateService",
        "iam.GetAccessKeyLastUsed",
    }
)

#: IAM actions that it asks for wrongly, or not at all
BEYOND: Mapping[str, str] = {
    "dynamodb:TagResource": _TAGGING,
    "ec2:AssignPrivateIpAddresses": _LAMBDA,
    "ec2:CreateNetworkInterface": _LAMBDA,
    "ec2:CreateTags": _BY_ID,
    "ec2:DeleteNetworkInterface": _LAMBDA,
    "ec2:DeleteTags": _BY_ID,
    "ec2:RevokeSecurityGroupEgress": _TAGS,
    "ec2:RevokeSecurityGroupIngress": _TAGS,
    "ec2:UnassignPrivateIpAddresses": _LAMBDA,
    "ec2:DescribeNetworkInterfaces": _LAMBDA,
    "ec2:DescribeSubnets": _LAMBDA,
    "ecs:DescribeServiceRevisions": _CLUSTER,
    "ecs:DescribeServices": _CLUSTER,
    "ecs:ListServiceDeployments": _CLUSTER,
    "ecs:TagResource": _TAGGING,
    "ecs:UpdateService": _CLUSTER,
    "elasticloadbalancing:AddTags": _TAGGING,
    "kms:Decrypt": _SERVICE,
    "kms:GenerateDataKey": _SERVICE,
    "kms:TagResource": _TAGGING,
    "lambda:TagResource": _TAGGING,
    "logs:CreateLogGroup": _LAMBDA,
    "logs:CreateLogStream": _LAMBDA,
    "logs:PutLogEvents": _LAMBDA,
    "logs:TagResource": _TAGGING,
    "rds:AddTagsToResource": _TAGGING,
    "s3:GetBucketTagging": _TAGGING,
    "s3:PutBucketTagging": _TAGGING,
    "secretsmanager:TagResource": _TAGGING,
    "sns:TagResource": _TAGGING,
    "sqs:SendMessage": _LAMBDA,
    "sqs:TagQueue": _TAGGING,
    "xray:PutTelemetryRecords": _LAMBDA,
    "xray:PutTraceSegments": _LAMBDA,
}
