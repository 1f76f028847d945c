"""A small project for backtests, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chalicelib.plan import Plan, Stage
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.pool import Meter
from opsloop.backtest.report import Report
from opsloop.backtest.ruling import Version
from opsloop.backtest.run import Wanted, backtest
from opsloop.backtest.span import Span
from tests.compiler.projects import project

SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: us-east-1
    params: {high: 7}
    channels:
      pager: {type: sns, topic: pager}
"""
HEAD = "description: A rule.\nowner: team\nseverity: low\n"
TELL = "then: [{do: notify, with: {to: pager, title: Hello}}]\n"
RULES = {
    "tag-instance": """\
when: {api: ec2:RunInstances}
each: {of: event.detail.responseElements.instancesSet.items, as: instance}
if: ["tag(instance.tagSet.items, 'creator') == null"]
""",
    "close-bucket": """\
when: {api: [s3:PutBucketAcl, s3:PutBucketPolicy]}
let: {bucket: event.detail.requestParameters.bucketName}
facts:
  tags: {do: aws.s3.get_bucket_tagging, with: {Bucket: "${bucket}"}, pick: TagSet, or: []}
if: ["tag(facts.tags, 'public') != 'approved'"]
""",
    "by-people": """\
when: {api: ec2:TerminateInstances}
if: ["[actor.type][0] == 'IAMUser'", "age(time) < duration('1m')"]
""",
    "root": """\
when:
  event:
    source: [aws.signin]
    detail-type: [AWS Console Sign In via CloudTrail]
    detail: {userIdentity: {type: [Root]}}
""",
    "spends": "when: {api: ec2:CreateNatGateway}\n",
    "quarantine": """\
when: {event: {source: [aws.guardduty], detail-type: [GuardDuty Finding]}}
if: [round(event.detail.severity) >= params.high]
""",
    "reboot": """\
when: {alarm: {names: ['Server*'], to: ALARM}}
if: [alarm.dimensions.InstanceId]
""",
    "tick": "when: {schedule: rate(1 day)}\n",
}
HERE = Alarms("123456789012", "us-east-1")


class StillClock:
    """Nothing takes time."""

    def now(self) -> float:
        return 1_780_000_000.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


def write(folder: Path, **changes: str) -> Path:
    """The project in this folder, with these rules in place of others or beside them."""
    rules = {**RULES, **{name.replace("_", "-"): text for name, text in changes.items()}}
    texts = {f"pack/{name}.yaml": f"{HEAD}{text}{TELL}" for name, text in rules.items()}
    return project(folder, texts, SETTINGS)


def report(
    plans: dict[str, Plan], stage: Stage, *places: Path | str, workers: int = 1, **more: Any
) -> Report:
    """What a backtest says."""
    given = {"alarms": HERE, "span": Span(), **more}
    wanted = Wanted(now=Version(plans, stage), places=tuple(map(str, places)), **given)
    return backtest(wanted, workers, StillClock(), nobody)


def nobody(_meter: Meter) -> None:
    """Watches."""


def runs(found: Report) -> dict[str, int]:
    """Executions by rule, where there are any."""
    return {r.rule: r.tally.fired.executions for r in found.rules if not r.never}


def rubbed(found: Report) -> dict[str, Any]:
    """The report without what depends on which worker came first, or where files are."""
    content = found.as_dict()
    content.pop("asked")
    for rule in content["rules"]:
        for fired in (rule, rule["newly"] or {}, rule["no_longer"] or {}):
            for example in fired.get("examples", ()):
                example.pop("place")
    return content


def lines(*records: Iterable[str]) -> str:
    """Texts, each on its line."""
    return "".join(f"{record}\n" for record in records)
