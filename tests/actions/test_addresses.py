from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.actions.addresses import is_named, is_public
from chalicelib.errors import StepError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2001:0:1::1",
        "2001:db8::1",
        "fd00:ec2::254",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "100::1",
        "4000::1",
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "52.94.236.248", "::ffff:8.8.8.8", "2606:4700::1111", "2a05:d018::1",
     "64:ff9b::808:808", "2002:808:808::"],
)  # fmt: skip
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "networks", "named"),
    [
        ("10.1.2.3", ["10.0.0.0/8"], True),
        ("10.1.2.3", ["192.168.0.0/16", "10.1.2.3/32"], True),
        ("10.1.2.3", ["10.1.2.3"], True),
        ("10.1.2.3", ["10.9.9.9/8"], True),
        ("::ffff:10.1.2.3", ["10.0.0.0/8"], True),
        ("fd00::1", ["fd00::/8"], True),
        ("10.1.2.3", [], False),
        ("10.1.2.3", ["fd00::/8"], False),
        ("169.254.169.254", ["10.0.0.0/8"], False),
    ],
)
def test_named(address: str, networks: list[str], *, named: bool) -> None:
    assert is_named(address, networks) is named


@pytest.mark.parametrize("network", ["10.0.0.0/33", "vpc", "", "10.0.0"])
def test_says_what_is_no_network(network: str) -> None:
    with pytest.raises(StepError) as raised:
        is_named("10.0.0.1", [network])
    assert str(raised.value) == (
        f"InvalidNetwork: found {network!r} in networks; expected a CIDR block, as 10.0.0.0/8"
    )


V4 = st.integers(0, 2**32 - 1).map(IPv4Address)


@given(V4)
def test_an_address_is_the_same_however_it_is_wrapped(address: IPv4Address) -> None:
    number = int(address)
    wrapped = (
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80),
    )
    assert {is_public(str(one)) for one in wrapped} == {is_public(str(address))}


@given(V4.filter(lambda address: address.is_private or address.is_multicast))
def test_nothing_private_is_public(address: IPv4Address) -> None:
    assert not is_public(str(address))
