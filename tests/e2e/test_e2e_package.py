"""`chalice package`: what CloudFormation gets, and what Lambda gets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.e2e.e2e_project import RULES, STAGE, Project, make_project
from tests.e2e.environment import HERE, interpreter
from tests.e2e.ministack import aws_environment

pytestmark = pytest.mark.e2e

LARGEST_ZIP = 1_500_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Packaged; nothing listens where its commands would look for AWS."""
    folder = tmp_path_factory.mktemp("packaged")
    made = make_project(folder, aws_environment("http://127.0.0.1:9"))
    made.chalice("package", "--stage", STAGE, str(folder / "out"))
    return made


@pytest.fixture(scope="module")
def resources(project: Project) -> dict[str, Any]:
    """After the SAM transform, which cfn-lint has to accept."""
    template = project.folder / "out" / "cloudformation.json"
    script = [str(interpreter("sam")), str(HERE / "sam_transform.py")]
    template.write_text(_said([*script, str(project.folder / "out" / "sam.json")], project))
    cfn_lint = str(Path(sys.executable).with_name("cfn-lint"))
    assert _said([cfn_lint, "--format", "parseable", str(template)], project) == ""
    found: dict[str, Any] = json.loads(template.read_text())["Resources"]
    return found


def _said(command: list[str], project: Project) -> str:
    done = subprocess.run(  # noqa: S603 - our own programs
        command, env=project.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def camel(rule: str) -> str:
    return "".join(word.capitalize() for word in rule.split("-"))


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_each_function_has_its_own_role_with_exactly_its_permissions(
    project: Project, resources: dict[str, Any]
) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    assert {name: one["Role"] for name, one in functions.items()} == {
        camel(one): {"Fn::GetAtt": [f"{camel(one)}Role", "Arn"]} for one in project.functions()
    }
    roles = of_type(resources, "AWS::IAM::Role")
    assert {
        name: [p["PolicyDocument"] for p in one["Policies"]] for name, one in roles.items()
    } == {f"{camel(one)}Role": [project.policy(one)] for one in project.functions()}
    assert not any("ManagedPolicyArns" in role for role in roles.values())


def test_each_trigger_is_wired_to_its_function(resources: dict[str, Any]) -> None:
    rules = of_type(resources, "AWS::Events::Rule").values()
    sources = {
        rule["Targets"][0]["Arn"]["Fn::GetAtt"][0]: rule["EventPattern"]["source"]
        for rule in rules
        if "EventPattern" in rule
    }
    assert sources == {
        "CloseBucket": ["aws.s3"],
        "DeleteVolume": ["e2e.inventory"],
        "DisableKey": ["e2e.scanner"],
        "NoteDeletion": ["opsloop"],
        "ShortLived": ["e2e.nobody"],
    }
    topics = of_type(resources, "AWS::SNS::Subscription").values()
    assert sorted(topic["Endpoint"]["Fn::GetAtt"][0] for topic in topics) == [
        "NoteRelease",
        "StopInstance",
    ]


def test_the_zip_is_small_and_holds_nothing_of_the_desk(project: Project) -> None:
    path = project.folder / "out" / "deployment.zip"
    with ZipFile(path) as archive:
        names = archive.namelist()
    size = path.stat().st_size
    print(f"deployment.zip: {size:,} bytes, {len(names)} files")  # noqa: T201 - worth knowing
    assert size <= LARGEST_ZIP
    assert [name for name in names if name.endswith(".pyc")] == []
    about = (".dist-info", ".data")
    tops = {top for name in names if not (top := name.split("/")[0]).endswith(about)}
    assert tops == {
        "app.py",
        "aws_lambda_powertools",
        "chalice",
        "chalicelib",
        "jmespath",
        "typing_extensions.py",
    }
    plans = sorted(Path(name).stem for name in names if name.startswith("chalicelib/compiled/"))
    assert set(RULES) <= set(plans)
