"""Nothing leaves this machine: no credentials, no profile, no endpoint, no socket.

Whatever is in the environment, code under `isolated()` sees none of it but what a terminal
needs, and made-up credentials; and the interpreter refuses to resolve, to connect to or to
send to anything but loopback. That holds for the whole process, its threads included.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

#: made up, and recognisably so
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
#: a list of what may stay: of what could lead somewhere, nobody knows them all
KEPT = frozenset(
    {
        "COLORTERM",
        "COLUMNS",
        "FORCE_COLOR",
        "LANG",
        "LINES",
        "NO_COLOR",
        "PATH",
        "TERM",
        "TMPDIR",
        "TZ",
    }
)
#: botocore and its like look into the home directory; there is nothing in this one
NO_HOME = "/nonexistent"


class Unreachable(OSError):
    """Something tried to leave the machine."""


_inside = 0


@contextmanager
def isolated(region: str) -> Iterator[None]:
    """Run the block cut off from AWS and from every network."""
    global _inside  # noqa: PLW0603 - an audit hook can be added, never removed
    _hook_once()
    saved = dict(os.environ)
    _inside += 1
    try:
        _become(environment(saved, region))
        yield
    finally:
        _become(saved)
        _inside -= 1


def environment(given: Mapping[str, str], region: str) -> dict[str, str]:
    """What is left of an environment."""
    kept = {name: value for name, value in given.items() if name in KEPT or name[:3] == "LC_"}
    return {**kept, **CREDENTIALS, "AWS_DEFAULT_REGION": region, "AWS_REGION": region} | {
        "HOME": NO_HOME
    }


def _become(wanted: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(wanted)


_hooked: list[bool] = []


def _hook_once() -> None:
    if not _hooked:
        sys.addaudithook(_refuse)
        _hooked.append(True)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if not _inside or event not in _WAYS_OUT:
        return
    doing, place = _WAYS_OUT[event]
    if not _is_local(arguments[place]):
        raise Unreachable(f"refused to {doing} {arguments[place]!r}: this runs without a network")


#: what the interpreter tells of, and which of its arguments says where to
_WAYS_OUT = {
    "socket.connect": ("connect to", 1),
    "socket.sendto": ("send to", 1),
    "socket.sendmsg": ("send to", 1),
    "socket.getaddrinfo": ("look up", 0),
    "socket.gethostbyname": ("look up", 0),
    "socket.gethostbyaddr": ("look up", 0),
}


def _is_local(where: Any) -> bool:
    """An address or a host's name. A Unix socket is neither: who knows where it leads."""
    host = where[0] if isinstance(where, tuple) else where
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
