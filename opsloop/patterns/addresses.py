"""IP addresses and CIDR blocks as AWS's engine reads them; imports the standard library only.

Called by operators. More lenient than `ipaddress`: leading zeros are allowed, an IPv4 address
mapped into IPv6 is the IPv4 address.
"""

import ipaddress
import re
from typing import NamedTuple

_V4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_V6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")
_LEADING_ZEROS = re.compile(r"(?<![0-9a-fA-F])0+(?=[0-9a-fA-F])")
_MASK = re.compile(r"\+?[0-9]+|-0+")
_V4_LONGEST = 15
_OCTET_MAX = 255
_HEX = "0123456789ABCDEF"


class Block(NamedTuple):
    """The addresses from first to last, both included, in hexadecimal digits."""

    first: str
    last: str

    def holds(self, digits: str) -> bool:
        """Whether the digits fall within, decided at the first digit that can decide it.

        So AWS's engine does, whatever the lengths: an IPv6 address may lie in an IPv4 block.
        """
        for end in range(1, min(len(digits), len(self.first)) + 1):
            seen, low, high = digits[:end], self.first[:end], self.last[:end]
            if not (low <= seen <= high and seen[-1] in _HEX):
                return False
            if low < seen < high or end == len(self.first):
                return True
        return False


def address_digits(text: str) -> str | None:
    """The 8 or 32 hexadecimal digits of an address, None for what is not one."""
    address = _parse_address(text)
    return None if address is None else _digits(address)


def _digits(address: bytes) -> str:
    return address.hex().upper()


def _parse_address(text: str) -> bytes | None:
    if _V4.fullmatch(text):
        return _parse_v4(text)
    return _parse_v6(text) if _V6.fullmatch(text) else None


def _parse_v4(text: str) -> bytes | None:
    octets = [int(part) for part in text.split(".")] if len(text) <= _V4_LONGEST else []
    return bytes(octets) if octets and max(octets) <= _OCTET_MAX else None


def _parse_v6(text: str) -> bytes | None:
    try:
        address = ipaddress.IPv6Address(_LEADING_ZEROS.sub("", text))
    except ValueError:
        return None
    return (address.ipv4_mapped or address).packed


def parse_block(text: str) -> Block:
    """The block that a CIDR means; host bits are allowed. Raises ValueError with the reason."""
    parts = text.rstrip("/").split("/")
    if len(parts) != 2 or text.endswith("//"):  # noqa: PLR2004 - an address and its mask
        raise ValueError(f"{text!r} is not a CIDR: expected one '/', as in 10.0.0.0/8")
    address = _parse_address(parts[0])
    if address is None:
        raise ValueError(f"{parts[0]!r} is not an IP address")
    if not _MASK.fullmatch(parts[1]):
        raise ValueError(f"{parts[1]!r} is not a number of mask bits")
    return _block(address, int(parts[1]))


def _block(address: bytes, mask: int) -> Block:
    width = len(address) * 8
    if mask >= width:
        raise ValueError(f"a mask of {mask} bits: expected less than {width}")
    hosts = (1 << (width - mask)) - 1
    first = int.from_bytes(address) & ~hosts
    ends = (end.to_bytes(len(address)) for end in (first, first | hosts))
    return Block(*map(_digits, ends))
