"""The tags of resources of any service, by ARN."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from chalicelib.actions.base import Permission, Tools, action
from chalicelib.actions.paging import read as all_pages
from chalicelib.errors import StepError
from chalicelib.partitions import global_region

#: TagResources takes so many ARNs at once
_AT_ONCE = 20
#: and GetResources so many
_READ_AT_ONCE = 100

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


@action("tags.read", effect="read", permissions=(Permission("tag:GetResources"),))
def read(tools: Tools, *, resources: list[str]) -> dict[str, Any]:
    """Read the tags of resources, whatever their services.

    It is the service for tags that answers (Resource Groups Tagging API), which knows most
    kinds of resource, but neither users nor roles, and lags behind a change by some seconds. A
    resource that never had a tag is unknown to it, like one that does not exist.

    With:
        resources: The resources' ARNs, of this account.

    Returns:
        A map: for each ARN that is known, its tags as a map.

    Example:
        facts:
          tags:
            do: tags.read
            with: {resources: ["${resource.arn}"]}
    """
    found: dict[str, Any] = {}
    for region, arns in _by_region(tools, resources).items():
        client = tools.client("resourcegroupstaggingapi", region=region)
        for some in _chunks(arns):
            for one in all_pages(client, "get_resources", {"ResourceARNList": some})[
                "ResourceTagMappingList"
            ]:
                tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
                found[one["ResourceARN"]] = tags
    return found


def _by_region(tools: Tools, arns: list[str]) -> dict[str, list[str]]:
    """The ARNs by where their tags are known; a bucket's ARN does not say where it is."""
    regions: dict[str, list[str]] = {}
    for arn in dict.fromkeys(arns):
        _, _, service, region, *_ = (*arn.split(":", 5), "", "", "", "")
        elsewhere = tools.region if service == "s3" else global_region(tools.partition)
        regions.setdefault(region or elsewhere, []).append(arn)
    return regions


def _chunks(arns: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(arns), _READ_AT_ONCE):
        yield arns[start : start + _READ_AT_ONCE]


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
