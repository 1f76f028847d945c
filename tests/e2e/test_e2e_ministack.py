"""The stand-in itself: it listens on loopback only, and is gone when it is done."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.e2e.ministack import living, ministack

pytestmark = pytest.mark.e2e


def test_it_comes_up_on_loopback_only_and_leaves_nothing(tmp_path: Path) -> None:
    with ministack(tmp_path) as endpoint:
        port = int(endpoint.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_living_processes_of_a_group_are_seen() -> None:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)  # noqa: S607
    try:
        assert living(process.pid) == ["sleep 60"]
    finally:
        process.kill()
        process.wait()
    assert living(process.pid) == []
    assert living(os.getpgid(0)) != []
