"""The stand-in itself: it listens on loopback only, and is gone when it is done, or killed."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.e2e.deployment import Aws, eventually
from tests.e2e.environment import ROOT
from tests.e2e.ministack import ACCOUNT, PID, living, ministack

pytestmark = pytest.mark.e2e

STARTER = """\
import sys
from pathlib import Path
from tests.e2e.ministack import ministack

with ministack(Path(sys.argv[1])) as endpoint:
    print(endpoint, flush=True)
    sys.stdin.read()
"""
BUSY = "import time\n\ndef handle(event, context):\n    time.sleep(600)\n"


def test_it_comes_up_on_loopback_only_and_leaves_nothing(tmp_path: Path) -> None:
    with ministack(tmp_path) as endpoint:
        port = int(endpoint.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize("killed_by", [signal.SIGTERM, signal.SIGKILL])
def test_whoever_started_it_is_killed_and_nothing_is_left(
    killed_by: signal.Signals, tmp_path: Path
) -> None:
    """Nobody is left to clean up, and a function is in the middle of something."""
    starter = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", STARTER, tmp_path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        assert starter.stdout is not None
        keep_busy(Aws(starter.stdout.readline().strip()))
        group = int((tmp_path / PID).read_text())
        assert len(eventually(lambda: living(group), lambda seen: len(seen) > 1)) > 1
        starter.send_signal(killed_by)
    assert starter.returncode == -killed_by
    left = eventually(lambda: living(group), lambda seen: seen == [])
    if left:
        os.killpg(group, signal.SIGKILL)
    assert left == []


def keep_busy(aws: Aws) -> None:
    """A function that takes longer than anybody waits."""
    code = io.BytesIO()
    with ZipFile(code, "w") as archive:
        archive.writestr("busy.py", BUSY)
    aws.client("iam").create_role(RoleName="busy", AssumeRolePolicyDocument=TRUST)
    functions: Any = aws.client("lambda")
    functions.create_function(
        FunctionName="busy",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=f"arn:aws:iam::{ACCOUNT}:role/busy",
        Handler="busy.handle",
        Timeout=900,
        Code={"ZipFile": code.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="busy")
    functions.invoke(FunctionName="busy", InvocationType="Event")


TRUST = """{"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole"
}]}"""


def test_living_processes_of_a_group_are_seen() -> None:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)  # noqa: S607
    try:
        assert living(process.pid) == ["sleep 60"]
    finally:
        process.kill()
        process.wait()
    assert living(process.pid) == []
    assert living(os.getpgid(0)) != []
