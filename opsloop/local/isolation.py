"""Nothing leaves this machine: no credentials, no profile, no endpoint, no socket.

Whatever is in the environment, code under `isolated()` sees made-up credentials and no AWS
configuration, and the interpreter refuses to resolve or connect to anything but loopback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
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
#: by these moto could be told to let requests through
_MOTO = ("MOTO_", "TEST_SERVER_MODE")


class Unreachable(OSError):
    """Something tried to leave the machine."""


_inside = 0


@contextmanager
def isolated(region: str) -> Iterator[None]:
    """Run the block cut off from AWS and from every network."""
    global _inside  # noqa: PLW0603 - an audit hook can be added, never removed
    _hook_once()
    saved = dict(os.environ)
    for name in saved:
        if name.startswith(("AWS_", *_MOTO)):
            del os.environ[name]
    os.environ.update(CREDENTIALS, AWS_DEFAULT_REGION=region, AWS_REGION=region)
    _inside += 1
    try:
        yield
    finally:
        _inside -= 1
        os.environ.clear()
        os.environ.update(saved)


_hooked: list[bool] = []


def _hook_once() -> None:
    if not _hooked:
        sys.addaudithook(_refuse)
        _hooked.append(True)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if not _inside:
        return
    if event == "socket.connect" and not _is_local(arguments[1]):
        raise Unreachable(f"refused to connect to {arguments[1]!r}: this runs without a network")
    if event == "socket.getaddrinfo" and not _is_local((arguments[0],)):
        raise Unreachable(f"refused to look up {arguments[0]!r}: this runs without a network")


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    if host in (None, "", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
