"""`opsloop plan` and `opsloop drift` where they cannot begin: nothing on standard output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from opsloop.local.isolation import isolated
from opsloop.output import AWS, FAILED, USAGE
from tests.cli.conftest import CommandLine
from tests.cli.projects import SETTINGS
from tests.planning.stage import REGION, project


@pytest.fixture
def opsloop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandLine]:
    """On an account in memory."""
    monkeypatch.chdir(project(tmp_path))
    with isolated(REGION), mock_aws():
        yield CommandLine(tmp_path)


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_a_stage_that_is_not_there(opsloop: CommandLine, command: str) -> None:
    result = opsloop(command, "--stage", "prod")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert result.stderr == "found the stage 'prod'; expected dev\n"


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_rules_that_do_not_compile(opsloop: CommandLine, command: str) -> None:
    (opsloop.folder / "rules" / "storage" / "report.yaml").write_text("nonsense: true\n")
    result = opsloop(command)
    assert (result.exit_code, result.stdout) == (FAILED, "")
    assert "rules/storage/report.yaml:1:1: " in result.stderr


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_credentials_of_another_account(opsloop: CommandLine, command: str) -> None:
    settings = SETTINGS.replace("123456789012", "210987654321")
    (opsloop.folder / "rules" / "opsloop.yaml").write_text(settings)
    result = opsloop(command)
    assert (result.exit_code, result.stdout) == (AWS, "")
    assert result.stderr == (
        "these credentials are for account 123456789012, stage dev is account 210987654321: choose "
        "others, or mend the stage in rules/opsloop.yaml\n"
    )
