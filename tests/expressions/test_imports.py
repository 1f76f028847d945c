"""What the run side loads, in a fresh process: nothing beyond jmespath but this package."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import sys, json
import __future__, jmespath.visitor, jmespath.functions, dataclasses, typing, pathlib
before = set(sys.modules)
import chalicelib.expressions
print(json.dumps(sorted(name for name in set(sys.modules) - before if "chalicelib" not in name)))
"""
NEVER = """
import sys, json
import chalicelib.expressions
wanted = ["boto3", "botocore", "yaml", "pydantic", "opsloop", "zoneinfo", "decimal", "shlex"]
print(json.dumps([name for name in wanted if name in sys.modules]))
"""


def _run(script: str) -> list[str]:
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded: list[str] = json.loads(done.stdout)
    return loaded


def test_importing_the_expressions_loads_nothing_else() -> None:
    assert _run(SCRIPT) == []


def test_what_costs_is_loaded_when_it_is_used() -> None:
    assert _run(NEVER) == []
