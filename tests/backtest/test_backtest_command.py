"""`opsloop backtest` as a pipe sees it, whole outputs."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from opsloop.cli import main
from tests.backtest.rules import write

Run = Callable[..., Result]
CALL = {
    "eventVersion": "1.11",
    "userIdentity": {"type": "IAMUser", "userName": "maria", "arn": "arn:aws:iam::1:user/maria"},
    "eventTime": "2026-05-01T09:30:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "PutBucketAcl",
    "awsRegion": "us-east-1",
    "eventID": "e-1",
    "eventType": "AwsApiCall",
    "recipientAccountId": "123456789012",
    "requestParameters": {"bucketName": "reports"},
}
RECORDS: list[Any] = [
    CALL,
    {**CALL, "eventID": "e-2", "eventTime": "2026-05-02T12:00:00Z", "awsRegion": "eu-west-1"},
    {**CALL, "eventID": "e-3", "eventName": "GetBucketAcl"},
    CALL,
    {
        **CALL,
        "eventID": "e-4",
        "eventTime": "2026-05-01T10:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "TerminateInstances",
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/r/ci"},
    },
]
LISTED = """\
4 events, 2026-05-01 09:00 to 2026-05-02 12:59 UTC  6 records in 1 file, 0.0 s
1 not delivered by EventBridge: calls that only read
1 duplicate, counted once
1 match not in 123456789012 us-east-1, where stage dev is: --here leaves those out

RULE          MATCHED  RUNS  RESOURCES  WHEN
close-bucket  2        ≤ 2   1          █             █
by-people     1        0
root          0        0
spends        0        0
tag-instance  0        0
quarantine    -        -
reboot        -        -
tick          -        -

Why not more often
RULE          WHY
close-bucket  undecided: facts.tags
by-people     1 not met: [actor.type][0] == 'IAMUser'
root          never: its pattern matched no event
spends        never: its pattern matched no event
tag-instance  never: its pattern matched no event
quarantine    \
cannot be told: CloudTrail's records cannot hold GuardDuty Finding from aws.guardduty
reboot        \
cannot be told: CloudTrail's records cannot hold CloudWatch Alarm State Change from aws.cloudwatch
tick          cannot be told: CloudTrail's records cannot hold ticks of a schedule

The latest of each
RULE          TIME                  RESOURCE              BY     READ FROM
close-bucket  2026-05-02T12:00:00Z  arn:aws:s3:::reports  maria  events.jsonl:2 (e-2)

1 broken record, left out
PLACE           WHY
events.jsonl:6  found 'rubbish': JSON is malformed: invalid character (byte 0); \
expected an event of EventBridge, a record of CloudTrail, an item of alarm history \
or a payload of SNS
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a file of events, and the working directory is in it."""
    text = "".join(f"{json.dumps(record)}\n" for record in RECORDS)
    (tmp_path / "events.jsonl").write_text(f"{text}rubbish\n")
    monkeypatch.chdir(write(tmp_path))
    return tmp_path


def run(*words: str, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(main, ["backtest", *words], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.usefixtures("project")
def test_the_whole_report() -> None:
    result = run("--events", "events.jsonl")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.sub(r"\b\d\.\d s$", "0.0 s", result.stdout, flags=re.MULTILINE) == LISTED


def test_standard_input_is_a_file_like_others(project: Path) -> None:
    result = run("--events", "-", "--json", stdin=(project / "events.jsonl").read_bytes())
    content = json.loads(result.stdout)
    assert (content["events"], content["broken"]["count"], content["inputs"]) == (4, 1, 1)


@pytest.mark.usefixtures("project")
def test_json_says_what_was_asked_and_found() -> None:
    words = ("--rule", "close-bucket", "--since", "2026-05-02", "--until", "2026-05-03", "--here")
    content = json.loads(run("--events", "events.jsonl", "--json", *words).stdout)
    assert content["asked"] == {
        "places": ["events.jsonl"],
        "stage": "dev",
        "account": "123456789012",
        "region": "us-east-1",
        "since": "2026-05-02T00:00:00Z",
        "until": "2026-05-03T00:00:00Z",
        "here": True,
        "against": None,
        "alarms": False,
    }
    [rule] = content["rules"]
    assert (rule["rule"], rule["matched"], rule["executions"], rule["elsewhere"]) == (
        "close-bucket",
        0,
        0,
        1,
    )
    assert (content["events"], content["outside"]) == (1, 3)


@pytest.mark.usefixtures("project")
def test_the_page_is_written_beside() -> None:
    result = run("--events", "events.jsonl", "--html", "report.html")
    assert result.stderr == "wrote report.html\n"
    assert Path("report.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--rule", "close-buket"), 2, "found the rule 'close-buket'; expected close-bucket\n"),
        (("--stage", "prod"), 2, "found the stage 'prod'; expected dev\n"),
        (
            ("--alarms", "events.jsonl"),
            1,
            (
                """events.jsonl:2:1: found '{"eventVersion": "1.11", "user'; """
                "expected JSON: nothing more, a file holds one value\n"
            ),
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_is_wrong_is_said(words: tuple[str, ...], code: int, said: str) -> None:
    result = run("--events", "events.jsonl", *words)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", said)


@pytest.mark.usefixtures("project")
def test_a_place_that_is_not_there_is_wrong_usage() -> None:
    result = run("--events", "events.jsonl", "--events", "nosuch")
    assert (result.exit_code, result.stdout) == (2, "")
    said = "no file or folder 'nosuch' is there; s3://… and - are taken, too"
    assert result.stderr.endswith(f"Error: Invalid value for '--events': {said}\n")


@pytest.mark.parametrize("words", [("--since", "2031-01-01"), ("--until", "2001-01-01")])
@pytest.mark.usefixtures("project")
def test_of_a_time_without_events_nothing_is_told_of_rules(words: tuple[str, str]) -> None:
    printed = run("--events", "events.jsonl", *words).stdout
    assert printed.startswith("0 events, none in that time  ")
    rows = printed.split("Why not more often\n")[1].split("\n\n")[0].splitlines()[1:]
    assert {row.split("  ")[-1].strip() for row in rows} == {
        "cannot be told: no events in that time"
    }
    content = json.loads(run("--events", "events.jsonl", "--json", *words).stdout)
    assert {rule["unheard"] for rule in content["rules"]} == {"no events in that time"}


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)  # noqa: S603, S607


@pytest.fixture
def repository(project: Path) -> Path:
    """The project as it was, committed; then a rule changed and another went."""
    git(project, "init", "--quiet")
    git(project, "add", "rules")
    git(project, "commit", "--quiet", "--message", "one")
    write(project, by_people="when: {api: ec2:TerminateInstances}\n")
    (project / "rules/pack/close-bucket.yaml").unlink()
    return project


def test_against_a_revision(repository: Path) -> None:
    before = sorted(repository.rglob("*"))
    result = run("--events", "events.jsonl", "--against", "HEAD")
    assert result.exit_code == 0, result.stderr
    compared = result.stdout.split("\nAgainst HEAD\n")[1].split("\n\n")[0]
    assert [re.split(" {2,}", line) for line in compared.split("\n")] == [
        ["RULE", "CHANGE", "RUNS", "FOR EXAMPLE", "HELD BACK BY"],
        ["by-people", "newly", "1", "2026-05-01T10:00:00Z e-4 (events.jsonl:5)", "criteria"],
        [
            "close-bucket",
            "no longer",
            "2",
            "2026-05-02T12:00:00Z arn:aws:s3:::reports (events.jsonl:2)",
            "no such rule",
        ],
    ]
    assert sorted(repository.rglob("*")) == before


@pytest.mark.usefixtures("repository")
def test_one_rule_that_is_gone_can_be_asked_for() -> None:
    words = ("--events", "events.jsonl", "--against", "HEAD", "--rule", "close-bucket", "--json")
    [rule] = json.loads(run(*words).stdout)["rules"]
    assert (rule["rule"], rule["no_longer"]["executions"], rule["pack"]) == (
        "close-bucket",
        2,
        None,
    )


def test_the_same_rules_are_said_to_be_the_same(repository: Path) -> None:
    git(repository, "add", "rules")
    git(repository, "commit", "--quiet", "--message", "two")
    result = run("--events", "events.jsonl", "--against", "HEAD")
    assert "\nAgainst HEAD\nthe rules are the same\n" in result.stdout


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD~9"])
@pytest.mark.usefixtures("repository")
def test_a_revision_that_is_not_there(revision: str) -> None:
    result = run("--events", "events.jsonl", f"--against={revision}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"found the revision {revision!r}; expected one with rules/ in it, "
        "as git names it: main, v1.2, HEAD~3\n"
    )


def test_broken_rules_of_then_are_told_as_of_then(repository: Path) -> None:
    write(repository, by_people="when: {api: ec2:NoSuchThing}\n")
    git(repository, "add", "rules")
    git(repository, "commit", "--quiet", "--message", "broken")
    write(repository)
    result = run("--events", "events.jsonl", "--against", "HEAD")
    assert result.exit_code == 1
    assert result.stderr.startswith("HEAD:rules/pack/by-people.yaml:")
