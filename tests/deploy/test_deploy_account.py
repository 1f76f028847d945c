"""Nothing is deployed into a wrong account, nor without knowing which it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from moto import mock_aws

from chalicelib.errors import PlanError
from chalicelib.plan import Stage
from chalicelib.plans import SCHEMA
from opsloop.deploy.account import compiled, session_for, stage_of
from opsloop.deploy.errors import DeployError
from opsloop.naming import WrongUsage


def stage(account: str) -> Stage:
    return {
        "schema": SCHEMA,
        "stage": "dev",
        "account": account,
        "region": "eu-west-1",
        "max_mode": "active",
        "params": {},
        "channels": {},
        "escalate": None,
        "approvers": None,
    }


def test_the_session_is_in_the_stages_region() -> None:
    with mock_aws():
        assert session_for(stage("123456789012")).region_name == "eu-west-1"


def test_credentials_of_another_account_are_refused() -> None:
    with mock_aws(), pytest.raises(DeployError) as caught:
        session_for(stage("999999999999"))
    assert str(caught.value) == (
        "these credentials are for account 123456789012, stage dev is account 999999999999: "
        "choose others, or mend the stage in rules/opsloop.yaml"
    )


def test_no_credentials_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(DeployError) as caught:
        session_for(stage("123456789012"))
    assert str(caught.value) == "AWS does not say who you are: Unable to locate credentials"


def test_a_stage_is_read_from_the_projects_compiled_settings(tmp_path: Path) -> None:
    stages = compiled(tmp_path) / "stages"
    stages.mkdir(parents=True)
    (stages / "dev.json").write_text(json.dumps(stage("123456789012")))
    assert stage_of(tmp_path, "dev") == stage("123456789012")
    with pytest.raises(WrongUsage, match=r"^found the stage 'prod'; expected dev$"):
        stage_of(tmp_path, "prod")


def test_a_project_that_never_was_compiled(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"^dev\.json: not compiled; run `opsloop compile`$"):
        stage_of(tmp_path, "dev")
