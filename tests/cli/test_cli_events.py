"""`opsloop events`, and the warnings that `validate` and `compile` tell."""

from __future__ import annotations

import json

import pytest

from opsloop.catalogue import entries, view
from tests.cli.conftest import CommandLine
from tests.cli.projects import write

STATE = """\
# yaml-language-server: $schema=../rule.schema.json
description: Say that an instance changed its state.
owner: team-storage
severity: low
when:
  event:
    source: [aws.ec2]
    detail-type: [EC2 Instance State-change Notification]
if:
  - event.detail.reason
then:
  - do: aws.ec2.create_tags
    with: {Resources: ["${event.detail.\\"instance-id\\"}"], Tags: [{Key: a, Value: b}]}
"""
WARNING = (
    "rules/storage/state.yaml:10:18: warning OPS101: found `reason`, which no such event is known "
    "to have; expected one of instance-id, state, unless AWS has added it\n"
)
COUNTED = "1 warning, docs/lint.md#ops101\n"


def test_all_events_are_listed(opsloop: CommandLine) -> None:
    result = opsloop("events")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert len(lines) == len(entries.every()) + 1
    assert lines[0].split() == ["EVENT", "KNOWN", "FROM", "DETAIL-TYPE"]
    assert result.stderr == f"\n{len(entries.every())} events; `opsloop events NAME` shows one\n"


def test_the_events_of_a_source_as_data(opsloop: CommandLine) -> None:
    told = json.loads(opsloop("events", "ec2", "--json").stdout)
    assert told == [view.as_row(one) for one in entries.every() if one.source == "aws.ec2"]


KMS = """\
aws.kms@KMSCMKDeletion
source       aws.kms
detail-type  KMS CMK Deletion
schema       @aws-cdk/aws-service-spec 0.1.216 (Apache-2.0)
sample       kms-key-deleted: https://docs.aws.amazon.com/"""


def test_one_event_is_shown(opsloop: CommandLine) -> None:
    result = opsloop("events", "KMS CMK Deletion")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(KMS)
    assert "  when:\n    event:\n      source: [aws.kms]\n" in result.stdout
    assert '  event.detail."key-id"  string  sample\n' in result.stdout
    sample = result.stdout.partition("sample kms-key-deleted\n")[2]
    assert json.loads(sample) == dict(entries.find("kms-key-deleted")[0].samples[0].payload)


def test_one_event_as_data(opsloop: CommandLine) -> None:
    told = json.loads(opsloop("events", "ec2:RunInstances", "--json").stdout)
    assert told == json.loads(json.dumps(view.as_json(entries.find("ec2:RunInstances")[0])))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ec2:RunInstnces", "ec2:RunInstances"),
        ("PublicAccess-Block", "s3:DeleteBucketPublicAccessBlock"),
        ("cron", "a name or a word that `opsloop events` lists"),
    ],
)
def test_an_unknown_event_is_wrong_usage(opsloop: CommandLine, name: str, expected: str) -> None:
    result = opsloop("events", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"found the event {name!r}; expected {expected}\n"


@pytest.mark.parametrize(
    ("command", "said"), [("validate", "4 rules are valid\n"), ("compile", "4 rules compiled, ")]
)
def test_warnings_are_told_and_fail_nothing(opsloop: CommandLine, command: str, said: str) -> None:
    write(opsloop.folder, {"storage/state.yaml": STATE})
    result = opsloop(command)
    assert result.exit_code == 0
    assert result.stderr.startswith(WARNING + COUNTED + said)


def test_warnings_are_data_too(opsloop: CommandLine) -> None:
    write(opsloop.folder, {"storage/state.yaml": STATE})
    validated = opsloop("validate", "--json")
    compiled = opsloop("compile", "--json")
    (warning,) = json.loads(validated.stdout)["warnings"]
    assert (validated.exit_code, validated.stderr) == (0, "")
    assert warning["warning"] is True
    assert warning["place"] == {"file": "rules/storage/state.yaml", "line": 10, "column": 18}
    assert json.loads(compiled.stdout)["warnings"] == [warning]


def test_beside_problems_warnings_come_first(opsloop: CommandLine) -> None:
    write(opsloop.folder, {"storage/state.yaml": STATE.replace("create_tags", "creat_tags")})
    result = opsloop("compile")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{WARNING}{COUNTED}rules/storage/state.yaml:12:17: found ")
    assert result.stderr.endswith("\n1 problem\n")
    told = json.loads(opsloop("validate", "--json").stdout)
    assert [len(told[kind]) for kind in ("problems", "warnings", "silenced")] == [1, 1, 0]
