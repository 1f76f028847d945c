"""iam-simulate, an evaluator of IAM policies that shares nothing with opsloop or MiniStack.

It runs in Node.js, both from locks of their own beside .venv; all requests go through one process.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.e2e.environment import interpreter
from tests.permissions.asked import Asked

HERE = Path(__file__).parent
#: what npm installs from
_LOCKED = ("package.json", "package-lock.json", ".npmrc")

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Do these statements allow what is asked?"""

    statements: Sequence[Statement]
    asked: Asked
    account: str


def allowed(questions: Sequence[Question]) -> list[bool]:
    """The answers, in order. Raises RuntimeError for what IAM's reference does not know."""
    given = json.dumps([_as_dict(one) for one in questions])
    node, modules = _installed()
    done = subprocess.run(  # noqa: S603 - our own program
        [node, HERE / "simulate.cjs"],
        input=given,
        env={"NODE_PATH": str(modules), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"iam-simulate: {done.stderr.strip()}")
    answers: list[bool] = json.loads(done.stdout)
    return answers


def _as_dict(question: Question) -> dict[str, Any]:
    one = asdict(question.asked)
    return {"statements": list(question.statements), "account": question.account, **one}


def _installed() -> tuple[Path, Path]:
    """Node.js, and the folder of its packages, made where they are not yet."""
    node = interpreter("node").with_name("node")
    folder = node.parents[1] / "simulator"
    folder.mkdir(exist_ok=True)
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _LOCKED)).hexdigest()
    stamp = folder / ".installed-from-lock"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != digest:
            _install(node, folder)
            stamp.write_text(digest)
    return node, folder / "node_modules"


def _install(node: Path, folder: Path) -> None:
    for name in _LOCKED:
        shutil.copy(HERE / name, folder)
    command = [str(node.with_name("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"npm could not install iam-simulate:\n{done.stdout}{done.stderr}")
