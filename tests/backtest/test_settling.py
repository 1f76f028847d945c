"""Whole backtests of rules with guards, held against the events in their order."""

from __future__ import annotations

import io
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from chalicelib.events.normalise import normalise
from opsloop.backtest import gathering
from opsloop.backtest.guards import Guards
from opsloop.backtest.page import page
from opsloop.backtest.report import Report, RuleReport
from opsloop.backtest.ruling import Version, ruling
from opsloop.backtest.view import listing
from opsloop.compiler.build import Compiled, compile_project
from opsloop.patterns import Pattern
from tests.backtest.rules import RULES, lines, report, rubbed, write
from tests.backtest.test_backtest import naive_events
from tests.backtest.test_backtest_command import CALL
from tests.guards.making import at

GUARDED = {
    "tag_instance": RULES["tag-instance"]
    + "guard: {key: instance.instanceId, rate: [{limit: 1/12h}, {limit: 5/7d}]}\n",
    "close_bucket": RULES["close-bucket"] + "guard: {key: region, cooldown: 24h}\n",
    "by_people": RULES["by-people"] + "guard: {window: {only: ['Mon-Fri 08:00-18:00']}}\n",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_project(write(tmp_path_factory.mktemp("guarded"), **GUARDED))


def by_rule(found: Report) -> dict[str, RuleReport]:
    return {one.rule: one for one in found.rules}


def test_it_refuses_what_guards_refuse_of_the_events_in_their_order(
    guarded: Compiled, month: Path
) -> None:
    stage = guarded.stages["dev"]
    found = by_rule(report(guarded.plans, stage, month))
    for rule in ("tag-instance", "close-bucket", "by-people"):
        plan = guarded.plans[rule]
        pattern = Pattern(plan["wire"]["pattern"])
        guards: dict[str, Guards] = {}
        told = Counter[str]()
        for payload in sorted(naive_events(month), key=lambda one: (at(one["time"]), one["id"])):
            if not pattern.matches(payload):
                continue
            [event] = normalise(payload)
            for asked in ruling(Version(guarded.plans, stage), rule, event).admitted.values():
                here = guards.setdefault(event.region, Guards(plan))
                refusal = here.ask(asked, event.identity, at(event.time))
                told[refusal.guard if refusal else "ran"] += 1
        tally = found[rule].tally
        assert tally.ran.executions == told.pop("ran")
        assert {guard: one.executions for guard, one in tally.refused.items()} == told
        assert tally.fired.executions == tally.ran.executions + sum(told.values())
        assert told


def test_neither_workers_nor_the_order_of_files_nor_their_number_matter(
    guarded: Compiled, month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans, stage = guarded.plans, guarded.stages["dev"]
    whole = rubbed(report(plans, stage, month))
    assert rubbed(report(plans, stage, month, workers=2)) == whole
    monkeypatch.setattr(gathering, "MOST_ROWS", 7)
    monkeypatch.setattr(gathering, "MOST_FILES", 3)
    files = sorted(map(str, month.rglob("*.gz")))
    random.Random(1).shuffle(files)
    assert rubbed(report(plans, stage, *files)) == whole


def calls(*times: str) -> str:
    made = [{**CALL, "eventID": f"e-{n}", "eventTime": time} for n, time in enumerate(times)]
    return lines(*map(json.dumps, made))


DAY = "2026-05-01T"
CLOSE = "when: {api: s3:PutBucketAcl}\nlet: {bucket: event.detail.requestParameters.bucketName}\n"
RATE = "guard: {key: bucket, rate: 2/1h}\n"


def changed(folder: Path, before: str, now: str, events: str) -> Report:
    old = compile_project(write(folder / "a", close_bucket=CLOSE + before))
    new = compile_project(write(folder / "b", close_bucket=CLOSE + now))
    file = folder / "events.jsonl"
    file.write_text(events)
    then = Version(old.plans, old.stages["dev"])
    return report(new.plans, new.stages["dev"], file, before=then, revision="main")


def test_a_guard_that_was_changed_admits_and_refuses_others(tmp_path: Path) -> None:
    events = calls(f"{DAY}09:00:00Z", f"{DAY}09:30:00Z", f"{DAY}09:40:00Z", f"{DAY}10:20:00Z")
    found = changed(tmp_path, RATE, "guard: {key: bucket, cooldown: 35m}\n", events)
    tally = by_rule(found)["close-bucket"].tally
    assert [(one.time, one.reason) for one in tally.newly.examples] == [
        (f"{DAY}09:40:00Z", "rate: 2 of 2 used since 2026-05-01T09:00:00Z")
    ]
    assert [(one.time, one.reason) for one in tally.no_longer.examples] == [
        (
            f"{DAY}09:30:00Z",
            "cooldown: resting since 2026-05-01T09:00:00Z until 2026-05-01T09:35:00Z",
        )
    ]
    assert tally.ran.executions == 3


def test_a_guard_that_is_new_or_gone_changes_what_runs(tmp_path: Path) -> None:
    events = calls(*(f"{DAY}09:0{minute}:00Z" for minute in range(5)))
    tally = by_rule(changed(tmp_path / "1", "", RATE, events))["close-bucket"].tally
    assert (tally.newly.executions, tally.no_longer.executions, tally.ran.executions) == (0, 3, 2)
    tally = by_rule(changed(tmp_path / "2", RATE, "", events))["close-bucket"].tally
    assert (tally.newly.executions, tally.no_longer.executions, tally.ran.executions) == (3, 0, 5)


def test_each_region_has_guards_of_its_own(tmp_path: Path) -> None:
    compiled = compile_project(write(tmp_path, close_bucket=CLOSE + RATE))
    regions = ("us-east-1", "eu-west-1", "us-east-1", "eu-west-1", "us-east-1")
    made = [
        {**CALL, "eventID": f"e-{n}", "eventTime": f"{DAY}09:0{n}:00Z", "awsRegion": region}
        for n, region in enumerate(regions)
    ]
    file = tmp_path / "events.jsonl"
    file.write_text(lines(*map(json.dumps, made)))
    found = report(compiled.plans, compiled.stages["dev"], file)
    assert by_rule(found)["close-bucket"].tally.ran.executions == 4


def told(folder: Path) -> Report:
    compiled = compile_project(write(folder, close_bucket=CLOSE + RATE))
    file = folder / "events.jsonl"
    file.write_text(calls(*(f"{DAY}09:{minute}0:00Z" for minute in range(5))))
    return report(compiled.plans, compiled.stages["dev"], file)


def test_the_terminal_says_what_was_refused_and_why(tmp_path: Path) -> None:
    stream = io.StringIO()
    Console(file=stream, width=200).print(listing(told(tmp_path)))
    found = re.sub(" +\n", "\n", stream.getvalue())
    assert "close-bucket  5        5    3        2     1" in found
    assert "close-bucket  3 refused by rate" in found
    assert re.search(
        r"Held back by guards, the latest of each\n"
        r"RULE +GUARD  TIME +RESOURCE +WHY\n"
        r"close-bucket  rate +2026-05-01T09:40:00Z  arn:aws:s3:::reports  "
        r"2 of 2 used since 2026-05-01T09:00:00Z\n",
        found,
    )


def test_the_page_draws_what_was_refused_above_what_ran(tmp_path: Path) -> None:
    found = told(tmp_path)
    drawn: Counter[str] = Counter()
    for name, count in re.findall(r"<title>([a-z -]+): ([\d,]+), ", page(found)):
        drawn[name] += int(count)
    assert drawn == {"close-bucket": 2 * 2, "held back": 2 * 3, "events": 5}
    assert "2 of 2 used since 2026-05-01T09:00:00Z" in page(found)


def test_json_says_it_all(tmp_path: Path) -> None:
    [rule] = [one for one in told(tmp_path).as_dict()["rules"] if one["rule"] == "close-bucket"]
    refused: dict[str, Any] = rule["refused"]["rate"]
    assert (rule["matched"], rule["met"], rule["executions"]) == (5, 5, 2)
    assert (refused["executions"], refused["last"]) == (3, f"{DAY}09:40:00Z")
    assert refused["examples"][0]["reason"] == "2 of 2 used since 2026-05-01T09:00:00Z"
