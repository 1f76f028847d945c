"""Virtual environments beside .venv, each from a lock of its own; a second run starts at once."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def interpreter(name: str) -> Path:
    """The Python of `.venv-<name>`, made from `requirements-<name>.lock` where it is not yet."""
    lock = HERE / f"requirements-{name}.lock"
    folder = ROOT / f".venv-{name}"
    python = folder / "bin" / "python"
    stamp = folder / ".installed-from-lock"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    with lock.open() as held:
        # tests in several processes may want it at once
        fcntl.flock(held, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != digest:
            venv.create(folder, clear=True, with_pip=True)
            _install(python, lock)
            stamp.write_text(digest)
    return python


def _install(python: Path, lock: Path) -> None:
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
        [*command, "--requirement", str(lock)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"pip could not install {lock.name}:\n{done.stdout}{done.stderr}")
