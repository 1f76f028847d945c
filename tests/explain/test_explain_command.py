"""`opsloop explain` as a pipe sees it, whole outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from opsloop.cli import main
from tests.compiler.projects import project
from tests.explain.conftest import Explain
from tests.explain.rules import SETTINGS

EVENTS = Path(__file__).parents[1] / "events"
LISTED = """\
GuardDuty Finding from aws.guardduty  2026-11-02T09:30:00Z, 123456789012 us-east-1
OUTCOME   MODE     RULE          WHY
not met   observe  quarantine    round(event.detail.severity) >= params.high: the value is 5
no match  observe  close-bucket  source: wanted "aws.s3", found "aws.guardduty", and 3 more
no match  observe  tag-instance  source: wanted "aws.ec2", found "aws.guardduty", and 3 more
no match  observe  reboot        source: wanted "aws.cloudwatch", found "aws.guardduty", and 3 more
no match  observe  by-hand       road: wanted a manual run, found an event on EventBridge
no match  observe  listen        road: wanted a message of SNS, found an event on EventBridge
no match  observe  tick          road: wanted a tick of a schedule, found an event on EventBridge
"""
BY_SNS = """\
CloudWatch Alarm State Change from aws.cloudwatch  2026-11-02T09:30:00.415Z, \
123456789012 us-east-1 by SNS arn:aws:sns:us-east-1:123456789012:alarms
no match  observe  reboot  road: wanted an event on EventBridge, found a message of SNS; \
but for that its pattern matches

Pattern
HELD  FIELD               WANTED                           FOUND
yes   source              "aws.cloudwatch"                 "aws.cloudwatch"
yes   detail-type         "CloudWatch Alarm State Change"  "CloudWatch Alarm State Change"
yes   detail.alarmName    {"wildcard": "*-status-check"}   "web-status-check"
yes   detail.state.value  "ALARM"                          "ALARM"
"""
IN_FULL = """\
GuardDuty Finding from aws.guardduty  2026-11-02T09:30:00Z, 123456789012 us-east-1
not met  observe  quarantine  round(event.detail.severity) >= params.high: the value is 5

Pattern
HELD  FIELD                         WANTED               FOUND
yes   source                        "aws.guardduty"      "aws.guardduty"
yes   detail-type                   "GuardDuty Finding"  "GuardDuty Finding"
yes   detail.resource.resourceType  "Instance"           "Instance"

Criteria on the event
MET  CRITERION                                    BECAUSE
no   round(event.detail.severity) >= params.high  the value is 5
yes  event.detail.service.archived != true
"""


@pytest.mark.parametrize(
    ("event", "words", "printed"),
    [
        ("guardduty-ec2-malicious-ip", (), LISTED),
        ("guardduty-ec2-malicious-ip", ("--rule", "quarantine"), IN_FULL),
        ("cloudwatch-alarm-status-check-by-sns", ("--rule", "reboot"), BY_SNS),
    ],
)
def test_whole_outputs(explain: Explain, event: str, words: tuple[str, ...], printed: str) -> None:
    assert explain(str(EVENTS / f"{event}.json"), *words) == printed


NOWHERE = """\
description: A rule.
owner: team
severity: low
{more}
when: {{api: s3:PutBucketAcl}}
then: [{{do: notify, with: {{to: pager, title: Hello}}}}]
"""
NOT_HERE = """\
AWS API Call via CloudTrail from aws.s3  2022-10-25T16:29:19Z, {account} {region}{elsewhere}
OUTCOME    MODE    RULE   WHY
runs       active  acts   1 execution
not here   active  far    not in stage dev (us-east-1): the rule is for eu-west-1; 1 execution
not here   off     sleeps its mode is off; 1 execution
"""


@pytest.mark.parametrize(
    ("region", "elsewhere"),
    [
        ("us-east-1", ""),
        (
            "eu-west-1",
            "\nnot in 123456789012 us-east-1, where stage dev is: it comes there only if forwarded",
        ),
    ],
)
def test_what_would_run_does_not_where_there_is_no_function_of_it(
    tmp_path: Path, region: str, elsewhere: str
) -> None:
    modes = {
        "acts": "mode: active",
        "far": "mode: active\nregions: [eu-west-1]",
        "sleeps": "mode: 'off'",
    }
    rules = {f"pack/{name}.yaml": NOWHERE.format(more=more) for name, more in modes.items()}
    folder = project(tmp_path, rules, SETTINGS)
    event = json.loads((EVENTS / "s3-put-bucket-acl.json").read_bytes())
    event |= {"account": "123456789012", "region": region}
    (tmp_path / "event.json").write_text(json.dumps(event))
    words = ["explain", str(tmp_path / "event.json"), "--project", str(folder)]
    printed = CliRunner().invoke(main, words).stdout
    heading, *rows = NOT_HERE.format(
        account=event["account"], region=region, elsewhere=elsewhere
    ).splitlines()
    heading = heading.replace("2022-10-25T16:29:19Z", event["time"])
    assert [line.split() for line in printed.splitlines()] == [
        line.split() for line in (heading, *rows)
    ]
    [one] = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert one["elsewhere"] == (elsewhere.strip() or None)
    assert {rule["rule"]: (rule["outcome"], rule["mode"]) for rule in one["rules"]} == {
        "acts": ("runs", "active"),
        "far": ("not here", "active"),
        "sleeps": ("not here", "off"),
    }


def test_json_says_the_same(explain: Explain) -> None:
    event = str(EVENTS / "guardduty-ec2-malicious-ip.json")
    [one] = json.loads(explain(event, "--rule", "quarantine", "--json"))
    [rule] = one["rules"]
    assert rule["outcome"] == "not met"
    assert rule["miss"] == {
        "part": "criteria",
        "path": "",
        "wanted": "round(event.detail.severity) >= params.high",
        "seen": "the value is 5",
        "more": 0,
    }
    assert [field["held"] for field in rule["pattern"]] == [True, True, True]
    assert [criterion["met"] for criterion in rule["criteria"]] == [False, True]


def test_several_records_of_sns_are_explained_one_by_one(explain: Explain, tmp_path: Path) -> None:
    payload = json.loads((EVENTS / "cloudwatch-alarm-by-sns.json").read_bytes())
    payload["Records"] *= 2
    file = tmp_path / "two.json"
    file.write_text(json.dumps(payload))
    printed = explain(str(file), "--rule", "listen").split("\n\n")
    assert len(printed) == 2
    assert printed[0].rstrip("\n") == printed[1].rstrip("\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule", "quarentine"), "2: found the rule 'quarentine'; expected quarantine\n"),
        (("--stage", "prod"), "2: found the stage 'prod'; expected dev\n"),
    ],
)
def test_names_that_are_not_there(explain: Explain, words: tuple[str, ...], said: str) -> None:
    assert explain(str(EVENTS / "cloudwatch-alarm.json"), *words) == said


def test_a_payload_that_is_no_event_says_what_was_expected(
    explain: Explain, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"Source": "aws.ec2"}')
    assert explain(str(file)).startswith(
        "1: payload: found an object with the keys 'Source', expected an event of EventBridge"
    )
