"""Projects as they are deployed: app.py, chalicelib and compiled rules, in folders of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from opsloop.compiler.build import compile_project

ROOT = Path(__file__).parents[2]
TESTS_ON_PATH = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def deployable(folder: Path, rules: Mapping[str, str]) -> Path:
    """app.py and chalicelib, with these files below rules/, compiled."""
    shutil.copy(ROOT / "app.py", folder)
    ignored = shutil.ignore_patterns("compiled", "__pycache__")
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=ignored)
    for name, text in rules.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    compile_project(folder).output.write(folder)
    return folder


def shipped(**pager: Any) -> dict[str, str]:
    """The rules that opsloop ships; their pager is another, where one is given."""
    folder = ROOT / "rules"
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.yaml")
    }
    settings = yaml.safe_load(texts["opsloop.yaml"])
    if pager:
        settings["stages"]["dev"]["channels"]["pager"] = pager
    return {**texts, "opsloop.yaml": json.dumps(settings)}


def python(
    project: Path, *words: str, environment: Mapping[str, str] | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in the project's folder, that knows nothing of AWS."""
    return subprocess.run(  # noqa: S603 - ours
        [sys.executable, *words],
        cwd=project,
        env={"PATH": os.environ["PATH"], **TESTS_ON_PATH, **(environment or {})},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def in_lambda(rule: str) -> dict[str, str]:
    """The environment of a rule's function."""
    return {
        "AWS_LAMBDA_FUNCTION_NAME": f"opsloop-dev-{rule}",
        "OPSLOOP_RULE": rule,
        "OPSLOOP_STAGE": "dev",
        "OPSLOOP_TABLE": "opsloop-dev",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
