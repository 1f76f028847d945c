"""A project in a git repository of its own, with a history."""

from __future__ import annotations

import subprocess
from pathlib import Path

WHO = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", "-C", str(folder), *WHO, *words],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def commit(folder: Path, said: str) -> str:
    """Everything, as a new commit; its id."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", said)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    commit(folder, "one")
    return folder
