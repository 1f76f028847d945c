"""Actions on EC2 instances: cut one off the network, and let it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.actions.aws_errors import in_our_words
from chalicelib.actions.base import Permission, Tools, action
from chalicelib.actions.paging import read
from chalicelib.errors import StepError

#: the tag of a network interface that says which groups it had; a value holds 256 characters
_BEFORE = "opsloop:groups-before"
_BY = "opsloop:quarantined-by"
_ROLE = {"Key": "opsloop:role", "Value": "quarantine"}
_GROUPS_IN_A_TAG = 12

_EC2 = "arn:{partition}:ec2:{region}:{account}:"
_INTERFACES = f"{_EC2}network-interface/*"
_GROUPS = f"{_EC2}security-group/*"
_INSTANCE = f"{_EC2}instance/{{instance}}"
_CREATING = {"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup"}}
_OURS = {"StringEquals": {"aws:ResourceTag/opsloop:role": "quarantine"}}


@action(
    "ec2.quarantine_instance",
    effect="idempotent",
    permissions=(
        Permission("ec2:DescribeNetworkInterfaces"),
        Permission("ec2:DescribeSecurityGroups"),
        Permission("ec2:CreateSecurityGroup", _GROUPS),
        Permission("ec2:CreateSecurityGroup", f"{_EC2}vpc/*"),
        Permission("ec2:CreateTags", _GROUPS, _CREATING),
        Permission("ec2:CreateTags", _INTERFACES),
        Permission("ec2:RevokeSecurityGroupIngress", _GROUPS, _OURS),
        Permission("ec2:RevokeSecurityGroupEgress", _GROUPS, _OURS),
        Permission("ec2:ModifyNetworkInterfaceAttribute", _INTERFACES),
        Permission("ec2:ModifyNetworkInterfaceAttribute", _GROUPS),
        Permission("autoscaling:DescribeAutoScalingInstances", where={"detach": True}),
        Permission(
            "autoscaling:DetachInstances",
            "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*",
            where={"detach": True},
        ),
    ),
    touches=(_INSTANCE,),
)
def quarantine_instance(
    tools: Tools,
    *,
    instance: str,
    group: str = "opsloop-quarantine",
    detach: bool = False,
) -> dict[str, Any]:
    """Cut an instance off the network, and keep it for the investigation.

    Every network interface of the instance gets one security group without any rule, in place
    of those it had. The group is made in the instance's VPC where it is missing, and carries
    the tag `opsloop:role: quarantine`; rules that someone put into it are removed. Which
    groups an interface had is kept in its tag `opsloop:groups-before`, before it changes:
    `ec2.release_instance` puts them back.

    What this does not do: connections that are open already are not cut where EC2 tracks them;
    they end when they fall silent. A member of an Auto Scaling group stops answering health
    checks, and is soon terminated with its evidence: `detach` takes it out first.

    With:
        instance: The instance's id.
        group: The name of the quarantine group.
        detach: Take the instance out of its Auto Scaling group first, which then starts
            another in its place.

    Returns:
        `instance`; `changed`, false where all interfaces were isolated already; `previous`, the
        groups that each changed interface had; `detached_from`, the Auto Scaling group or null.

    Example:
        then:
          - id: isolate
            do: ec2.quarantine_instance
            with:
              instance: ${event.detail.resource.instanceDetails.instanceId}
              detach: true
    """
    client = tools.client("ec2")
    interfaces = _interfaces(client, instance)
    detached = _detach(tools, instance) if detach else None
    groups = {one["VpcId"]: "" for one in interfaces}
    for vpc in groups:
        groups[vpc] = _group(client, vpc, group)
    previous = {}
    for interface in interfaces:
        if others := _isolate(tools, client, interface, groups[interface["VpcId"]]):
            previous[interface["NetworkInterfaceId"]] = others
    return {
        "instance": instance,
        "changed": bool(previous) or detached is not None,
        "previous": previous,
        "detached_from": detached,
    }


@action(
    "ec2.release_instance",
    effect="idempotent",
    permissions=(
        Permission("ec2:DescribeNetworkInterfaces"),
        Permission("ec2:ModifyNetworkInterfaceAttribute", _INTERFACES),
        Permission("ec2:ModifyNetworkInterfaceAttribute", _GROUPS),
        Permission("ec2:DeleteTags", _INTERFACES),
    ),
    touches=(_INSTANCE,),
)
def release_instance(tools: Tools, *, instance: str) -> dict[str, Any]:
    """Let a quarantined instance back on the network, with the groups that it had.

    The groups are those that `ec2.quarantine_instance` kept in each interface's tag; an
    interface without that tag is left alone. An Auto Scaling group that the instance was
    taken out of does not get it back.

    With:
        instance: The instance's id.

    Returns:
        `instance`; `changed`; `groups`, those that each released interface has again.

    Example:
        then:
          - do: ec2.release_instance
            with: {instance: "${event.detail.instance}"}
    """
    client = tools.client("ec2")
    released = {}
    for interface in _interfaces(client, instance):
        tags = {tag["Key"]: tag["Value"] for tag in interface["TagSet"]}
        groups = " ".join(tags[key] for key in sorted(tags) if key.startswith(_BEFORE)).split()
        if groups:
            name = interface["NetworkInterfaceId"]
            _release(client, name, groups, [key for key in tags if key.startswith((_BEFORE, _BY))])
            released[name] = groups
    return {"instance": instance, "changed": bool(released), "groups": released}


def _interfaces(client: Any, instance: str) -> list[dict[str, Any]]:
    wanted = [{"Name": "attachment.instance-id", "Values": [instance]}]
    answer = read(client, "describe_network_interfaces", {"Filters": wanted})
    # a filter takes wildcards: `*` in an event would be every instance of the account
    found = [
        one for one in answer["NetworkInterfaces"] if one["Attachment"]["InstanceId"] == instance
    ]
    if not found:
        raise StepError(
            "NoNetworkInterface",
            f"{instance} has no network interface: terminated, or not in this account and region",
        )
    return sorted(found, key=lambda one: str(one["NetworkInterfaceId"]))


def _group(client: Any, vpc: str, name: str) -> str:
    """The id of the VPC's quarantine group, without any rules, made where it is missing."""
    wanted = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": [name]}]
    answer = client.describe_security_groups(Filters=wanted)
    found = [one for one in answer["SecurityGroups"] if one["GroupName"] == name]
    if not found:
        made = _create_group(client, vpc, name)
        found = client.describe_security_groups(GroupIds=[made])["SecurityGroups"]
    group = found[0]
    if _ROLE not in group.get("Tags", []):
        raise StepError(
            "NotAQuarantineGroup",
            f"{group['GroupId']} in {vpc} is named {name!r} but not tagged {_ROLE['Key']}: "
            f"{_ROLE['Value']}; tag it so if its rules may be removed, or name another `group`",
        )
    _empty(client, group)
    return str(group["GroupId"])


def _create_group(client: Any, vpc: str, name: str) -> str:
    """Make the group; of two executions at once the second finds what the first made."""
    try:
        with in_our_words():
            answer = client.create_security_group(
                GroupName=name,
                Description="No traffic in or out: instances that opsloop isolated",
                VpcId=vpc,
                TagSpecifications=[{"ResourceType": "security-group", "Tags": [_ROLE]}],
            )
    except StepError as error:
        if error.code != "InvalidGroup.Duplicate":
            raise
        raise StepError(error.code, error.message, retryable=True) from error
    return str(answer["GroupId"])


def _empty(client: Any, group: dict[str, Any]) -> None:
    """Remove all rules: a new group comes with one that lets everything out."""
    name = group["GroupId"]
    if group["IpPermissions"]:
        client.revoke_security_group_ingress(GroupId=name, IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        client.revoke_security_group_egress(
            GroupId=name, IpPermissions=group["IpPermissionsEgress"]
        )


def _isolate(tools: Tools, client: Any, interface: dict[str, Any], group: str) -> list[str]:
    """Leave the interface no group but this; the others that it had, none if it had none."""
    name = interface["NetworkInterfaceId"]
    before = [one["GroupId"] for one in interface["Groups"]]
    others = [one for one in before if one != group]
    if not others:
        return []
    # where the group is there already, the tags tell of the time before it
    if group not in before:
        by = {"Key": _BY, "Value": f"{tools.rule}/{tools.execution}"}
        client.create_tags(Resources=[name], Tags=[*_kept(before), by])
    client.modify_network_interface_attribute(NetworkInterfaceId=name, Groups=[group])
    return others


def _kept(groups: list[str]) -> Iterable[dict[str, str]]:
    """The groups as tags: the names sort in the order of the groups."""
    for start in range(0, len(groups), _GROUPS_IN_A_TAG):
        number = start // _GROUPS_IN_A_TAG
        key = _BEFORE if number == 0 else f"{_BEFORE}-{number + 1}"
        yield {"Key": key, "Value": " ".join(groups[start : start + _GROUPS_IN_A_TAG])}


def _release(client: Any, interface: str, groups: list[str], tags: list[str]) -> None:
    client.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=groups)
    client.delete_tags(Resources=[interface], Tags=[{"Key": key} for key in tags])


def _detach(tools: Tools, instance: str) -> str | None:
    client = tools.client("autoscaling")
    answer = client.describe_auto_scaling_instances(InstanceIds=[instance])
    for member in answer["AutoScalingInstances"]:
        name = str(member["AutoScalingGroupName"])
        client.detach_instances(
            InstanceIds=[instance],
            AutoScalingGroupName=name,
            ShouldDecrementDesiredCapacity=False,
        )
        return name
    return None
