"""What a pattern can say of a text: begins, ends, fits, ignoring case, in a network.

Each function gives the values of a field's list that let through every text of which the
expression's own function says yes, or no. Called by `calls`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from chalicelib.expressions.regexes import Program
from opsloop.compiler.pushdown.wanted import ANY_TEXT

#: more blocks than a pattern should spend on "in none of these networks"
MOST_BLOCKS = 40
#: every IPv6 address, however it is written, scope and all, which `cidr` does not read
_IPV6 = {"wildcard": "*:*"}
_IPV4 = IPv4Network("0.0.0.0/0")
_SINGLE_ADDRESS = 32
#: small letters that have a third spelling (the Kelvin sign), and capitals that come of others:
#: of ligatures, of a long s, of a dotless i
_UNSAFE = {"lower": "k", "upper": "FIS"}


@dataclass(frozen=True, slots=True)
class Said:
    """Values for a field's list, and what they say less than the expression."""

    values: tuple[Any, ...]
    less: str | None = None


def starts(prefix: str) -> Said:
    """Texts that start so."""
    return Said(({"prefix": prefix},))


def ends(suffix: str) -> Said:
    """Texts that end so."""
    return Said(({"suffix": suffix} if suffix else ANY_TEXT,))


def holds(part: str) -> Said:
    """Texts with this part."""
    return Said(({"wildcard": f"*{_escaped(part)}*"} if part else ANY_TEXT,))


def fits(pattern: str) -> Said:
    """Texts that fit a glob: EventBridge knows `*` only."""
    parts = [_escaped(part) for part in re.split(r"[*?]+", pattern)]
    less = "EventBridge's wildcards have no `?`: it is taken for `*`" if "?" in pattern else None
    match parts:
        case [_]:
            return Said((pattern,))
        case ["", ""]:
            return Said((ANY_TEXT,), less)
        case [_, ""]:
            return Said(({"prefix": re.split(r"[*?]", pattern)[0]},), less)
        case ["", _]:
            return Said(({"suffix": re.split(r"[*?]", pattern)[-1]},), less)
    return Said(({"wildcard": "*".join(parts)},), less)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*")


def excluded(said: Said) -> Said:
    """Texts of which that is not so."""
    [value] = said.values
    if said.less:
        return Said((ANY_TEXT,), said.less)
    if isinstance(value, str):
        return Said(({"anything-but": [value]},))
    if value == ANY_TEXT:
        return Said(())
    if any('"' in operand for operand in value.values()):
        return Said((ANY_TEXT,), "EventBridge may take a quote in a text for the text's end")
    return Said(({"anything-but": value},))


def cased(text: str, case: str, *, whole: bool) -> Said:
    """Texts that are this one, or start so, once in lower or upper case."""
    if not text:
        return Said(("" if whole else ANY_TEXT,))
    safe = re.match(f"[^{_UNSAFE[case]}]*", text)[0] if text.isascii() else ""  # type: ignore[index]  # always matches
    if safe == text and whole:
        return Said(({"equals-ignore-case": text},))
    spelt = f"{case}() makes letters of this of others too, which EventBridge does not know"
    less = None if safe == text else spelt
    return Said(({"prefix": {"equals-ignore-case": safe}} if safe else ANY_TEXT,), less)


def uncased(text: Any, case: str) -> Said:
    """Texts that are not this one, once in lower or upper case."""
    changed = {"lower": str.lower, "upper": str.upper}[case]
    if not isinstance(text, str) or not text.isascii() or changed(text) != text:
        return Said((ANY_TEXT,), f"{case}() of which is hardly ever this")
    return Said(({"anything-but": {"equals-ignore-case": text} if text else [text]},))


def begins(program: Program) -> Said:
    """Texts that a regular expression may find: what it certainly begins with."""
    head = "".join(_head(program))
    return Said(({"prefix": head},), "EventBridge has no regular expressions")


def _head(program: Program) -> Iterable[str]:
    """The characters behind `^`, as far as each is one only."""
    first, *rest = program["code"]
    for instruction in rest if first == ["at", "start"] else ():
        match instruction:
            case ["set", False, False, [low, high], []] if low == high:
                yield chr(low)
            case _:
                return


def within(networks: Iterable[str]) -> Said:
    """Addresses in one of the networks."""
    try:
        blocks = _blocks(networks)
    except ValueError:
        return Said((ANY_TEXT,), "a network that is none")
    values = [_block(block) for block in blocks if isinstance(block, IPv4Network)]
    return Said((*values, *_sixes(blocks)))


def outside(networks: Iterable[str]) -> Said:
    """Addresses in none of the networks."""
    try:
        blocks = _blocks(networks)
    except ValueError:
        return Said((ANY_TEXT,), "a network that is none")
    left = [_IPV4]
    for block in blocks:
        if isinstance(block, IPv4Network):
            left = [rest for each in left for rest in _without(each, block)]
    if len(left) > MOST_BLOCKS:
        return Said((ANY_TEXT,), f"all other addresses are {len(left)} networks")
    values = [_block(block) for block in collapse_addresses(left)]
    return Said((*values, _IPV6))


def _blocks(networks: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(network, strict=False) for network in networks]


def _block(block: IPv4Network) -> Any:
    if block.prefixlen == _SINGLE_ADDRESS:
        return str(block.network_address)
    return {"cidr": str(block)}


def _sixes(blocks: Iterable[IPv4Network | IPv6Network]) -> tuple[Any, ...]:
    return (_IPV6,) if any(isinstance(block, IPv6Network) for block in blocks) else ()


def _without(block: IPv4Network, removed: IPv4Network) -> Iterable[IPv4Network]:
    if block.subnet_of(removed):
        return ()
    return block.address_exclude(removed) if removed.subnet_of(block) else (block,)
