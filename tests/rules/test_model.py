"""The models: what a rule file comes to, and that every wrong value is told in words."""

# ruff: noqa: E501 - a message is one line

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.problems import Problem
from opsloop.rules.later import NOT_YET
from opsloop.rules.model import Rule
from opsloop.rules.project import read_project
from opsloop.rules.settings import Settings
from opsloop.rules.shape import keys_of
from opsloop.rules.source import read
from opsloop.rules.validate import validated
from tests.rules.projects import RULE, project

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*/*.yaml"))
STEP = "then: [{do: notify}]\n"
HEAD = "description: It does.\nowner: us\nseverity: low\n"


def checked(text: str, model: type[Any] = Rule) -> tuple[Any, list[str]]:
    modelled, problems = validated(read(text, "f"), model, {})
    return modelled, [str(one) for one in sorted(problems, key=lambda one: one.place)]


def test_a_rule_with_everything_that_there_is() -> None:
    rule, problems = checked(
        HEAD + "mode: active\n"
        "saves: 1h30m\n"
        "when: {alarm: {names: [a, b-*], to: [ALARM, OK], from: OK, via: topic, topic: t}}\n"
        "regions: [eu-west-1]\n"
        "each: {of: event.detail.items, as: thing}\n"
        "let: {x: thing.id, n: 5}\n"
        "if: [x, {any: [n > 4, {not: n}]}]\n"
        "facts: {f: {do: aws.s3.list_buckets, pick: Buckets, or: null}, g: {do: http.get}}\n"
        "then:\n"
        "  - {id: one, do: notify, with: {to: pager}, if: x, for_each: facts.f, as: bucket,\n"
        "     retry: {attempts: 3, on: [Busy]}, timeout: 1.5m, on_error: continue}\n"
        "  - {if: x, stop: Done with it}\n"
        "on_failure: [{do: notify}]\n"
        "finally: [{if: n, fail: '${x}'}]\n"
    )
    assert problems == []
    assert rule.model_dump(exclude_defaults=True, by_alias=True) == {
        "description": "It does.",
        "owner": "us",
        "severity": "low",
        "mode": "active",
        "saves": 5400,
        "when": [
            {
                "alarm": {
                    "names": ["a", "b-*"],
                    "to": ["ALARM", "OK"],
                    "from": ["OK"],
                    "via": "topic",
                    "topic": "t",
                }
            }
        ],
        "regions": ["eu-west-1"],
        "each": {"of": "event.detail.items", "as": "thing"},
        "let": {"x": "thing.id", "n": 5},
        "if": ["x", {"any": ["n > 4", {"not": "n"}]}],
        "facts": {"f": {"do": "aws.s3.list_buckets", "pick": "Buckets"}, "g": {"do": "http.get"}},
        "then": [
            {
                "id": "one",
                "do": "notify",
                "with": {"to": "pager"},
                "if": "x",
                "for_each": "facts.f",
                "as": "bucket",
                "retry": {"attempts": 3, "on": ["Busy"], "backoff": 1},
                "timeout": 90,
                "on_error": "continue",
            },
            {"stop": "Done with it", "if": "x"},
        ],
        "on_failure": [{"do": "notify"}],
        "finally": [{"fail": "${x}", "if": "n"}],
    }
    assert rule.facts["f"].has_or
    assert not rule.facts["g"].has_or
    assert rule.facts["f"].or_ is None


@pytest.mark.parametrize(
    ("when", "kind", "by_event_rule"),
    [
        ("{event: {source: [aws.ec2]}}", "event", True),
        ("{api: ec2:RunInstances, errors: only}", "api", True),
        ("{alarm: {names: a}}", "alarm", True),
        ("{alarm: {names: a, via: topic, topic: t}}", "alarm", False),
        ("{schedule: rate(1 hour)}", "schedule", True),
        ("{topic: 'arn:aws-cn:sns:cn-north-1:123456789012:t'}", "topic", False),
        ("{manual: {parameters: {instance: string}}}", "manual", False),
        ("{manual: {}}", "manual", False),
    ],
)
def test_triggers(when: str, kind: str, by_event_rule: bool) -> None:
    rule, problems = checked(f"{HEAD}when: {when}\n{STEP}")
    assert problems == []
    assert (rule.trigger.kind, rule.has_event_rule) == (kind, by_event_rule)


def test_defaults() -> None:
    rule, _ = checked(f"{HEAD}when: {{alarm: {{names: a}}}}\n{STEP}")
    assert (rule.mode, rule.saves, rule.regions, rule.let, rule.if_) == (
        "observe",
        None,
        [],
        {},
        None,
    )
    assert (rule.trigger.alarm.to, rule.trigger.alarm.from_, rule.trigger.alarm.via) == (
        ["ALARM"],
        [],
        "events",
    )
    assert (rule.then[0].as_, rule.then[0].on_error, rule.then[0].with_) == ("item", "fail", {})


GUARDS = """\
guard:
  key: db
  cooldown: {for: 6h, after: success}
  rate: [5/1h, {limit: 2/24h, per: key}]
  lock: rule
  blast: {targets: stoppable, max: 3, percent: 20, of: length(x), over: trim}
  only: {tags: {a: b}, arns: "arn:*"}
  except: {arns: [a, b]}
  window: {never: "Mon-Fri 08:00-19:00", timezone: Europe/Rome}
  deadline: 2m
  breaker: {failures: 3, within: 1h}
  recheck: true
  allow_self: true
verify: {check: aws.s3.list_buckets, with: {a: 1}, until: result, hold: 1m, within: 5m, every: 1m}
"""
LATER = """\
when:
  alarm: {create: {namespace: N, metric: M, statistic: p99, threshold: 5, comparison: '>'}}
then:
  - {approve: {by: ["*"], within: 1h, prompt: "${x}"}}
  - {wait: 5m}
  - {for_each: x, at_once: 3, steps: [{do: notify}]}
"""


def test_what_comes_later_is_in_the_model() -> None:
    rule, problems = checked(HEAD + GUARDS + LATER)
    assert problems == [
        "f:19:11: found 'create', which opsloop does not do yet; expected the names of alarms that exist",
    ]  # fmt: skip
    assert rule.guard.cooldown.for_ == 21_600
    assert [rate.limit for rate in rule.guard.rate] == ["5/1h", "2/24h"]
    assert (rule.guard.lock.per, rule.guard.only.arns) == ("rule", ["arn:*"])
    assert (rule.trigger.alarm.create.period, rule.then[1].wait) == (300, 300)
    assert rule.then[2].steps[0].do == "notify"


def test_every_row_of_what_comes_later_is_a_key() -> None:
    assert [(model, key) for model, key in NOT_YET if key not in keys_of(model)] == []


def test_what_is_wrong_inside_of_what_comes_later_is_not_told() -> None:
    _, problems = checked(f"{HEAD}when: {{alarm: {{create: {{zebra: 1}}}}}}\n{STEP}")
    assert [problem.split(";")[0] for problem in problems] == [
        "f:4:16: found 'create', which opsloop does not do yet"
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_load_but_for_what_comes_later(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    folder = project(tmp_path, {f"{path.parent.name}/{path.name}": text})
    read_rules, problems = read_project(folder)
    assert [problem.found.split("'")[1] for problem in problems] == [
        key for key in ("timezone", "webhook") if f"{key}:" in text
    ]
    assert [found_at(text, problem) for problem in problems] == [
        problem.found.split("'")[1] for problem in problems
    ]
    assert read_rules is not None
    assert [rule.name for rule in read_rules.rules] == [path.stem]


def found_at(text: str, problem: Problem) -> str:
    """The key that stands where a problem is."""
    line = text.split("\n")[problem.place.line - 1]
    return line[problem.place.column - 1 :].partition(":")[0]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90s", 90), ("15m", 900), ("1h30m", 5400), ("2d", 172_800), ("1.5h", 5400), ("0.5s", 0.5)],
)
def test_durations(written: str, seconds: float) -> None:
    rule, problems = checked(f"{HEAD}saves: {written}\nwhen: {{manual: {{}}}}\n{STEP}")
    assert (rule.saves, problems) == (seconds, [])


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("0s", None),
        ("30m1h", None),
        ("1h 30m", "1h30m"),
        ("1 hour, 30 minutes", "1h30m"),
        ("PT5M", None),
        ("5", "5s"),
        ("-5m", None),
        ("5M", "5m"),
        ("9999999d", None),
        ("true", None),
        ("[5m]", None),
        ("forever", None),
    ],
)
def test_no_durations(written: str, offered: str | None) -> None:
    _, problems = checked(f"{HEAD}saves: {written}\nwhen: {{manual: {{}}}}\n{STEP}")
    (problem,) = problems
    message, _, correction = problem.partition("\n    write: saves: ")
    assert message.endswith(
        "expected a duration, longest unit first, such as 90s, 15m, 1h30m or 2d"
    )
    assert (correction or None) == offered


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("123456789012", "123456789012"),
        ("012345670123", "012345670123"),
        ("'1'", None),
        ("1", None),
    ],
)
def test_accounts_may_do_without_quotes(written: str, account: str | None) -> None:
    settings_, problems = checked(
        f"stages: {{dev: {{account: {written}, region: us-gov-west-1}}}}\n", Settings
    )
    assert (settings_.stages["dev"].account if settings_ else None) == account
    assert bool(problems) == (account is None)


def test_all_problems_of_a_file_are_told_at_once() -> None:
    _, problems = checked(
        "description: It does.\nownr: us\nseverity: hihg\nmode: aktiv\n"
        "when: {api: [ec2:RunInstances, 5], errors: never}\n"
        "let: {event: x, a-b: y}\n"
        "then:\n  - {id: a, do: notify, retry: {attempts: 0}}\n  - {id: a, do: notify, wiht: {}}\n"
    )
    assert [problem.partition(";")[0] for problem in problems] == [
        "f:2:1: found the unknown key 'ownr'",
        "f:3:11: found text 'hihg'",
        "f:4:7: found text 'aktiv'",
        "f:5:32: found number 5",
        "f:5:44: found text 'never'",
        "f:6:17: found the key 'a-b'",
        "f:8:43: found number 0",
        "f:9:25: found the unknown key 'wiht'",
    ]


def test_problems_beyond_types_are_told_beside_those_of_types() -> None:
    _, problems = checked(
        f"{HEAD}saves: long\nwhen: {{manual: {{}}}}\nthen:\n"
        "  - {id: a, do: notify, tiemout: 5m}\n  - {id: a, do: notify}\n"
    )
    assert [problem.partition(";")[0] for problem in problems] == [
        "f:4:8: found text 'long'",
        "f:7:25: found the unknown key 'tiemout'",
        "f:8:10: found the step id 'a' again",
    ]


TEXTS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=6)


def test_a_file_tells_fifty_problems_and_that_there_are_more() -> None:
    keys = [f"key{number}: 1\n" for number in range(60)]
    _, problems = checked(f"{HEAD}when: {{manual: {{}}}}\n{STEP}{''.join(keys)}")
    assert [problem.split(";")[0] for problem in problems[49:]] == [
        "f:55:1: found the unknown key 'key49'",
        "f:56:1: found more problems",
    ]


KEYS = st.sampled_from(
    [
        *keys_of(Rule), "names", "to", "do", "with", "id", "if", "for_each", "as", "retry", "attempts",
        "wait", "approve", "for", "limit", "alarm", "event", "api", "schedule", "manual", "create",
        "parameters", "of", "by", "zebra", "a-b",
    ]
)  # fmt: skip
NESTED: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | TEXTS
        | st.lists(NESTED, max_size=3)
        | st.dictionaries(KEYS, NESTED, max_size=3)
    )
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(keys_of(Rule)), NESTED, max_size=8))
def test_any_value_is_modelled_or_told(data: dict[str, Any]) -> None:
    source = read(json.dumps(data, ensure_ascii=True), "f")
    rule, problems = validated(source, Rule, {})
    assert rule is not None or problems
    assert all("Input should" not in str(problem) for problem in problems)


def test_the_rule_that_other_tests_start_from_has_no_problem(tmp_path: Path) -> None:
    project_, problems = read_project(project(tmp_path, {"pack/reboot.yaml": RULE}))
    assert problems == []
    assert project_ is not None
