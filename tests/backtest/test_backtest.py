"""Whole backtests, held against what a naive reading of the same files finds."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from chalicelib.engine.criteria import Criteria
from chalicelib.errors import EventError
from chalicelib.events import names
from chalicelib.events.normalise import normalise
from opsloop.backtest.alarm_history import Alarms, described
from opsloop.backtest.ruling import Version
from opsloop.backtest.span import Span
from opsloop.compiler.build import Compiled, compile_project
from opsloop.judging import EventClock
from opsloop.patterns import Pattern
from tests.backtest.conftest import RECORDS
from tests.backtest.generate import write_month
from tests.backtest.rules import report, rubbed, runs, write
from tests.backtest.test_alarm_history import ALARM, item

EVENTS = Path(__file__).parents[1] / "events"
TYPES = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
}


def everything(month: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(month.rglob("*.json.gz")):
        yield from json.loads(gzip.decompress(file.read_bytes()))["Records"]


def naive_events(month: Path) -> Iterator[dict[str, Any]]:
    """Every event that EventBridge would have had, slowly."""
    for record in everything(month):
        if not record["eventName"].startswith(("Describe", "Get", "List")):
            yield {
                "version": "0",
                "id": record["eventID"],
                "detail-type": TYPES[record["eventType"]],
                "source": f"aws.{record['eventSource'].split('.')[0]}",
                "account": record["recipientAccountId"],
                "time": record["eventTime"],
                "region": record["awsRegion"],
                "resources": [],
                "detail": record,
            }


def test_it_counts_what_a_naive_reading_counts(compiled: Compiled, month: Path) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    patterns = {
        rule: Pattern(plan["wire"]["pattern"])
        for rule, plan in plans.items()
        if "pattern" in plan["wire"]
    }
    matched, executed, unmet, failed = (
        Counter[str](),
        Counter[str](),
        Counter[str](),
        Counter[str](),
    )
    hours, resources = Counter[tuple[str, str]](), set[tuple[str, str]]()
    events = list(naive_events(month))
    for payload in events:
        [event] = normalise(payload)
        for rule in (rule for rule, pattern in patterns.items() if pattern.matches(payload)):
            matched[rule] += 1
            asked = Criteria(plans[rule], stage, EventClock(event), str)
            try:
                met = [asked.unmet_by_event(scope) is None for _, scope in asked.elements(event)]
            except EventError:
                failed[rule] += 1
                continue
            unmet[rule] += met.count(False)
            executed[rule] += met.count(True)
            if any(met):
                hours[rule, event.time[:13]] += met.count(True)
                about = names.resource(event)
                resources.add((rule, about["arn"] or about["id"] or ""))
    found = report(plans, stage, month)
    by_rule = {one.rule: one.tally for one in found.rules}
    assert {rule: by_rule[rule].matched for rule in matched} == matched
    assert runs(found) == {rule: count for rule, count in executed.items() if count}
    assert {rule: by_rule[rule].unmet.counts.total() for rule in matched} == {
        rule: unmet[rule] for rule in matched
    }
    assert {rule: by_rule[rule].failures.counts.total() for rule in failed} == failed
    assert {
        (rule, hour): count
        for rule, tally in by_rule.items()
        for hour, count in tally.fired.hours.counts.items()
    } == hours
    assert {
        (rule, name) for rule, tally in by_rule.items() for name in tally.fired.resources.counts
    } == {(rule, name) for rule, name in resources if name}
    assert found.tally.events == len(events)
    assert found.tally.records == RECORDS
    assert found.tally.undelivered.counts == {"calls that only read": RECORDS - len(events)}
    assert not found.tally.broken
    # criteria decided both ways
    assert {"tag-instance", "by-people"} <= runs(found).keys()
    assert min(unmet["tag-instance"], unmet["by-people"]) > 0


def test_two_workers_say_what_one_says(compiled: Compiled, month: Path) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    alone = report(plans, stage, month, workers=1)
    assert rubbed(report(plans, stage, month, workers=2)) == rubbed(alone)


def test_the_same_files_twice_are_duplicates(compiled: Compiled, month: Path) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    once, twice = report(plans, stage, month), report(plans, stage, month, month)
    assert runs(twice) == runs(once)
    assert twice.tally.duplicates == sum(one.tally.matched for one in once.rules)
    assert {r.rule: r.tally.duplicates for r in twice.rules} == {
        r.rule: r.tally.matched for r in once.rules
    }


def test_the_order_of_files_does_not_matter(compiled: Compiled, month: Path) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    files = sorted(map(str, month.rglob("*.gz")))
    random.Random(1).shuffle(files)
    assert rubbed(report(plans, stage, *files)) == {**rubbed(report(plans, stage, month))}


def test_a_time_range_leaves_out_the_rest(compiled: Compiled, month: Path) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    span = Span(datetime(2026, 5, 10, 12, 30, tzinfo=UTC), datetime(2026, 5, 12, 6, tzinfo=UTC))
    found = report(plans, stage, month, span=span)
    first, last = "2026-05-10T12:30:00Z", "2026-05-12T06:00:00Z"
    inside = [e for e in naive_events(month) if first <= e["time"] <= last]
    assert found.tally.events == len(inside) > 0
    assert found.tally.outside > 0
    assert min(found.tally.hours.counts) >= first[:13]
    assert max(found.tally.hours.counts) <= last[:13]
    # two regions: the days before the 10th, and those behind the 13th, which may hold late ones
    assert found.passed["folders out of the time range"] == 2 * (9 + 18)


def test_only_what_is_here(compiled: Compiled, month: Path) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    all_, here = report(plans, stage, month), report(plans, stage, month, here=True)
    elsewhere = {r.rule: r.tally.elsewhere for r in all_.rules}
    assert sum(elsewhere.values()) > 0
    assert {r.rule: r.tally.elsewhere for r in here.rules} == elsewhere
    assert {r.rule: r.tally.matched for r in here.rules} == {
        r.rule: r.tally.matched - elsewhere[r.rule] for r in all_.rules
    }


def test_events_recorded_on_the_bus(compiled: Compiled, tmp_path: Path) -> None:
    """As Firehose writes them: gzipped, one behind the other, in folders by the hour."""
    texts = [
        json.dumps(json.loads(path.read_bytes()))
        for path in sorted(EVENTS.glob("*.json"))
        if "detail-type" in json.loads(path.read_bytes())
    ]
    place = tmp_path / "2026/11/02/09"
    place.mkdir(parents=True)
    (place / "events-1-2026-11-02-09-30-00-x").write_bytes(gzip.compress("".join(texts).encode()))
    found = report(compiled.plans, compiled.stages["dev"], tmp_path)
    assert (found.tally.events, found.tally.broken) == (len(texts), 0)
    assert runs(found) == {
        "close-bucket": 2,
        "quarantine": 3,
        "reboot": 1,
        "root": 1,
        "tag-instance": 1,
    }


@pytest.mark.parametrize(
    ("alarms", "ran"),
    [({}, {}), (described({"MetricAlarms": [ALARM]}), {"reboot": 1})],
    ids=["without dimensions", "with dimensions"],
)
def test_alarm_history(
    compiled: Compiled, tmp_path: Path, alarms: dict[str, Any], ran: dict[str, int]
) -> None:
    file = tmp_path / "history.json"
    items = [item(), {**item(), "HistoryItemType": "Action"}, {**item(), "AlarmName": "Other"}]
    file.write_text(json.dumps({"AlarmHistoryItems": items, "NextToken": "x"}, indent=4))
    known = Alarms("123456789012", "us-east-1", alarms)
    found = report(compiled.plans, compiled.stages["dev"], file, alarms=known)
    assert (runs(found), found.tally.events, found.tally.broken) == (ran, 2, 0)
    assert found.tally.undelivered.counts == {"items of the type Action": 1}


def test_an_alarm_rule_on_a_topic_hears_alarm_history(tmp_path: Path) -> None:
    rule = "when: {alarm: {names: ['Server*'], to: ALARM, via: topic, topic: alarms}}\n"
    compiled = compile_project(write(tmp_path, reboot=rule))
    file = tmp_path / "history.jsonl"
    file.write_text(f"{json.dumps(item())}\n{json.dumps({**item(), 'AlarmName': 'Other'})}\n")
    found = report(compiled.plans, compiled.stages["dev"], file)
    [reboot] = [one.tally for one in found.rules if one.rule == "reboot"]
    assert (reboot.matched, reboot.fired.executions) == (2, 1)
    sns = tmp_path / "sns.jsonl"
    payload = json.loads((EVENTS / "cloudwatch-alarm-by-sns.json").read_bytes())
    sns.write_text(json.dumps(payload))
    assert runs(report(compiled.plans, compiled.stages["dev"], sns)) == {"reboot": 1}


def test_broken_records_stop_nothing(compiled: Compiled, month: Path, tmp_path: Path) -> None:
    plans, stage = compiled.plans, compiled.stages["dev"]
    good = list(islice(everything(month), 20))
    line = [json.dumps(record) for record in good]
    (tmp_path / "a.jsonl").write_text("\n".join([line[0], "rubbish", "[1, 2]", *line[1:]]))
    (tmp_path / "b.json.gz").write_bytes(gzip.compress("\n".join(line).encode())[:-9])
    (tmp_path / "c.json").write_text('{"Records": [{"eventVersion": "1", "eventTime": "x"')
    (tmp_path / "d.gz").write_bytes(b"\x1f\x8b nothing")
    (tmp_path / "e.json").write_bytes(b"\xff\xfe\x00")
    no_time = {**good[0], "eventTime": "yesterday", "eventName": "RunInstances"}
    (tmp_path / "f.json").write_text(json.dumps(no_time))
    deep = "[" * 100_000 + "]" * 100_000
    woken = {**good[0], "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances"}
    (tmp_path / "g.json").write_text(f'{json.dumps(woken)[:-1]}, "deep": {deep}}}')
    os.mkfifo(tmp_path / "h.json")
    found = report(plans, stage, tmp_path)
    told = [(Path(b.place).name, b.line) for b in found.tally.breakages]
    assert told == [
        ("a.jsonl", 2),
        ("a.jsonl", 3),
        ("b.json.gz", len(line)),
        ("c.json", 1),
        ("d.gz", 1),
        ("e.json", 1),
        ("f.json", 1),
        ("g.json", 1),
    ]
    assert found.tally.broken == len(told)
    assert found.tally.records == 2 * len(good) + len(told)


def test_a_file_that_cannot_be_opened_is_told(compiled: Compiled, tmp_path: Path) -> None:
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "there.json").write_text("{}")
    found = report(compiled.plans, compiled.stages["dev"], tmp_path)
    assert [Path(b.place).name for b in found.tally.breakages] == ["there.json"]


def test_two_versions_of_the_rules(month: Path, tmp_path: Path) -> None:
    changes = {
        "tag_instance": "when: {api: ec2:RunInstances}\n",
        "by_people": ("when: {api: ec2:TerminateInstances}\nif: [actor.type == 'AssumedRole']\n"),
        "new_one": "when: {api: lambda:UpdateFunctionCode}\n",
    }
    before, now = (
        compile_project(write(tmp_path / "a")),
        compile_project(write(tmp_path / "b", **changes)),
    )
    stage = now.stages["dev"]
    old, new = (report(c.plans, stage, month) for c in (before, now))
    found = report(
        now.plans, stage, month, before=Version(before.plans, before.stages["dev"]), revision="v1"
    )
    assert {r.rule: r.tally.fired.executions for r in found.rules} == {
        r.rule: r.tally.fired.executions for r in new.rules
    }
    compared = {r.rule: r.tally for r in found.rules if r.compared}
    assert compared.keys() == {"tag-instance", "by-people", "new-one"}
    for rule, tally in compared.items():
        change = runs(new).get(rule, 0) - runs(old).get(rule, 0)
        assert tally.newly.executions - tally.no_longer.executions == change
    assert compared["new-one"].newly.executions == runs(new)["new-one"]
    assert compared["by-people"].newly.executions == runs(new)["by-people"]
    assert compared["by-people"].no_longer.executions == runs(old)["by-people"]
    removed = report(before.plans, stage, month, before=Version(now.plans, stage), revision="later")
    [gone] = [r for r in removed.rules if r.rule == "new-one"]
    assert (gone.plan, gone.tally.no_longer.executions) == (None, runs(new)["new-one"])


def test_a_month_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_month(tmp_path / name, 500)
    files = [sorted((tmp_path / name).rglob("*.gz")) for name in ("a", "b")]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]
    assert [f.relative_to(tmp_path / "a") for f in files[0]] == [
        f.relative_to(tmp_path / "b") for f in files[1]
    ]
