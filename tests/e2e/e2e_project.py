"""A project of the end-to-end tests' own: what ships, with rules made to be seen acting."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.environment import HERE, ROOT

STAGE = "e2e"
RULES = [
    "close-bucket",
    "delete-volume",
    "disable-key",
    "note-deletion",
    "note-release",
    "short-lived",
    "stop-instance",
]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with app.py, chalicelib and rules, and the environment its commands run in."""

    folder: Path
    environment: Mapping[str, str]

    def opsloop(self, *arguments: str) -> str:
        """What `opsloop` prints. Raises RuntimeError with all of it where it fails."""
        return self._run("opsloop", *arguments, "--project", str(self.folder))

    def chalice(self, *arguments: str) -> str:
        """What `chalice` prints. Raises like `opsloop`."""
        return self._run("chalice", "--project-dir", str(self.folder), *arguments)

    def history(self, rule: str) -> list[dict[str, Any]]:
        """The journal's rows of a rule, newest first, as a user gets them."""
        said = self.opsloop("history", "--stage", STAGE, "--rule", rule, "--json")
        rows: list[dict[str, Any]] = json.loads(said)
        return rows

    def functions(self) -> list[str]:
        """What Chalice deploys: a function for each rule, and those that opsloop brings."""
        path = self.folder / ".chalice" / "config.json"
        stage = json.loads(path.read_text())["stages"][STAGE]
        return sorted(stage["lambda_functions"])

    def policy(self, rule: str) -> dict[str, Any]:
        """The permissions that the compiler gave to a rule."""
        path = self.folder / ".chalice" / "policies" / STAGE / f"{rule}.json"
        document: dict[str, Any] = json.loads(path.read_text())
        return document

    def _run(self, program: str, *arguments: str) -> str:
        print(f"$ {program} {' '.join(arguments)}", flush=True)  # noqa: T201 - this takes minutes
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        done = subprocess.run(  # noqa: S603 - our own programs
            command,
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"{program} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout


def make_project(folder: Path, environment: Mapping[str, str]) -> Project:
    """Copy what ships and our rules into `folder`, and compile them."""
    unshipped = shutil.ignore_patterns("__pycache__", "compiled")
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=unshipped)
    shutil.copytree(HERE / "rules", folder / "rules")
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    project = Project(folder, environment)
    project.opsloop("compile")
    return project
