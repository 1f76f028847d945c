"""What holds a rule back less than before: decided where arithmetic can, and never missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.plan import Blast, Bounds, Expr, Guard, Hours, Mode, Plan, Stage
from opsloop.compiler.build import compile_project
from opsloop.planning.safeguards import MODES, Held, Loosening, loosened
from tests.cli.projects import write

SHORT = """\
# yaml-language-server: $schema=../rule.schema.json
description: As short as it gets.
owner: team
severity: low
when: {event: {source: [my.app]}}
"""
RULE: dict[str, Any] = {
    "mode": "observe",
    "let": {"volume": "event.detail.volume"},
    "then": [{"do": "aws.ec2.stop_instances", "with": {"InstanceIds": ["${volume}"]}}],
}
SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: us-east-1
    max_mode: active
    params: {least: 5}
    approvers: {by: ["*:role/oncall"], within: 30m}
"""
STAGE: Stage = {
    "schema": 1,
    "stage": "dev",
    "account": "123456789012",
    "region": "us-east-1",
    "max_mode": "active",
    "params": {"least": 5},
    "channels": {},
    "escalate": None,
    "approvers": {"by": ["*:role/oncall"], "within": 1800},
}
ASK = {"id": "ask", "approve": {"by": ["*:role/oncall"], "within": "30m"}}
ASK_ALL = {"id": "ask", "approve": {"by": ["*"], "within": "30m", "on_timeout": "proceed"}}
CHECK = {"check": "aws.ec2.describe_volumes", "until": "result.Volumes", "hold": "5m"}
X = {"targets": "event.detail.all", "max": 20}
ARNS = ["arn:aws:ec2:*:*:instance/*"]
ONE_ARN = ["arn:aws:ec2:*:*:instance/i-1"]
HOURS = "Mon-Fri 08:00-19:00"

Said = tuple[str, str, Any, Any]


def guard(before: Any, after: Any) -> tuple[Any, Any]:
    return {"guard": before}, {"guard": after}


LOOSER: list[tuple[Any, Any, list[Said]]] = [
    ({}, {"mode": "active"}, [("raised", "mode", "observe", "active")]),
    ({"mode": "off"}, {}, [("raised", "mode", "off", "observe")]),
    (*guard({"cooldown": "15m"}, None), [("removed", "guard.cooldown", "15m", None)]),
    (
        *guard({"cooldown": "15m"}, {"cooldown": "5m"}),
        [("loosened", "guard.cooldown", "15m", "5m")],
    ),
    (
        *guard({"cooldown": "15m"}, {"cooldown": {"for": "15m", "after": "success"}}),
        [("loosened", "guard.cooldown", "15m", {"for": "15m", "after": "success"})],
    ),
    (*guard({"rate": "5/1h"}, {"rate": "9/1h"}), [("loosened", "guard.rate", "5/1h", "9/1h")]),
    (*guard({"rate": "5/1h"}, {"rate": "2/30m"}), [("changed", "guard.rate", "5/1h", "2/30m")]),
    (
        *guard({"rate": ["5/1h", "9/1d"]}, {"rate": "5/1h"}),
        [("loosened", "guard.rate", ["5/1h", "9/1d"], "5/1h")],
    ),
    (
        *guard({"rate": "5/1h"}, {"rate": {"limit": "5/1h", "per": "key"}}),
        [("loosened", "guard.rate", "5/1h", {"limit": "5/1h", "per": "key"})],
    ),
    (*guard({"lock": "rule"}, {"lock": "key"}), [("loosened", "guard.lock", "rule", "key")]),
    (*guard({"lock": "rule"}, {}), [("removed", "guard.lock", "rule", None)]),
    (
        *guard({"blast": X}, {"blast": {**X, "max": 50}}),
        [("loosened", "guard.blast", X, {**X, "max": 50})],
    ),
    (
        *guard({"blast": X}, {"blast": {**X, "over": "trim"}}),
        [("loosened", "guard.blast", X, {**X, "over": "trim"})],
    ),
    (
        *guard({"blast": X}, {"blast": {**X, "targets": "event.detail.some"}}),
        [("changed", "guard.blast", X, {**X, "targets": "event.detail.some"})],
    ),
    (*guard({"window": {"only": HOURS}}, {}), [("removed", "guard.window", {"only": HOURS}, None)]),
    (
        *guard({"window": {"only": HOURS}}, {"window": {"only": "Mon-Sat 08:00-19:00"}}),
        [("loosened", "guard.window", {"only": HOURS}, {"only": "Mon-Sat 08:00-19:00"})],
    ),
    (
        *guard(
            {"window": {"never": HOURS}}, {"window": {"never": HOURS, "timezone": "Asia/Tokyo"}}
        ),
        [
            (
                "changed",
                "guard.window",
                {"never": HOURS},
                {"never": HOURS, "timezone": "Asia/Tokyo"},
            )
        ],
    ),
    (*guard({"deadline": "2m"}, {"deadline": "1h"}), [("loosened", "guard.deadline", "2m", "1h")]),
    (
        *guard({"breaker": {"failures": 3, "within": "1h"}}, {}),
        [("removed", "guard.breaker", {"failures": 3, "within": "1h"}, None)],
    ),
    (*guard({}, {"allow_self": True}), [("loosened", "guard.allow_self", None, True)]),
    (*guard({"key": "volume"}, {}), [("changed", "guard.key", "volume", None)]),
    (
        *guard({"only": {"arns": ONE_ARN}}, {"only": {"arns": ARNS}}),
        [("loosened", "guard.only", {"arns": ONE_ARN}, {"arns": ARNS})],
    ),
    (
        *guard({"only": {"arns": ARNS, "tags": {"a": "b"}}}, {"only": {"arns": ARNS}}),
        [("loosened", "guard.only", {"arns": ARNS, "tags": {"a": "b"}}, {"arns": ARNS})],
    ),
    (
        *guard({"except": {"arns": ARNS}}, {"except": {"arns": ONE_ARN}}),
        [("loosened", "guard.except", {"arns": ARNS}, {"arns": ONE_ARN})],
    ),
    (
        *guard({"except": {"tags": {"a": "b"}}}, {}),
        [("removed", "guard.except", {"tags": {"a": "b"}}, None)],
    ),
    (
        {"if": ["event.detail.a", "event.detail.b"]},
        {"if": "event.detail.a"},
        [("removed", "if", "event.detail.b", None)],
    ),
    (
        {"if": "event.detail.age > 10"},
        {"if": "event.detail.age > 5"},
        [("changed", "if", "event.detail.age > 10", "event.detail.age > 5")],
    ),
    (
        {"if": "volume == 'a'"},
        {"if": "volume == 'a'", "let": {"volume": "event.detail.other"}},
        [("changed", "let.volume", "event.detail.volume", "event.detail.other")],
    ),
    (
        {"verify": CHECK},
        {},
        [("removed", "verify", CHECK, None)],
    ),
    (
        {"verify": CHECK},
        {"verify": {**CHECK, "hold": "1m", "until": "result"}},
        [
            ("changed", "verify.until", "result.Volumes", "result"),
            ("loosened", "verify.hold", "5m", "1m"),
        ],
    ),
    (
        {"then": [ASK, *RULE["then"]]},
        {},
        [("removed", "step ask", ASK["approve"], None)],
    ),
    (
        {"then": [ASK, *RULE["then"]]},
        {"then": [ASK_ALL, *RULE["then"]]},
        [
            ("loosened", "step ask, by", ["*:role/oncall"], ["*"]),
            ("loosened", "step ask, on_timeout", "fail", "proceed"),
        ],
    ),
    (
        {"then": [ASK, *RULE["then"]]},
        {"then": [*RULE["then"], ASK]},
        [("loosened", "step ask, asked after", [], ["aws.ec2.stop_instances"])],
    ),
    (
        {"then": [ASK, *RULE["then"]]},
        {"then": [{**ASK, "if": "volume == 'a'"}, *RULE["then"]]},
        [("changed", "step ask, if", None, "volume == 'a'")],
    ),
]


def held(folder: Path, **said: Any) -> Held:
    there = {key: one for key, one in {**RULE, **said}.items() if one is not None}
    files = {"opsloop.yaml": SETTINGS, "storage/one.yaml": SHORT + yaml.safe_dump(there)}
    return Held(compile_project(write(folder, files), linted=False).plans["one"], STAGE)


@pytest.mark.parametrize(("before", "after", "expected"), LOOSER)
def test_what_is_looser_is_told(
    before: Any, after: Any, expected: list[Said], tmp_path: Path
) -> None:
    old, new = held(tmp_path / "old", **before), held(tmp_path / "new", **after)
    assert list(loosened(old, new)) == [Loosening(*one) for one in expected]  # type: ignore[arg-type]
    back = [one for one in loosened(new, old) if one.kind != "changed"]
    only_changes = any(kind == "changed" for kind, *_ in expected)
    assert back == [] or only_changes, "what is tighter is not looser"


def test_of_two_rates_each_may_let_more_through_than_the_other(tmp_path: Path) -> None:
    hour = held(tmp_path / "hour", guard={"rate": "5/1h"})
    half = held(tmp_path / "half", guard={"rate": "3/30m"})
    assert loosened(hour, half) == (Loosening("loosened", "guard.rate", "5/1h", "3/30m"),)
    assert loosened(half, hour) == (Loosening("loosened", "guard.rate", "3/30m", "5/1h"),)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Held:
    return held(tmp_path_factory.mktemp("plain"))


def staged(one: Held, mode: Mode, **settings: Any) -> Held:
    stage: Any = {**one.stage, **settings}
    return Held({**one.plan, "mode": mode}, stage)


def test_a_stage_loosens_its_rules(plain: Held) -> None:
    spared: Bounds = {"arns": ARNS, "tags": {}}
    before = staged(plain, "active", max_mode="observe", spares=spared)
    assert loosened(before, staged(plain, "active")) == (
        Loosening("raised", "max_mode of stage dev", "observe", "active"),
        Loosening("removed", "except of stage dev", {"arns": ARNS}, None),
    )


def test_more_people_may_answer(plain: Held) -> None:
    before = staged(plain, "approve")
    after = staged(plain, "approve", approvers={"by": ["*"], "within": 1800})
    assert loosened(before, after) == (
        Loosening("loosened", "approvers of stage dev", ["*:role/oncall"], ["*"]),
    )
    assert loosened(after, before) == ()


def test_a_parameter_that_a_criterion_reads(plain: Held, tmp_path: Path) -> None:
    before = held(tmp_path, **{"if": "event.detail.size > params.least"})
    after = Held(before.plan, {**before.stage, "params": {"least": 1}})
    assert loosened(before, after) == (Loosening("changed", "params.least", 5, 1),)
    unread = Held(plain.plan, after.stage)
    assert loosened(plain, unread) == ()


def expr(text: str) -> Expr:
    return {"text": text, "tree": {}}


days = st.lists(st.integers(0, 6), min_size=1, unique=True).map(sorted)
hours: st.SearchStrategy[Hours] = st.fixed_dictionaries(
    {"days": days, "begin": st.integers(0, 1439), "end": st.integers(0, 1439)}
)  # type: ignore[assignment]
seconds = st.integers(1, 90_000).map(float)
blasts: st.SearchStrategy[Blast] = st.builds(
    lambda most, over: {
        "targets": expr("x"),
        "max": most,
        "percent": None,
        "of": None,
        "over": over,
    },
    st.integers(1, 100),
    st.sampled_from(["refuse", "trim"]),
)
arns = st.lists(st.sampled_from([*ARNS, *ONE_ARN, "arn:aws:s3:::b"]), unique=True)
tags = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"))
bounds = st.fixed_dictionaries({"arns": arns, "tags": tags})
rates = st.lists(
    st.fixed_dictionaries(
        {
            "limit": st.integers(1, 20),
            "seconds": seconds,
            "per": st.sampled_from(["rule", "key"]),
        }
    )
)
guards: st.SearchStrategy[Guard] = st.fixed_dictionaries(
    {
        "key": st.none() | st.sampled_from("xy").map(expr),
        "cooldown": st.none()
        | st.fixed_dictionaries({"seconds": seconds, "after": st.sampled_from(["any", "success"])}),
        "rate": rates,
        "lock": st.none()
        | st.fixed_dictionaries({"per": st.sampled_from(["rule", "key"]), "lease": seconds}),
        "blast": st.none() | blasts,
        "window": st.none()
        | st.fixed_dictionaries(
            {
                "only": st.lists(hours, max_size=2),
                "never": st.lists(hours, max_size=2),
                "zone": st.just("UTC"),
                "offsets": st.just([]),
            }
        ),
        "deadline": st.none() | seconds,
        "breaker": st.none()
        | st.fixed_dictionaries({"failures": st.integers(1, 9), "within": seconds}),
        "allow_self": st.booleans(),
        "recheck": st.booleans(),
    },
    optional={"only": bounds, "spares": bounds},
)  # type: ignore[assignment]


def guarded(one: Held, guard: Guard, mode: Mode = "active") -> Held:
    plan: Plan = {**one.plan, "guard": guard, "mode": mode}
    return Held(plan, one.stage)


@given(guard=guards, mode=st.sampled_from(MODES))
def test_of_the_same_nothing_is_told(plain: Held, guard: Guard, mode: Mode) -> None:
    one = guarded(plain, guard, mode)
    assert loosened(one, one) == ()


@given(guard=guards, by=st.integers(0, 500), closed=hours, more=rates)
def test_what_got_tighter_is_not_told(
    plain: Held, guard: Guard, by: int, closed: Hours, more: Any
) -> None:
    assert loosened(guarded(plain, guard), guarded(plain, tighter(guard, by, closed, more))) == ()


def tighter(guard: Guard, by: int, closed: Hours, more: Any) -> Guard:
    """The guard, with each of its bounds drawn in."""
    made: Any = {**guard, "allow_self": False, "rate": [*guard["rate"], *more]}
    if cooldown := guard["cooldown"]:
        made["cooldown"] = {"seconds": cooldown["seconds"] + by, "after": "any"}
    if lock := guard["lock"]:
        made["lock"] = {"per": "rule", "lease": lock["lease"] + by}
    if blast := guard["blast"]:
        made["blast"] = {**blast, "max": max(1, (blast["max"] or 1) - by), "over": "refuse"}
    if window := guard["window"]:
        made["window"] = {**window, "never": [*window["never"], closed]}
    if deadline := guard["deadline"]:
        made["deadline"] = max(1.0, deadline - by)
    if breaker := guard["breaker"]:
        made["breaker"] = {**breaker, "within": breaker["within"] + by}
    return made  # type: ignore[no-any-return]


@given(guard=guards, what=st.sampled_from(["cooldown", "lock", "blast", "window", "deadline"]))
def test_a_guard_that_went_is_told(plain: Held, guard: Guard, what: str) -> None:
    without: Any = {**guard, what: None}
    told = [one.what for one in loosened(guarded(plain, guard), guarded(plain, without))]
    assert told == ([f"guard.{what}"] if guard[what] else [])  # type: ignore[literal-required]


@pytest.mark.parametrize("before", MODES)
@pytest.mark.parametrize("after", MODES)
def test_modes_are_raised_by_their_order(plain: Held, before: Mode, after: Mode) -> None:
    told = loosened(staged(plain, before), staged(plain, after))
    raised = MODES.index(after) > MODES.index(before)
    assert told == ((Loosening("raised", "mode", before, after),) if raised else ())
