"""The AWS session for a stage, once it is known to be in the stage's own account."""

from __future__ import annotations

from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.plan import Stage
from chalicelib.plans import INDEX, load_stage
from opsloop.deploy.errors import DeployError, Unidentified
from opsloop.naming import unknown


def compiled(project: Path) -> Path:
    """Where a project's compiled plans are."""
    return project / "chalicelib" / "compiled"


def rules_of(project: Path) -> list[str]:
    """The names of a project's compiled rules, those that are off as well."""
    return sorted(path.stem for path in compiled(project).glob("*.json") if path.name != INDEX)


def stage_of(project: Path, name: str) -> Stage:
    """The stage's compiled settings.

    Raises WrongUsage where the project has no such stage, PlanError where it never was compiled.
    """
    there = sorted(path.stem for path in (compiled(project) / "stages").glob("*.json"))
    if there and name not in there:
        raise unknown("stage", name, there)
    return load_stage(name, compiled(project))


def session_for(stage: Stage) -> boto3.Session:
    """A session in the stage's region.

    Raises DeployError where there are no credentials, or they are another account's: a stage is
    one account, and nothing is changed in a wrong one.
    """
    session = boto3.Session(region_name=stage["region"])
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise Unidentified(f"AWS does not say who you are: {error}") from error
    if account != stage["account"]:
        raise DeployError(
            f"these credentials are for account {account}, stage {stage['stage']} is account "
            f"{stage['account']}: choose others, or mend the stage in rules/opsloop.yaml"
        )
    return session
