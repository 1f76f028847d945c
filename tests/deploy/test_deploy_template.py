"""infra/opsloop.yaml: accepted by cfn-lint, named as the code names things, and safe."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from opsloop.deploy.names import dead_letters_arn, dead_letters_name, stack_name, table_name
from opsloop.deploy.template import TEMPLATE, create_journal, load_template


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    loaded: dict[str, Any] = load_template()["Resources"]
    return loaded


def lint(template: Path) -> tuple[int, str]:
    """What the command says of it, as anyone would run it."""
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    command = [str(cfn_lint), "--format", "parseable", str(template)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode, done.stdout + done.stderr


def test_cfn_lint_finds_nothing() -> None:
    assert lint(TEMPLATE) == (0, "")


def test_cfn_lint_finds_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = TEMPLATE.read_text(encoding="utf-8")
    broken.write_text(text.replace("KeyType: RANGE", "KeyType: SORT", 1), encoding="utf-8")
    code, said = lint(broken)
    assert code == 2
    assert "'RANGE' was expected" in said


def test_its_names_are_those_of_the_code(resources: dict[str, Any]) -> None:
    spelled = {
        "table": resources["Journal"]["Properties"]["TableName"],
        "queue": resources["DeadLetters"]["Properties"]["QueueName"],
    }
    assert {name: text.replace("${Stage}", "dev") for name, text in spelled.items()} == {
        "table": table_name("dev"),
        "queue": dead_letters_name("dev"),
    }
    assert stack_name("dev") == "opsloop-dev"
    assert dead_letters_arn("dev", "eu-west-1", "123456789012") == (
        "arn:aws:sqs:eu-west-1:123456789012:opsloop-dev-dead-letters"
    )


def test_the_journal_is_kept_encrypted_and_recoverable(resources: dict[str, Any]) -> None:
    journal = resources["Journal"]
    assert {name: journal[name] for name in ("DeletionPolicy", "UpdateReplacePolicy")} == {
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
    }
    kept = (
        "BillingMode",
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TimeToLiveSpecification",
    )
    assert {name: journal["Properties"][name] for name in kept} == {
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
    }


def test_dead_letters_are_kept_for_as_long_as_sqs_can(resources: dict[str, Any]) -> None:
    assert resources["DeadLetters"]["Properties"] == {
        "QueueName": "opsloop-${Stage}-dead-letters",
        "MessageRetentionPeriod": 14 * 24 * 60 * 60,
        "SqsManagedSseEnabled": True,
    }


def test_dead_letters_travel_over_tls_only(resources: dict[str, Any]) -> None:
    (statement,) = resources["DeadLettersOverTlsOnly"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement == {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "DeadLetters.Arn",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_the_table_can_be_made_without_cloudformation() -> None:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        create_journal(client, "opsloop-test")
        table = client.describe_table(TableName="opsloop-test")["Table"]
        expiry = client.describe_time_to_live(TableName="opsloop-test")
    keys = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table["GlobalSecondaryIndexes"]
    }
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["rule", "id"]
    assert keys == {
        "recent": ["day", "id"],
        "by-resource": ["resource", "id"],
        "attention": ["attention", "due"],
    }
    assert expiry["TimeToLiveDescription"]["AttributeName"] == "expires"


def test_tags_of_every_shape_are_read(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("a: !Sub x-${y}\nb: !Join ['', [a, b]]\nc: !Transform {Name: n}\n")
    assert load_template(path) == {"a": "x-${y}", "b": ["", ["a", "b"]], "c": {"Name": "n"}}
