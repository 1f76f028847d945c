"""Tagging resources of any service, by ARN."""

from __future__ import annotations

from typing import Any, Literal

from chalicelib.actions.base import Permission, Tools, action
from chalicelib.errors import StepError

#: TagResources takes so many ARNs at once
_AT_ONCE = 20

Service = Literal[
    "dynamodb",
    "ec2",
    "ecs",
    "elasticloadbalancing",
    "kms",
    "lambda",
    "logs",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
]

#: what TagResources needs of the caller beside its own permission, by service
_SERVICE_ACTIONS: dict[str, tuple[str, ...]] = {
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


@action(
    "tags.apply",
    effect="idempotent",
    permissions=(
        Permission("tag:TagResources"),
        *(
            Permission(name, "{resources}", where={"service": service})
            for service, names in _SERVICE_ACTIONS.items()
            for name in names
        ),
    ),
    own={"service": "value"},
)
def apply(
    tools: Tools, *, service: Service, resources: list[str], tags: dict[str, str]
) -> dict[str, Any]:
    """Put tags on resources; tags of other names stay as they are.

    A resource that could not be tagged fails the step, and is named; those before it keep
    their tags, and a repetition does no harm. Whether the tags are there already is not
    asked: the service that knows lags behind by minutes, and tagging again changes nothing.

    With:
        service: The service whose resources these are, as their ARNs name it; the rule gets
            the permission to tag this service's resources only.
        resources: The resources' ARNs, all of this service and of this region.
        tags: The tags to put, at most 50.

    Returns:
        `tagged`, the ARNs that have the tags now.

    Example:
        then:
          - do: tags.apply
            with:
              service: ec2
              resources: ["arn:${partition}:ec2:${region}:${account}:instance/${resource.id}"]
              tags: {created-by: "${actor.name}"}
    """
    arns = list(dict.fromkeys(resources))
    for arn in arns:
        _check(arn, service)
    client = tools.client("resourcegroupstaggingapi")
    failed: dict[str, Any] = {}
    for start in range(0, len(arns), _AT_ONCE):
        some = arns[start : start + _AT_ONCE]
        failed |= client.tag_resources(ResourceARNList=some, Tags=tags)["FailedResourcesMap"]
    if failed:
        raise _failure(failed, len(arns))
    return {"tagged": arns}


def _check(arn: str, service: str) -> None:
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != service:  # noqa: PLR2004 - an ARN's
        raise StepError("InvalidARN", f"found {arn!r}; expected the ARN of a resource of {service}")


def _failure(failed: dict[str, Any], tried: int) -> StepError:
    arn, reason = next(iter(failed.items()))
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    return StepError(
        reason.get("ErrorCode", "NotTagged"),
        f"{len(failed)} of {tried} not tagged: {arn}: {reason.get('ErrorMessage')}{more}",
        retryable=all(one.get("StatusCode", 0) >= 500 for one in failed.values()),  # noqa: PLR2004
    )
