"""Actions on ECS services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.actions.base import Permission, Tools, action
from chalicelib.actions.paging import read
from chalicelib.errors import StepError

_SERVICE = "arn:{partition}:ecs:{region}:{account}:service/{cluster}/{service}"
_REVISION = "arn:{partition}:ecs:{region}:{account}:service-revision/{cluster}/{service}/*"


#: DescribeServiceRevisions takes so many
_REVISIONS = 20


@action(
    "ecs.force_deployment",
    effect="idempotent",
    permissions=(
        Permission("ecs:DescribeServices", _SERVICE),
        Permission("ecs:UpdateService", _SERVICE),
    ),
)
def force_deployment(tools: Tools, *, cluster: str, service: str) -> dict[str, Any]:
    """Start a service's tasks anew, from the task definition that it has.

    Tasks are replaced as the service's deployment configuration says, so that it stays up.
    Where the tag of an image has moved, the new tasks run the new image. The step ends when
    the deployment has begun, not when it is through. Repeated after a crash it deploys once
    more, to the same end.

    With:
        cluster: The cluster's name.
        service: The service's name.

    Returns:
        `service`, its ARN; `deployment`, the new deployment's id; `task_definition`, its ARN.

    Example:
        then:
          - do: ecs.force_deployment
            with: {cluster: shop, service: checkout}
    """
    client = tools.client("ecs")
    _running(client, cluster, service)
    answer = client.update_service(cluster=cluster, service=service, forceNewDeployment=True)
    return _begun(answer["service"])


@action(
    "ecs.roll_back_deployment",
    effect="idempotent",
    permissions=(
        Permission("ecs:DescribeServices", _SERVICE),
        Permission("ecs:ListServiceDeployments", _SERVICE),
        Permission("ecs:DescribeServiceRevisions", _SERVICE),
        Permission("ecs:DescribeServiceRevisions", _REVISION),
        Permission("ecs:UpdateService", _SERVICE),
    ),
)
def roll_back_deployment(
    tools: Tools, *, cluster: str, service: str, completed: bool = False
) -> dict[str, Any]:
    """Take a service back to the task definition that last ran well.

    That is the one of the newest deployment that ECS records as successful; it keeps that
    record for 90 days. Only the task definition goes back: the desired count, the network and
    all else that was changed with the deployment stay. The step ends when the deployment back
    has begun.

    A service is left alone where its deployment went through, unless `completed`; and where it
    runs a task definition that went through before, as when it is on its way back already.
    Rolling back never goes forward: with `completed`, an older revision is taken. Services
    that CodeDeploy or an external controller deploys are refused.

    With:
        cluster: The cluster's name.
        service: The service's name.
        completed: Also take back a deployment that has gone through, as after an alarm.

    Returns:
        `service`, its ARN; `changed`; `from` and `to`, task definitions; `deployment`, the new
        deployment's id. Where not `changed`: `reason`.

    Example:
        let:
          path: split(event.resources[0], '/')
        then:
          - id: back
            do: ecs.roll_back_deployment
            with: {cluster: "${path[1]}", service: "${path[2]}"}
    """
    client = tools.client("ecs")
    found = _running(client, cluster, service)
    primary = next(one for one in found["deployments"] if one["status"] == "PRIMARY")
    present, through = primary["taskDefinition"], primary.get("rolloutState") == "COMPLETED"
    kept = {"service": found["serviceArn"], "changed": False, "from": present, "to": present}
    if through and not completed:
        return kept | {"reason": "the present deployment has gone through"}
    stable = list(_stable(client, cluster, service))
    if present in stable and not through:
        return kept | {"reason": "the present task definition is one that went through before"}
    target = _target(stable, present if through else None, found["serviceArn"])
    answer = client.update_service(cluster=cluster, service=service, taskDefinition=target)
    begun = _begun(answer["service"])
    return kept | {"changed": True, "to": target, "deployment": begun["deployment"]}


def _running(client: Any, cluster: str, service: str) -> dict[str, Any]:
    answer = client.describe_services(cluster=cluster, services=[service])
    for failure in answer["failures"]:
        raise StepError(
            "ServiceNotFoundException", f"{service} in {cluster}: {failure.get('reason')}"
        )
    found: dict[str, Any] = answer["services"][0]
    controller = found.get("deploymentController", {}).get("type", "ECS")
    if found["status"] != "ACTIVE" or controller != "ECS":
        raise StepError(
            "ServiceNotActiveException",
            f"{service} in {cluster} is {found['status']}, deployed by {controller}; "
            "expected it ACTIVE, and deployed by ECS itself",
        )
    return found


def _stable(client: Any, cluster: str, service: str) -> Iterator[str]:
    """The task definitions of the deployments that went through, the newest first."""
    wanted = {"cluster": cluster, "service": service, "status": ["SUCCESSFUL"]}
    deployments = read(client, "list_service_deployments", wanted)["serviceDeployments"]
    deployments.sort(key=lambda one: one["createdAt"], reverse=True)
    arns = list(dict.fromkeys(one["targetServiceRevisionArn"] for one in deployments))[:_REVISIONS]
    if not arns:
        return
    answer = client.describe_service_revisions(serviceRevisionArns=arns)
    revisions = {one["serviceRevisionArn"]: one for one in answer["serviceRevisions"]}
    for arn in arns:
        if arn in revisions:
            yield revisions[arn]["taskDefinition"]


def _target(stable: list[str], behind: str | None, arn: str) -> str:
    """The first of them, or the first that is older than `behind`."""
    for candidate in stable:
        if behind is None or _is_older(candidate, behind):
            return candidate
    raise StepError(
        "NothingStable",
        f"{arn}: ECS records no successful deployment in the last 90 days to go back to",
    )


def _is_older(candidate: str, present: str) -> bool:
    """By revision number; of another family, by having gone through at all."""
    (family, revision), (ours, number) = (arn.rsplit(":", 1) for arn in (candidate, present))
    return family != ours or int(revision) < int(number)


def _begun(service: dict[str, Any]) -> dict[str, Any]:
    primary = next(one for one in service["deployments"] if one["status"] == "PRIMARY")
    return {
        "service": service["serviceArn"],
        "deployment": primary["id"],
        "task_definition": service["taskDefinition"],
    }
