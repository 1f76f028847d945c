"""Commands that try something again: redrive and replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import boto3
import pytest
from moto import mock_aws

from opsloop.deploy.template import create_journal
from tests.cli.conftest import REGION, CommandLine
from tests.history.test_redriving import QUEUE, RAISED, record

EVENTS = Path(__file__).parents[1] / "events"
BUCKET = "amzn-s3-demo-bucket1"


@pytest.fixture(params=["simple"])
def account(request: pytest.FixtureRequest, opsloop: CommandLine) -> Iterator[boto3.Session]:
    """An account in memory. moto's simple Lambda starts anything, its whole one has nothing."""
    compiled = opsloop("compile")
    assert compiled.exit_code == 0, compiled.stderr
    with mock_aws(config={"lambda": {"use_docker": request.param == "whole"}}):
        session = boto3.Session(region_name=REGION)
        create_journal(session.client("dynamodb"), "opsloop-dev")
        session.client("sqs").create_queue(QueueName=QUEUE)
        client: Any = session.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield session


def put(session: boto3.Session, *bodies: Any) -> None:
    client: Any = session.client("sqs")
    url = client.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    for body in bodies:
        client.send_message(QueueUrl=url, MessageBody=json.dumps(body))


WHY = f"JournalError: {RAISED['errorMessage']}"


def test_dead_letters_are_shown_and_tried_again(
    opsloop: CommandLine, account: boto3.Session
) -> None:
    put(account, record("close-bucket"))
    line = f"  opsloop-dev-close-bucket  2026-11-23T10:02:25.651Z  3      {WHY}"
    header = f"FUNCTION{' ' * 18}GIVEN UP{' ' * 18}TRIES  WHY"
    looked = opsloop("redrive", "--dry-run")
    assert (looked.exit_code, looked.stderr) == (0, "")
    assert looked.stdout.splitlines() == [f"BECAME  {header}", f"found {line}"]
    tried = opsloop("redrive")
    assert (tried.exit_code, tried.stderr) == (0, "")
    assert tried.stdout.splitlines() == [f"BECAME    {header}", f"redriven{line}"]
    again = opsloop("redrive")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "no dead letters\n")


def test_what_has_to_stay_is_said(opsloop: CommandLine, account: boto3.Session) -> None:
    put(account, {"not": "a record"})
    result = opsloop("redrive", "--json")
    (told,) = json.loads(result.stdout)
    assert told.pop("message")
    assert (result.exit_code, told) == (
        1,
        {
            "became": "left",
            "function": None,
            "time": "",
            "attempts": 0,
            "reason": "",
            "left": "it is no record of a failed invocation",
        },
    )


def test_no_more_than_asked_for(opsloop: CommandLine, account: boto3.Session) -> None:
    put(account, *(record("close-bucket") for _ in range(3)))
    assert len(json.loads(opsloop("redrive", "--limit", "2", "--json").stdout)) == 2
    assert len(json.loads(opsloop("redrive", "--json").stdout)) == 1


def test_no_dead_letter_queue(opsloop: CommandLine, account: boto3.Session) -> None:
    client: Any = account.client("sqs")
    client.delete_queue(QueueUrl=client.get_queue_url(QueueName=QUEUE)["QueueUrl"])
    result = opsloop("redrive")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (f"no queue '{QUEUE}': create it with `opsloop infra --stage dev`\n")


def first(opsloop: CommandLine) -> str:
    """An event that was handled: the id of its execution."""
    copyfile(EVENTS / "s3-put-bucket-acl.json", opsloop.folder / "event.json")
    result = opsloop("run", "close-bucket", "--event", "event.json", "--json")
    (outcome,) = json.loads(result.stdout)
    assert outcome["outcome"] == "succeeded"
    return str(outcome["execution"])


@pytest.mark.usefixtures("account")
def test_a_dry_replay_is_an_execution_of_its_own(opsloop: CommandLine) -> None:
    before = first(opsloop)
    result = opsloop("replay", before, "--dry-run", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    (outcome,) = json.loads(result.stdout)
    assert (outcome["outcome"], outcome["execution"] == before) == ("observed", False)
    found = {
        one["id"]: one
        for one in json.loads(opsloop("history", "--rule", "close-bucket", "--json").stdout)
    }
    assert found.keys() == {before, outcome["execution"]}
    old, new = found[before], found[outcome["execution"]]
    assert new["identity"] == f"{old['identity']}/{new['event']['replay-name']}"
    assert new["event_time"] == old["event_time"]
    user = "arn:aws:sts::123456789012:user/moto"
    assert (old["asked_by"], new["asked_by"]) == (None, user)
    assert new["actor"] == old["actor"]


@pytest.mark.usefixtures("account")
def test_a_replay_takes_todays_rule(opsloop: CommandLine) -> None:
    before = first(opsloop)
    rule = opsloop.folder / "rules/storage/close-bucket.yaml"
    unmet = "if: event.detail.awsRegion == 'eu-north-1'"
    rule.write_text(rule.read_text().replace("if: event.detail.awsRegion == region", unmet))
    (outcome,) = json.loads(opsloop("replay", before, "--dry-run", "--json").stdout)
    assert outcome["outcome"] == "not met"


@pytest.mark.usefixtures("account")
def test_a_replay_goes_to_the_stages_function(opsloop: CommandLine) -> None:
    before = first(opsloop)
    result = opsloop("replay", before)
    assert (result.exit_code, result.stdout) == (0, "")
    said, hint = result.stderr.splitlines()
    assert said == "close-bucket gets the event once more"
    assert hint.startswith("`opsloop show 01")
    assert before not in hint


@pytest.mark.usefixtures("account")
def test_a_replay_of_what_there_is_not(opsloop: CommandLine) -> None:
    result = opsloop("replay", "01KBZ0000000000000000000ZZ")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "no execution 01KBZ0000000000000000000ZZ in stage dev; `opsloop history` lists them\n"
    )


@pytest.mark.parametrize("account", ["whole"], indirect=True)
@pytest.mark.usefixtures("account")
def test_a_replay_without_its_function(opsloop: CommandLine) -> None:
    result = opsloop("replay", first(opsloop))
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "there is no function opsloop-dev-close-bucket: the rule is not deployed in stage dev\n"
    )


@pytest.mark.parametrize("account", ["whole"], indirect=True)
def test_a_dead_letter_of_a_function_that_is_gone_stays(
    opsloop: CommandLine, account: boto3.Session
) -> None:
    put(account, record("close-bucket"))
    result = opsloop("redrive", "--json")
    (told,) = json.loads(result.stdout)
    assert (result.exit_code, told["became"]) == (1, "left")
    assert told["left"] == "its function is gone"
