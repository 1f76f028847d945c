"""Commands about executions that wait: approve, deny, and how history and show tell of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.clock import SystemClock
from opsloop.local.account import embedded_account
from opsloop.local.once import run_once
from opsloop.local.plans import plan_of
from tests.cli.conftest import REGION, CommandLine
from tests.cli.projects import HEADER, write

#: whom moto takes everybody for
ME = "arn:aws:sts::123456789012:user/moto"
ASK = f"""\
{HEADER}description: Tag a bucket, if somebody agrees.
owner: team
severity: low
mode: active
when:
  manual: {{parameters: {{bucket: string}}}}
let:
  bucket: event.detail.parameters.bucket
then:
  - id: ask
    approve: {{by: [PATTERN], within: 1h, prompt: "Tag ${{bucket}}?"}}
  - id: tag
    do: tags.apply
    with:
      service: s3
      resources: ["arn:aws:s3:::${{bucket}}"]
      tags: {{note: agreed}}
verify:
  check: aws.s3.get_bucket_tagging
  with: {{Bucket: "${{bucket}}"}}
  until: result.TagSet[0].Value == 'agreed'
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One rule that asks whoever we are, one that asks others."""
    rules = {
        "storage/ask-me.yaml": ASK.replace("PATTERN", '"*:user/moto"'),
        "storage/ask-others.yaml": ASK.replace("PATTERN", '"*:role/oncall", "*:user/maria"'),
    }
    monkeypatch.chdir(write(tmp_path, rules))
    return tmp_path


def asked(opsloop: CommandLine, rule: str, bucket: str) -> str:
    """The id of an execution that waits for an answer."""
    result = opsloop("run", rule, "--param", f"bucket={bucket}", "--json")
    (outcome,) = json.loads(result.stdout)
    assert (result.exit_code, outcome["outcome"]) == (0, "waiting")
    return str(outcome["execution"])


def wake(opsloop: CommandLine, rule: str, execution: str) -> Any:
    """What its function says when the waker starts it."""
    plan, stage = plan_of(opsloop.folder, rule, "dev")
    said: list[str] = []
    payload = {"opsloop": {"resume": execution}}
    (outcome,) = run_once(plan, stage, payload, SystemClock(), said.append)
    return outcome


def plain_times(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "T", text)


def test_what_waits_is_listed_with_its_question(opsloop: CommandLine, bucket: str) -> None:
    execution = asked(opsloop, "ask-others", bucket)
    result = opsloop("history", "--status", "waiting")
    question = "approval until T by *:role/oncall or *:user/maria: Tag reports?"
    assert plain_times(result.stdout).splitlines()[1] == (
        f"T  waiting  ask-others  -         {execution}  {question}"
    )
    assert json.loads(opsloop("history", "--status", "running", "--json").stdout) == []


def test_an_execution_that_waits(opsloop: CommandLine, bucket: str) -> None:
    execution = asked(opsloop, "ask-others", bucket)
    shown = plain_times(opsloop("show", execution).stdout).splitlines()
    assert shown[:7] == [
        f"id         {execution}",
        "rule       storage/ask-others",
        "status     waiting",
        "phase      then",
        "waits for  approval until T, in ask",
        "question   Tag reports?",
        "to answer  *:role/oncall or *:user/maria",
    ]


def test_an_approval_lets_it_go_on(
    opsloop: CommandLine, account: boto3.Session, bucket: str
) -> None:
    execution = asked(opsloop, "ask-me", bucket)
    result = opsloop("approve", execution, "--why", "it is mine")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "ask-me: approved: it goes on within a minute\n"
        f"`opsloop show {execution}` shows what becomes of it\n"
    )
    answer = f"answer     approved by {ME} at T it is mine"
    assert answer in plain_times(opsloop("show", execution).stdout).splitlines()

    assert wake(opsloop, "ask-me", execution)["outcome"] == "succeeded"
    client: Any = account.client("s3")
    assert client.get_bucket_tagging(Bucket=bucket)["TagSet"] == [
        {"Key": "note", "Value": "agreed"}
    ]
    shown = plain_times(opsloop("show", execution).stdout)
    assert f'{{"by": "{ME}", "at": "T", "why": "it is mine"}}' in shown
    assert "loop      closed" in shown.splitlines()
    listed = opsloop("history").stdout.splitlines()[1]
    assert listed.endswith("ask, tags.apply; loop closed")


def test_a_denial_ends_it_with_the_name_and_the_reason(opsloop: CommandLine, bucket: str) -> None:
    execution = asked(opsloop, "ask-me", bucket)
    result = opsloop("deny", execution, "--why", "not today", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = json.loads(plain_times(result.stdout))
    assert said == {
        "execution": execution,
        "rule": "ask-me",
        "decision": {"approved": False, "by": ME, "at": "T", "why": "not today"},
    }
    outcome = wake(opsloop, "ask-me", execution)
    assert (outcome["outcome"], outcome["reason"]) == ("failed", f"denied by {ME}: not today")


def test_one_answer_counts(opsloop: CommandLine, bucket: str) -> None:
    execution = asked(opsloop, "ask-me", bucket)
    assert opsloop("deny", execution).exit_code == 0
    again = opsloop("approve", execution)
    assert (again.exit_code, again.stdout) == (1, "")
    assert plain_times(again.stderr) == f"{execution} was denied by {ME} at T\n"


@pytest.mark.parametrize("command", ["approve", "deny"])
def test_who_may_not_answer_is_told_who_may(
    opsloop: CommandLine, bucket: str, command: str
) -> None:
    execution = asked(opsloop, "ask-others", bucket)
    result = opsloop(command, execution)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"{execution} is not for {ME} to answer; expected *:role/oncall or *:user/maria\n"
    )
    assert len(json.loads(opsloop("history", "--status", "waiting", "--json").stdout)) == 1


@pytest.mark.parametrize("command", ["approve", "deny"])
@pytest.mark.usefixtures("account")
def test_an_execution_that_there_is_not(opsloop: CommandLine, command: str) -> None:
    result = opsloop(command, "01KBZ0000000000000000000ZZ")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "no execution 01KBZ0000000000000000000ZZ in stage dev; "
        "`opsloop history --status waiting` lists those that wait\n"
    )


@pytest.mark.parametrize("command", ["approve", "deny", "replay", "show"])
def test_what_is_no_id(opsloop: CommandLine, command: str) -> None:
    result = opsloop(command, "soon")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "found 'soon', expected 26 letters of ULID" in result.stderr


@pytest.mark.parametrize("command", ["approve", "deny", "replay"])
def test_no_table(opsloop: CommandLine, command: str) -> None:
    assert opsloop("compile").exit_code == 0
    with embedded_account("another", REGION):
        result = opsloop(command, "01KBZ0000000000000000000ZZ")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.splitlines()[-1] == (
        "no DynamoDB table 'opsloop-dev' in us-east-1: create it with `opsloop infra --stage dev`"
    )
