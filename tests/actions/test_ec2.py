from typing import Any

import pytest

from chalicelib.actions.base import WouldCall
from chalicelib.errors import StepError
from tests.actions.world import EXECUTION, World

QUARANTINE = "opsloop-quarantine"
ROLE = {"Key": "opsloop:role", "Value": "quarantine"}


class Network:
    """A VPC with an instance on two interfaces, each in groups of its own."""

    def __init__(self, aws: World) -> None:
        self.ec2 = aws.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24")["Subnet"][
            "SubnetId"
        ]
        self.web, self.db = self.group("web"), self.group("db")
        interfaces = [
            {"DeviceIndex": 0, "SubnetId": self.subnet, "Groups": [self.web, self.db]},
            {"DeviceIndex": 1, "SubnetId": self.subnet, "Groups": [self.db]},
        ]
        made = self.ec2.run_instances(
            ImageId="ami-1", MinCount=1, MaxCount=1, NetworkInterfaces=interfaces
        )
        self.instance = made["Instances"][0]["InstanceId"]

    def group(self, name: str) -> str:
        made: str = self.ec2.create_security_group(GroupName=name, Description="d", VpcId=self.vpc)[
            "GroupId"
        ]
        return made

    def interfaces(self) -> list[dict[str, Any]]:
        wanted = [{"Name": "attachment.instance-id", "Values": [self.instance]}]
        found = self.ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
        return sorted(found, key=lambda one: str(one["NetworkInterfaceId"]))

    def groups(self) -> dict[str, list[str]]:
        return {
            one["NetworkInterfaceId"]: sorted(group["GroupId"] for group in one["Groups"])
            for one in self.interfaces()
        }

    def tags(self) -> list[dict[str, str]]:
        return [{tag["Key"]: tag["Value"] for tag in one["TagSet"]} for one in self.interfaces()]

    def quarantine(self, name: str = QUARANTINE) -> dict[str, Any]:
        wanted = [{"Name": "group-name", "Values": [name]}]
        (found,) = self.ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
        return dict(found)


@pytest.fixture
def network(aws: World) -> Network:
    return Network(aws)


def test_isolates_every_interface(aws: World, network: Network) -> None:
    before = network.groups()
    result = aws.do("ec2.quarantine_instance", {"instance": network.instance})
    group = network.quarantine()
    assert (
        group["VpcId"],
        group["IpPermissions"],
        group["IpPermissionsEgress"],
        group["Tags"],
    ) == (
        network.vpc,
        [],
        [],
        [ROLE],
    )
    assert network.groups() == {name: [group["GroupId"]] for name in before}
    previous = {name: sorted(groups) for name, groups in result.pop("previous").items()}
    assert result == {"instance": network.instance, "changed": True, "detached_from": None}
    assert previous == before


def test_again_it_changes_nothing(aws: World, network: Network) -> None:
    aws.do("ec2.quarantine_instance", {"instance": network.instance})
    aws.sent.clear()
    again = aws.do("ec2.quarantine_instance", {"instance": network.instance})
    assert again == {
        "instance": network.instance,
        "changed": False,
        "previous": {},
        "detached_from": None,
    }
    assert aws.effects() == []


def test_what_was_is_written_down_before_it_changes(aws: World, network: Network) -> None:
    aws.do("ec2.quarantine_instance", {"instance": network.instance})
    tagged = aws.sent.index("ec2.create_tags")
    assert tagged < aws.sent.index("ec2.modify_network_interface_attribute")
    assert {tags["opsloop:quarantined-by"] for tags in network.tags()} == {
        f"close-bucket/{EXECUTION}"
    }


def test_releases_it_with_the_groups_that_it_had(aws: World, network: Network) -> None:
    before = network.groups()
    aws.do("ec2.quarantine_instance", {"instance": network.instance})
    result = aws.do("ec2.release_instance", {"instance": network.instance})
    released = {name: sorted(groups) for name, groups in result.pop("groups").items()}
    assert (result, released) == ({"instance": network.instance, "changed": True}, before)
    assert (network.groups(), network.tags()) == (before, [{}, {}])
    again = aws.do("ec2.release_instance", {"instance": network.instance})
    assert again == {"instance": network.instance, "changed": False, "groups": {}}


def test_a_group_that_was_added_since_does_not_hide_the_first_ones(
    aws: World, network: Network
) -> None:
    before = network.groups()
    aws.do("ec2.quarantine_instance", {"instance": network.instance})
    name, quarantine = next(iter(before)), network.quarantine()["GroupId"]
    network.ec2.modify_network_interface_attribute(
        NetworkInterfaceId=name, Groups=[quarantine, network.web]
    )
    second = aws.do("ec2.quarantine_instance", {"instance": network.instance})
    assert second["previous"] == {name: [network.web]}
    aws.do("ec2.release_instance", {"instance": network.instance})
    assert network.groups() == before


def test_after_a_crash_between_tag_and_change_it_goes_on(aws: World, network: Network) -> None:
    before = network.groups()
    denied = {
        "Error": {"Code": "InternalError", "Message": "crash"},
        "ResponseMetadata": {"HTTPStatusCode": 500},
    }
    aws.answer("ec2", "ModifyNetworkInterfaceAttribute", denied, None)
    with pytest.raises(StepError, match="InternalError"):
        aws.do("ec2.quarantine_instance", {"instance": network.instance})
    assert (network.groups(), list(network.tags()[0])) == (
        before,
        ["opsloop:groups-before", "opsloop:quarantined-by"],
    )
    assert aws.do("ec2.quarantine_instance", {"instance": network.instance})["changed"]
    aws.do("ec2.release_instance", {"instance": network.instance})
    assert network.groups() == before


def test_many_groups_need_many_tags(aws: World, network: Network) -> None:
    groups = [network.group(f"g{number:02}") for number in range(16)]
    for interface in network.interfaces():
        network.ec2.modify_network_interface_attribute(
            NetworkInterfaceId=interface["NetworkInterfaceId"], Groups=groups
        )
    aws.do("ec2.quarantine_instance", {"instance": network.instance})
    kept = [{key: len(value) for key, value in tags.items()} for tags in network.tags()]
    assert [max(tags.values()) <= 256 for tags in kept] == [True, True]
    assert [sorted(tags) for tags in kept] == [
        ["opsloop:groups-before", "opsloop:groups-before-2", "opsloop:quarantined-by"]
    ] * 2
    aws.do("ec2.release_instance", {"instance": network.instance})
    assert network.groups() == dict.fromkeys(network.groups(), sorted(groups))


def test_rules_that_someone_put_into_the_group_are_removed(aws: World, network: Network) -> None:
    aws.do("ec2.quarantine_instance", {"instance": network.instance})
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    group = network.quarantine()["GroupId"]
    network.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=everything)
    network.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=everything)
    aws.do("ec2.quarantine_instance", {"instance": network.instance})
    found = network.quarantine()
    assert (found["IpPermissions"], found["IpPermissionsEgress"]) == ([], [])


def test_a_group_of_that_name_which_is_not_ours_is_left_alone(aws: World, network: Network) -> None:
    theirs, before = network.group("isolated"), network.groups()
    with pytest.raises(StepError) as raised:
        aws.do("ec2.quarantine_instance", {"instance": network.instance, "group": "isolated"})
    assert str(raised.value) == (
        f"NotAQuarantineGroup: {theirs} in {network.vpc} is named 'isolated' but not tagged "
        "opsloop:role: quarantine; tag it so if its rules may be removed, or name another `group`"
    )
    assert (aws.effects(), network.groups()) == ([], before)


def test_of_two_at_once_the_second_tries_again(aws: World, network: Network) -> None:
    taken = {
        "Error": {"Code": "InvalidGroup.Duplicate", "Message": "exists"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    aws.answer("ec2", "CreateSecurityGroup", taken)
    with pytest.raises(StepError) as raised:
        aws.do("ec2.quarantine_instance", {"instance": network.instance})
    assert (raised.value.code, raised.value.retryable) == ("InvalidGroup.Duplicate", True)


@pytest.mark.parametrize("name", ["ec2.quarantine_instance", "ec2.release_instance"])
def test_an_instance_that_is_not_there(aws: World, name: str) -> None:
    with pytest.raises(StepError) as raised:
        aws.do(name, {"instance": "i-0123456789abcdef0"})
    assert str(raised.value) == (
        "NoNetworkInterface: i-0123456789abcdef0 has no network interface: terminated, or not in "
        "this account and region"
    )


@pytest.mark.parametrize("do", ["ec2.quarantine_instance", "ec2.release_instance"])
@pytest.mark.parametrize("name", ["*", "i-*", "i-????????*"])
def test_a_wildcard_in_an_event_is_no_instance(
    aws: World, network: Network, do: str, name: str
) -> None:
    """EC2's filters take it for all of them."""
    aws.do("ec2.quarantine_instance", {"instance": Network(aws).instance})
    before = network.groups(), network.tags()
    with pytest.raises(StepError) as caught:
        aws.do(do, {"instance": name})
    assert caught.value.code == "NoNetworkInterface"
    assert (network.groups(), network.tags()) == before


def test_a_dry_run_says_its_first_effect(aws: World, network: Network) -> None:
    before = network.groups()
    tools = aws.tools(dry_run=True)
    with pytest.raises(WouldCall) as raised:
        aws.do("ec2.quarantine_instance", {"instance": network.instance}, tools)
    assert raised.value.as_dict() == {
        "would_call": "ec2.create_security_group",
        "parameters": {
            "GroupName": QUARANTINE,
            "Description": "No traffic in or out: instances that opsloop isolated",
            "VpcId": network.vpc,
            "TagSpecifications": [{"ResourceType": "security-group", "Tags": [ROLE]}],
        },
    }
    assert (aws.effects(), network.groups()) == ([], before)


def _scaled(aws: World, network: Network) -> str:
    """An instance that an Auto Scaling group started."""
    scaling = aws.client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="l", ImageId="ami-1", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchConfigurationName="l",
        MinSize=1,
        MaxSize=2,
        VPCZoneIdentifier=network.subnet,
    )
    member: str = scaling.describe_auto_scaling_instances()["AutoScalingInstances"][0]["InstanceId"]
    return member


def test_takes_it_out_of_its_auto_scaling_group_first(aws: World, network: Network) -> None:
    network.instance = _scaled(aws, network)
    given = {"instance": network.instance, "detach": True}
    result = aws.do("ec2.quarantine_instance", given)
    assert (result["changed"], result["detached_from"]) == (True, "web")
    assert aws.effects()[0] == "auto-scaling.detach_instances"
    members = aws.client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"]
    assert network.instance not in {member["InstanceId"] for member in members}
    assert len(members) == 1
    again = aws.do("ec2.quarantine_instance", given)
    assert (again["changed"], again["detached_from"]) == (False, None)
