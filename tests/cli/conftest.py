"""The command line in this process, in a project of its own, with no AWS but moto's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from opsloop.cli import main
from opsloop.local.account import embedded_account
from opsloop.local.isolation import isolated
from tests.cli.projects import write

REGION = "us-east-1"


@dataclass(frozen=True)
class CommandLine:
    """Calls `opsloop` as a pipe would see it, or as a terminal of a width."""

    folder: Path

    def __call__(self, *words: str, environment: dict[str, str] | None = None) -> Result:
        result = CliRunner().invoke(main, words, prog_name="opsloop", env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def in_terminal(self, width: int, *words: str, **environment: str) -> Result:
        return self(*words, environment={"FORCE_COLOR": "1", "COLUMNS": str(width), **environment})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and the working directory is in it."""
    monkeypatch.chdir(write(tmp_path))
    return tmp_path


@pytest.fixture
def opsloop(project: Path) -> Iterator[CommandLine]:
    """Nothing of AWS's can be reached."""
    with isolated(REGION):
        yield CommandLine(project)


@pytest.fixture
def account(opsloop: CommandLine) -> Iterator[boto3.Session]:
    """An account in memory, with the journal of stage dev in it."""
    compiled = opsloop("compile")
    assert compiled.exit_code == 0, compiled.stderr
    with embedded_account("dev", REGION) as session:
        yield session


@pytest.fixture
def bucket(account: boto3.Session) -> str:
    """One bucket."""
    client: Any = account.client("s3")
    client.create_bucket(Bucket="reports")
    return "reports"
