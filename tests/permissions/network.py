"""An instance on its network, and a quarantine group that is no longer one."""

from __future__ import annotations

from tests.permissions.account import Account


def instance_of(account: Account) -> str:
    """A new instance with one network interface, in the default security group.

    MiniStack makes no interface with an instance, so it gets one afterwards.
    """
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.run_instances(ImageId="ami-0abcdef1", MinCount=1, MaxCount=1, SubnetId=subnet)
    instance: str = made["Instances"][0]["InstanceId"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    name = interface["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=name, InstanceId=instance, DeviceIndex=1)
    return instance


def open_quarantine(account: Account, instance: str) -> None:
    """A quarantine group in the instance's network, which somebody has opened since."""
    ec2 = account.client("ec2")
    found = ec2.describe_instances(InstanceIds=[instance])
    vpc = found["Reservations"][0]["Instances"][0]["VpcId"]
    made = ec2.create_security_group(GroupName="opsloop-quarantine", Description="d", VpcId=vpc)
    group = made["GroupId"]
    ec2.create_tags(Resources=[group], Tags=[{"Key": "opsloop:role", "Value": "quarantine"}])
    anybody = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[anybody])
