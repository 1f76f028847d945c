"""What push-down makes of a rule: whole patterns, and the reasons for what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.expressions.criteria import written
from opsloop.compiler.pushdown import Decided
from opsloop.expressions import compile_condition
from tests.compiler.pushdown.rules import ALARM, CLOUDTRAIL, CUSTOM, GUARDDUTY, STATE, Rule

ABSENT = {"exists": False}
HERE = {"exists": True}
ANY = {"prefix": ""}


def detail(**fields: Any) -> dict[str, Any]:
    return {"detail": fields}


def tag(value: str) -> list[dict[str, Any]]:
    pairs = [("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"), ("tagKey", "tagValue")]
    listed = [{value_name: [value], key_name: ["env"]} for key_name, value_name in pairs]
    return [{"env": [value]}, *listed]


SEVERE = detail(severity=[{"numeric": [">=", 7]}])
DIMENSION = {"metrics": {"metricStat": {"metric": {"dimensions": {"InstanceId": ["i-1"]}}}}}

PUSHED: list[tuple[str, Rule, Any]] = [
    # equality
    ("text", Rule(["event.detail.a == 'x'"]), detail(a=["x"])),
    ("mirrored", Rule(["'x' == event.detail.a"]), detail(a=["x"])),
    ("deep", Rule(["event.detail.a.b.c == 'x'"]), detail(a={"b": {"c": ["x"]}})),
    ("quoted", Rule(["event.\"detail-type\" == 'T'"]), {"detail-type": ["T"]}),
    ("number", Rule(["event.detail.a == 5"]), detail(a=[5])),
    ("boolean", Rule(["event.detail.a == true"]), detail(a=[True])),
    ("get", Rule(["get(event.detail, 'a') == 'x'"]), detail(a=["x"])),
    ("pipe", Rule(["(event.detail | a) == 'x'"]), detail(a=["x"])),
    ("address", Rule(["event.detail.a == '10.0.0.1'"]), detail(a=["10.0.0.1"])),
    # membership
    ("in a list", Rule(['contains(`["x", "y"]`, event.detail.a)']), detail(a=["x", "y"])),
    ("numbers", Rule(["contains(`[1, 5]`, event.detail.a)"]), detail(a=[1, True, 5])),
    ("or absent", Rule(['contains(`["x", null]`, event.detail.a)']), detail(a=[None, "x", ABSENT])),
    ("or", Rule(["event.detail.a == 'x' || event.detail.a == 'y'"]), detail(a=["x", "y"])),
    (
        "any",
        Rule([{"any": ["event.detail.a == 'x'", "event.detail.a == 'y'"]}]),
        detail(a=["x", "y"]),
    ),
    ("a list has", Rule(["contains(event.detail.a, 5)"]), detail(a=[5])),
    ("resources have", Rule(["contains(event.resources, 'arn')"]), {"resources": ["arn"]}),
    ("the first is", Rule(["event.resources[0] == 'arn'"]), {"resources": ["arn"]}),
    ("elements have", Rule(["contains(event.detail.l[].a, 'x')"]), detail(l={"a": ["x"]})),
    (
        "nested lists have",
        Rule(["contains(event.detail.l[].m[].a, 'x')"]),
        detail(l={"m": {"a": ["x"]}}),
    ),
    # order
    ("more", Rule(["event.detail.severity >= 7"], GUARDDUTY), SEVERE),
    ("less", Rule(["7 <= event.detail.severity"], GUARDDUTY), SEVERE),
    ("not less", Rule(["!(event.detail.severity < 7)"], GUARDDUTY), SEVERE),
    (
        "between",
        Rule(["event.detail.severity < 8.9", "event.detail.severity >= 7"], GUARDDUTY),
        detail(severity=[{"numeric": [">=", 7, "<", 8.9]}]),
    ),
    # texts
    ("starts", Rule(["starts_with(event.detail.a, 'x')"]), detail(a=[{"prefix": "x"}])),
    ("ends", Rule(["ends_with(event.detail.a, 'x')"]), detail(a=[{"suffix": "x"}])),
    ("has", Rule(["contains(event.detail.a, 'x')"]), detail(a=[{"wildcard": "*x*"}])),
    ("fits", Rule(["glob(event.detail.a, 'x*y')"]), detail(a=[{"wildcard": "x*y"}])),
    ("lower", Rule(["lower(event.detail.a) == 'on'"]), detail(a=[{"equals-ignore-case": "on"}])),
    ("upper", Rule(["upper(event.detail.a) == 'ON'"]), detail(a=[{"equals-ignore-case": "ON"}])),
    (
        "starts in lower case",
        Rule(["starts_with(lower(event.detail.a), 'on')"]),
        detail(a=[{"prefix": {"equals-ignore-case": "on"}}]),
    ),
    (
        "one of in lower case",
        Rule(['contains(`["on", "up"]`, lower(event.detail.a))']),
        detail(a=[{"equals-ignore-case": "on"}, {"equals-ignore-case": "up"}]),
    ),
    (
        "network",
        Rule(["in_cidr(event.detail.a, '10.0.0.0/8')"]),
        detail(a=[{"cidr": "10.0.0.0/8"}]),
    ),
    (
        "networks",
        Rule(["in_cidr(event.detail.a, ['10.0.0.0/8', '192.168.0.0/16'])"]),
        detail(a=[{"cidr": "10.0.0.0/8"}, {"cidr": "192.168.0.0/16"}]),
    ),
    # absence, by which a list may be meant
    ("null", Rule(["event.detail.a == null"]), detail(a=[None, ABSENT])),
    ("false", Rule(["!event.detail.a"]), detail(a=[None, False, "", ABSENT])),
    ("there", Rule(["event.detail.state"], STATE), detail(state=[HERE])),
    ("not null", Rule(["event.detail.state != null"], STATE), detail(state=[HERE])),
    # no
    (
        "not",
        Rule(["event.detail.state != 'on'"], STATE),
        detail(state=[{"anything-but": ["on"]}, ABSENT]),
    ),
    ("not of what is always there", Rule(["region != 'x'"]), {"region": [{"anything-but": ["x"]}]}),
    (
        "none of",
        Rule(['!contains(`["a", "b"]`, event.detail.state)'], STATE),
        detail(state=[{"anything-but": ["a", "b"]}, ABSENT]),
    ),
    (
        "neither nor",
        Rule(["event.detail.state != 'a' && event.detail.state != 'b'"], STATE),
        detail(state=[{"anything-but": ["a", "b"]}, ABSENT]),
    ),
    (
        "starts not",
        Rule([{"not": "starts_with(event.detail.a, 'x')"}]),
        detail(a=[{"anything-but": {"prefix": "x"}}]),
    ),
    (
        "nor any",
        Rule(
            [
                {
                    "not": {
                        "any": [
                            "starts_with(event.detail.a, 'x')",
                            "ends_with(event.detail.b, 'x')",
                        ]
                    }
                }
            ]
        ),
        detail(a=[{"anything-but": {"prefix": "x"}}], b=[{"anything-but": {"suffix": "x"}}]),
    ),
    (
        "is false",
        Rule(["starts_with(event.detail.a, 'x') == false"]),
        detail(a=[{"anything-but": {"prefix": "x"}}]),
    ),
    (
        "not in lower case",
        Rule(["lower(event.detail.a) != 'on'"]),
        detail(a=[{"anything-but": {"equals-ignore-case": "on"}}]),
    ),
    (
        "has not",
        Rule(["!contains(event.id, 'x')"]),
        {"id": [{"anything-but": {"wildcard": "*x*"}}]},
    ),
    # several fields
    ("all", Rule(["event.detail.a == 'x' && event.detail.b == 'y'"]), detail(a=["x"], b=["y"])),
    (
        "either field",
        Rule(["event.detail.a == 'x' || event.detail.b == 'y'"]),
        detail(**{"$or": [{"a": ["x"]}, {"b": ["y"]}]}),
    ),
    (
        "either field, deep",
        Rule(["event.detail.r.a == 'x' || event.detail.r.b == 'y'"]),
        detail(r={"$or": [{"a": ["x"]}, {"b": ["y"]}]}),
    ),
    (
        "either field, far apart",
        Rule(["event.detail.a == 'x' || event.region == 'y'"]),
        {"$or": [{"detail": {"a": ["x"]}}, {"region": ["y"]}]},
    ),
    (
        "both of one, or the other",
        Rule(["(event.detail.a == 'x' && event.detail.b == 'y') || event.detail.c == 'z'"]),
        detail(**{"$or": [{"a": ["x"], "b": ["y"]}, {"c": ["z"]}]}),
    ),
    (
        "one always, and either of two",
        Rule(["event.detail.a == 'x'", "event.detail.b == 'y' || event.detail.c == 'z'"]),
        detail(a=["x"], **{"$or": [{"b": ["y"]}, {"c": ["z"]}]}),
    ),
    (
        "twice either of two",
        Rule([{"any": [f"event.detail.{a} == 'x'" for a in pair]} for pair in ("ab", "cd")]),
        detail(**{"$or": [{a: ["x"], c: ["x"]} for a in "ab" for c in "cd"]}),
    ),
    (
        "what is common stands outside",
        Rule([{"any": [f"event.detail.a == 'x' && event.detail.{name} == 'y'" for name in "bc"]}]),
        detail(a=["x"], **{"$or": [{"b": ["y"]}, {"c": ["y"]}]}),
    ),
    (
        "one in another",
        Rule(["starts_with(event.detail.a, 'x')", 'contains(`["xy", "z"]`, event.detail.a)']),
        detail(a=["xy"]),
    ),
    (
        "the narrower",
        Rule(["contains(event.detail.a, 'x')", "event.detail.a == 'axb'"]),
        detail(a=["axb"]),
    ),
    # names
    ("let", Rule(["b == 'x'"], let={"a": "event.detail", "b": "a.b"}), detail(b=["x"])),
    ("let that says", Rule(["is"], let={"is": "event.detail.a == 'x'"}), detail(a=["x"])),
    ("let that hides", Rule(["region == 'x'"], let={"region": "event.detail.a"}), detail(a=["x"])),
    ("$name", Rule(["event.detail.l[?a == $x]"], let={"x": "'1'"}), detail(l={"a": ["1"]})),
    (
        "parameter",
        Rule(["event.detail.a == params.x.y"], params={"x": {"y": "z"}}),
        detail(a=["z"]),
    ),
    (
        "parameters",
        Rule(["contains(params.all, event.detail.a)"], params={"all": ["x"]}),
        detail(a=["x"]),
    ),
    (
        "a constant",
        Rule(["params.on == true && event.detail.a == 'x'"], params={"on": True}),
        detail(a=["x"]),
    ),
    ("account", Rule(["account == '1'"]), {"account": ["1"]}),
    (
        "alarm",
        Rule(["alarm.name == 'x'", "alarm.previous == 'OK'"], ALARM),
        detail(alarmName=["x"], previousState={"value": ["OK"]}),
    ),
    ("alarm's ARN", Rule(["alarm.arn == 'x'"], ALARM), {"resources": ["x"]}),
    (
        "dimension",
        Rule(["alarm.dimensions.InstanceId == 'i-1'"], ALARM),
        detail(
            **{
                "$or": [
                    {"configuration": DIMENSION},
                    {"alarmContributor": {"attributes": {"InstanceId": ["i-1"]}}},
                ]
            }
        ),
    ),
    ("actor", Rule(["actor.type == 'Root'"], CLOUDTRAIL), detail(userIdentity={"type": ["Root"]})),
    (
        "not the actor",
        Rule(["actor.type != 'Root'"], CLOUDTRAIL),
        detail(userIdentity={"type": [{"anything-but": ["Root"]}, ABSENT]}),
    ),
    (
        "role",
        Rule(["actor.role == 'ops'"], CLOUDTRAIL),
        detail(
            userIdentity={
                "sessionContext": {"sessionIssuer": {"userName": ["ops"], "type": ["Role"]}}
            }
        ),
    ),
    ("tags", Rule(["tag(event.detail.t, 'env') == 'prod'"]), detail(t={"$or": tag("prod")})),
    # lists
    (
        "filter",
        Rule(["event.detail.l[?a == 'x' && b == 'y']"]),
        detail(l={"a": ["x"], "b": ["y"]}),
    ),
    (
        "filter and first",
        Rule(["(event.detail.l[?a == 'x'] | [0].b) == 'y'"]),
        detail(l={"b": ["y"], "a": ["x"]}),
    ),
    (
        "same index",
        Rule(["event.detail.l[0].a == 'x'", "event.detail.l[0].b == 'y'"]),
        detail(l={"a": ["x"], "b": ["y"]}),
    ),
    (
        "each",
        Rule(["e.a == 'x'", "starts_with(e.b, 'y')"], each=("event.detail.l", "e")),
        detail(l={"a": ["x"], "b": [{"prefix": "y"}]}),
    ),
    (
        "each of a filter",
        Rule(["e.b == 'y'"], each=("event.detail.l[?a == 'x']", "e")),
        detail(l={"b": ["y"], "a": ["x"]}),
    ),
    # beside the trigger's own
    (
        "narrower than the trigger",
        Rule(
            ["event.detail.eventName == 'A'"], {**CLOUDTRAIL, "detail": {"eventName": ["A", "B"]}}
        ),
        detail(eventName=["A"]),
    ),
    (
        "what both take",
        Rule(
            ["event.detail.eventName != 'A'"], {**CLOUDTRAIL, "detail": {"eventName": ["A", "B"]}}
        ),
        detail(eventName=["B"]),
    ),
    (
        "beside the trigger's alternatives",
        Rule(
            ["event.detail.a == 'x'"],
            {"$or": [{"source": ["s"]}, {"source": ["t"]}], "source": ["u"]},
        ),
        detail(a=["x"]),
    ),
    (
        "alternatives at another level than the trigger's",
        Rule(
            ["event.detail.a == 'x' || event.detail.b == 'y'"],
            {**CUSTOM, "detail": {"$or": [{"c": ["1"]}, {"d": ["1"]}]}},
        ),
        {"$or": [{"detail": {"a": ["x"]}}, {"detail": {"b": ["y"]}}]},
    ),
]


@pytest.mark.parametrize(
    ("rule", "asked"), [row[1:] for row in PUSHED], ids=[row[0] for row in PUSHED]
)
def test_what_is_pushed(rule: Rule, asked: Mapping[str, Any]) -> None:
    assert rule.asked() == asked
    assert rule.pushed().decided == tuple(
        Decided(written(compile_condition(one)), "all", ()) for one in rule.criteria
    )


LEFT: list[tuple[str, Rule, Any, list[tuple[str, str]]]] = []
