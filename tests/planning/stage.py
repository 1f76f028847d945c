"""A stage on moto, deployed by Chalice's own planner and executor: only its packager is ours.

Pip and the network have no part in it: the zip holds the project's files, and the names of what
requirements.txt pins.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import boto3
from botocore.session import Session as BotocoreSession
from chalice.app import Chalice
from chalice.awsclient import TypedAWSClient
from chalice.config import Config
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import (
    BaseDeployStep,
    BuildStage,
    Deployer,
    InjectDefaults,
    PolicyGenerator,
    ResultsRecorder,
)
from chalice.deploy.executor import Executor
from chalice.deploy.planner import PlanStage, RemoteState
from chalice.deploy.sweeper import ResourceSweeper
from chalice.policy import AppPolicyGenerator
from chalice.utils import UI, OSUtils

from chalicelib import functions
from chalicelib.clock import SystemClock
from chalicelib.plans import WAKER, deployed_plans
from opsloop.compiler.build import compile_project
from opsloop.deploy.names import (
    dead_letters_arn,
    dead_letters_name,
    function_name,
    table_name,
)
from opsloop.deploy.template import TEMPLATE, load_template
from opsloop.deploy.wire import Wiring
from tests.cli.projects import ACCOUNT, write
from tests.deploy.fake_cloudformation import refusal

STAGE, REGION = "dev", "us-east-1"
REPORT = """\
# yaml-language-server: $schema=../rule.schema.json
description: Say each morning which volumes nobody uses.
owner: team
severity: low
mode: active
when:
  schedule: rate(1 day)
facts:
  volumes: {do: aws.ec2.describe_volumes, pick: Volumes}
then:
  - do: tags.apply
    with:
      service: s3
      resources: ["arn:aws:s3:::reports"]
      tags: {volumes: "${length(facts.volumes)}"}
"""
RELEASE = """\
# yaml-language-server: $schema=../rule.schema.json
description: Remember what was released.
owner: team
severity: low
mode: active
when:
  topic: releases
guard:
  rate: 5/1h
then:
  - do: aws.ssm.put_parameter
    with: {Name: /release, Value: "${event.version}", Type: String, Overwrite: true}
"""
RULES = {"storage/report.yaml": REPORT, "storage/release.yaml": RELEASE}
CODE = {
    "app.py": "app = ...\n",
    "chalicelib/__init__.py": "",
    "chalicelib/engine.py": "1\n",
    "requirements.txt": "# what ships\naws_lambda_powertools==3.37.0\n",
}


def project(folder: Path, **rules: str) -> Path:
    """A project with code, four rules that are on and one that is off."""
    write(folder, {**RULES, **rules})
    for name, text in CODE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


class Account(boto3.Session):
    """moto, with a CloudFormation that remembers one template."""

    template: str | None = None

    def client(self, service_name: Any, *words: Any, **more: Any) -> Any:
        if service_name == "cloudformation":
            return self
        return super().client(service_name, *words, **more)

    def get_template(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        if self.template is None:
            message = f"Stack with id {StackName} does not exist"
            raise refusal("ValidationError", message, "GetTemplate")
        return {"TemplateBody": self.template}


def make_journal(client: Any, properties: dict[str, Any]) -> None:
    """The journal's table, with all that its template says of it."""
    name = table_name(STAGE)
    same = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    encryption = {"Enabled": True, "SSEType": "KMS"}
    client.create_table(
        TableName=name,
        DeletionProtectionEnabled=True,
        SSESpecification=encryption,
        **{key: properties[key] for key in same},
    )
    client.update_time_to_live(
        TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
    )
    client.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
    )


def make_queue(client: Any, properties: dict[str, Any]) -> None:
    """The dead-letter queue, which lets nobody in without TLS."""
    arn = dead_letters_arn(STAGE, REGION, ACCOUNT)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    attributes = {
        "MessageRetentionPeriod": str(properties["MessageRetentionPeriod"]),
        "SqsManagedSseEnabled": "true",
        "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }
    client.create_queue(QueueName=dead_letters_name(STAGE), Attributes=attributes)


@dataclass
class Deployment:
    """What deploys a project as its user would, and serves the package that was deployed last."""

    folder: Path
    session: Account
    package: bytes = b""

    def __call__(self) -> None:
        """infra, deploy, wire."""
        compile_project(self.folder).output.write(self.folder)
        self.infra()
        self.chalice()
        self.wire()

    def fetch(self, _url: str) -> bytes:
        """In place of S3."""
        return self.package

    def infra(self) -> None:
        """What CloudFormation would make of infra/opsloop.yaml."""
        resources = load_template()["Resources"]
        self.session.template = TEMPLATE.read_text(encoding="utf-8")
        if not self.session.client("dynamodb").list_tables()["TableNames"]:
            make_journal(self.session.client("dynamodb"), resources["Journal"]["Properties"])
            make_queue(self.session.client("sqs"), resources["DeadLetters"]["Properties"])

    def wire(self) -> None:
        names = [plan["rule"] for plan in self._plans()]
        wiring = Wiring(
            self.session.client("lambda"), dead_letters_arn(STAGE, REGION, ACCOUNT), SystemClock()
        )
        wiring.wire([function_name(STAGE, name) for name in (*names, WAKER)])

    def chalice(self) -> None:
        self.package = zipped(self.folder)
        path = self.folder / "package.zip"
        path.write_bytes(self.package)
        config = self._config()
        client = TypedAWSClient(BotocoreSession())
        deployer = Deployer(
            application_builder=ApplicationGraphBuilder(),
            deps_builder=DependencyBuilder(),
            build_stage=BuildStage([InjectDefaults(), Packaged(str(path)), _policies()]),
            plan_stage=PlanStage(
                osutils=OSUtils(),
                remote_state=RemoteState(client, config.deployed_resources(STAGE)),
            ),
            sweeper=ResourceSweeper(),
            executor=Executor(client, Quiet()),
            recorder=ResultsRecorder(osutils=OSUtils()),
        )
        deployer.deploy(config, STAGE)

    def _config(self) -> Config:
        content = json.loads((self.folder / ".chalice" / "config.json").read_text())
        given = {"chalice_app": self._app(), "project_dir": str(self.folder)}
        return Config(STAGE, user_provided_params=given, config_from_disk=content)

    def _app(self) -> Chalice:
        """What app.py makes at the desk, of this project's plans."""
        app = Chalice(app_name="opsloop", configure_logs=False)
        for plan in self._plans():
            functions._wire(app, plan)(functions._placeholder(plan["rule"]))
        tick = app.schedule("rate(1 minute)", name=WAKER, description="Wakes what is due.")
        tick(functions._placeholder(WAKER))
        return app

    def _plans(self) -> list[Any]:
        return deployed_plans(STAGE, self.folder / "chalicelib" / "compiled")


class Packaged(BaseDeployStep):  # type: ignore[misc, unused-ignore]
    """The step of a deployment that would run pip."""

    def __init__(self, path: str) -> None:
        self._path = path

    def handle_deploymentpackage(self, _config: Any, resource: Any) -> None:
        resource.filename = self._path


class Quiet(UI):  # type: ignore[misc, unused-ignore]
    """Says nothing."""

    def write(self, msg: str) -> None:
        pass


def _policies() -> PolicyGenerator:
    osutils = OSUtils()
    return PolicyGenerator(policy_gen=AppPolicyGenerator(osutils=osutils), osutils=osutils)


def zipped(folder: Path) -> bytes:
    """app.py, chalicelib and what pip would leave of requirements."""
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for path in sorted([folder / "app.py", *(folder / "chalicelib").rglob("*")]):
            if path.is_file():
                archive.writestr(str(path.relative_to(folder)), path.read_bytes())
        archive.writestr("aws_lambda_powertools-3.37.0.dist-info/METADATA", "")
    return content.getvalue()
