"""MiniStack as a context: started on loopback, waited for, and gone afterwards, workers and all."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.environment import HERE, interpreter

ACCOUNT = "123456789012"
REGION = "us-east-1"
#: seconds to come up, and to go down
START, STOP = 60.0, 15.0
#: where its process id is written, which is its process group's as well
PID = "ministack.pid"
#: Linux's list of processes; elsewhere `ps` is asked
PROC = Path("/proc")


def aws_environment(endpoint: str) -> dict[str, str]:
    """This process's environment with made-up credentials, and no road to AWS.

    Nothing of the user's AWS settings is left in it: no profile, file, token or metadata. Python
    writes bytecode as it does for everyone, because Chalice packs that too.
    MiniStack takes an access key of twelve digits for the account.
    """
    ours = ("AWS_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    nowhere = str(Path(os.devnull))
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


@contextmanager
def ministack(folder: Path, *, trail: bool = False) -> Iterator[str]:
    """Its endpoint. Its log is `folder/ministack.log`; all that it writes stays in `folder`.

    With `trail`, its CloudTrail remembers every call. It is gone even where this process is
    killed. Raises RuntimeError where it does not come up, or leaves a process behind.
    """
    port = _free_port()
    endpoint = f"http://127.0.0.1:{port}"
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(folder),
        # every function acts with its own role, and may do what its policy allows
        "AUTH": "true",
        "CLOUDTRAIL_RECORDING": "1" if trail else "0",
    }
    with (
        (folder / "ministack.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603 - our own interpreter
            # -P: beside the script lies a ministack.py, this one
            [interpreter("ministack"), "-P", HERE / "ministack_server.py"],
            env=aws_environment(endpoint) | settings,
            # held open, and never written to: it ends with whoever holds it
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # a process group of its own: whatever it starts can be found and ended with it
            start_new_session=True,
        ) as server,
    ):
        (folder / PID).write_text(str(server.pid))
        try:
            _wait_until_up(server, endpoint, folder)
            yield endpoint
        finally:
            _stop(server)
    _end(server.pid)


def living(group: int) -> list[str]:
    """The command lines of a process group's processes, those that ended left out."""
    rows = _from_proc() if PROC.is_dir() else _from_ps()
    return [command for pgid, state, command in rows if pgid == group and state != "Z"]


def _from_proc() -> Iterator[tuple[int, str, str]]:
    for folder in PROC.glob("[0-9]*"):
        try:
            # the name, in parentheses, may hold anything; state, parent and group follow it
            state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            command = (folder / "cmdline").read_text().rstrip("\0").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        yield int(group), state, command


def _from_ps() -> Iterator[tuple[int, str, str]]:
    done = subprocess.run(
        ["ps", "-A", "-o", "pgid=,state=,command="],  # noqa: S607 - wherever the system has it
        capture_output=True,
        text=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        group, state, command = line.split(maxsplit=2)
        yield int(group), state[0], command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_up(server: subprocess.Popen[bytes], endpoint: str, folder: Path) -> None:
    end = time.monotonic() + START
    while not _is_up(endpoint):
        if server.poll() is not None or time.monotonic() > end:
            log = (folder / "ministack.log").read_text(errors="replace")
            raise RuntimeError(f"MiniStack did not come up on {endpoint}:\n{log[-4000:]}")
        time.sleep(0.1)  # noqa: TID251 - a real server, in real time


def _is_up(endpoint: str) -> bool:
    try:
        services: Mapping[str, str] = get_json(f"{endpoint}/_ministack/health")["services"]
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return services.get("lambda") == "available"


def get_json(url: str) -> dict[str, Any]:
    """What MiniStack answers beside AWS's own APIs; no proxy stands between."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        content: dict[str, Any] = json.load(answer)
    return content


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask it to end, as its user would; then make it."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _end(group: int) -> None:
    """Wait for its workers, which end when nobody talks to them any more; then end the rest."""
    if _wait_until_gone(group, STOP):
        return
    os.killpg(group, signal.SIGKILL)
    if not _wait_until_gone(group, STOP):
        raise RuntimeError(f"MiniStack left processes behind: {living(group)}")


def _wait_until_gone(group: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while living(group) and time.monotonic() < end:
        time.sleep(0.1)  # noqa: TID251 - as above
    return not living(group)
