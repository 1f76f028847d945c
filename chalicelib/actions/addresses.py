"""Which addresses an HTTP request may reach: public ones, and networks that the rule names. Pure.

What counts is the address that is connected to, after resolution, however it was written:
a name, decimal, octal, mapped into IPv6.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from chalicelib.errors import StepError

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
#: IPv4 behind a translator: the last 32 bits are where it really goes
_NAT64 = IPv6Network("64:ff9b::/96")


def is_named(address: str, networks: Iterable[str]) -> bool:
    """Whether the address lies in one of the networks. Raises StepError for what is no CIDR."""
    real = _real(address)
    return any(real in network for network in map(_network, networks))


def is_public(address: str) -> bool:
    """Whether anyone on the Internet could reach the address, too."""
    real = _real(address)
    if isinstance(real, IPv6Address) and real not in _GLOBAL_UNICAST:
        return False
    return real.is_global and not real.is_multicast


def _real(address: str) -> Address:
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return parsed
    if parsed in _NAT64:
        return IPv4Address(int(parsed) & 0xFFFF_FFFF)
    return parsed.ipv4_mapped or parsed.sixtofour or parsed


def _network(text: str) -> IPv6Network | IPv4Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise StepError(
            "InvalidNetwork", f"found {text!r} in networks; expected a CIDR block, as 10.0.0.0/8"
        ) from None
