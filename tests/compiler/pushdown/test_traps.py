"""Events on which a pattern that says nearly the same as a criterion would lose the event.

Each criterion is met; what would seem to be its pattern does not let the event through.
"""

from __future__ import annotations

from typing import Any

import pytest

from opsloop.patterns import Pattern
from tests.compiler.pushdown.rules import (
    ALARM,
    CLOUDTRAIL,
    CUSTOM,
    GUARDDUTY,
    STATE,
    Rule,
    event_of,
    taken,
)

LONG = 2**53 + 1
KELVIN = "\u212a"
ELEMENTS = [{"a": "x", "b": "1"}, {"a": "y", "b": "2"}]
METRICS = [{"metricStat": {"metric": {"dimensions": {name: "1"}}}} for name in ("A", "B")]
STAMP = {"value": "ALARM", "timestamp": "2026-03-01T12:00:00Z"}

TRAPS: list[tuple[str, Rule, Any, str]] = [
    # name, rule, detail, the pattern that would lose it
    *(
        (f"a list is not its element: {text}", Rule([text]), {"a": ["x"]}, text)
        for text in (
            "event.detail.a != 'x'",
            "!(event.detail.a == 'x')",
            "!contains(['x'], event.detail.a)",
        )
    ),
    ("a list without the text", Rule(["!contains(event.detail.a, 'x')"]), {"a": ["axb"]}, ""),
    ("an empty list", Rule(["!contains(event.detail.a, 'x')"]), {"a": []}, ""),
    ("an object is there", Rule(["event.detail.a"]), {"a": {"b": 1}}, "exists: true"),
    ("an empty object is not null", Rule(["event.detail.a != null"]), {"a": {}}, "exists: true"),
    ("a list on the way", Rule(["event.detail.a.b == null"]), {"a": [{"b": 1}]}, "exists: false"),
    ("a dotted name", Rule(["event.detail.a.b == null"]), {"a": {}, "a.b": 1}, "exists: false"),
    ("a name with a dot", Rule(['event.detail."a.b" == null']), {"a": {"b": 1}}, "exists: false"),
    ("a list below", Rule(["!event.detail.a.b"]), {"a": [{"b": 1}]}, "exists: false"),
    ("true is 1 in a list", Rule(["contains(`[1, 2]`, event.detail.a)"]), {"a": True}, "[1, 2]"),
    ("1 is true in a list", Rule(["contains(event.detail.a, `true`)"]), {"a": [1]}, "[true]"),
    ("false is 0 in a list", Rule(["contains(`[0]`, event.detail.a)"]), {"a": False}, "[0]"),
    ("null in a list", Rule(["contains(`[null]`, event.detail.a)"]), {}, "[null]"),
    ("a long number is more", Rule(["event.detail.a > 5"]), {"a": LONG}, "numeric"),
    ("a long number is less", Rule(["event.detail.a < 5"]), {"a": -LONG}, "numeric"),
    ("a long number is itself", Rule([f"event.detail.a == {LONG}"]), {"a": LONG}, ""),
    ("a double like a long number", Rule(["event.detail.a == `1e23`"]), {"a": int(1e23)}, "[1e23]"),
    (
        "the Kelvin sign",
        Rule(["lower(event.detail.a) == 'kms'"]),
        {"a": f"{KELVIN}MS"},
        "ignore-case",
    ),
    ("a dotted i", Rule(["lower(event.detail.a) == 'i\u0307'"]), {"a": "İ"}, "ignore-case"),
    ("a long s", Rule(["upper(event.detail.a) == 'STOP'"]), {"a": "ſtop"}, "ignore-case"),
    ("sharp s", Rule(["starts_with(upper(event.detail.a), 'ASS')"]), {"a": "aß"}, "ignore-case"),
    ("a ligature", Rule(["upper(event.detail.a) == 'AFLY'"]), {"a": "aﬂy"}, "ignore-case"),
    ("never lower", Rule(["lower(event.detail.a) != 'A'"]), {"a": "A"}, "anything-but ignore-case"),
    ("a quote ends a text", Rule(["!starts_with(event.detail.a, 'x\"')"]), {"a": "x"}, "prefix"),
    ("a quote begins a text", Rule(["!ends_with(event.detail.a, '\"x')"]), {"a": "x"}, "suffix"),
    ("a quote in a glob", Rule(["!glob(event.detail.a, 'x\"*y')"]), {"a": 'x"y'[:1]}, "wildcard"),
    ("? is one character", Rule(["!glob(event.detail.a, 'a?')"]), {"a": "abc"}, "wildcard a*"),
    ("? is not *", Rule(["glob(event.detail.a, 'a?c')"]), {"a": "abc"}, "a?c"),
    ("a star is a star", Rule(["contains(event.detail.a, '*')"]), {"a": "a*b"}, "wildcard ***"),
    ("two stars", Rule(["glob(event.detail.a, 'a**b*c')"]), {"a": "a-b-c"}, "wildcard a**b"),
    ("a scope", Rule(["in_cidr(event.detail.a, 'fe80::/10')"]), {"a": "fe80::1%eth0"}, "cidr"),
    ("mixed notation", Rule(["in_cidr(event.detail.a, '::/0')"]), {"a": "::ffff:1.2.3.4"}, "cidr"),
    ("IPv6 is in no IPv4", Rule(["!in_cidr(event.detail.a, '0.0.0.0/0')"]), {"a": "::1"}, "cidr"),
    ("one address", Rule(["in_cidr(event.detail.a, '10.0.0.1')"]), {"a": "10.0.0.1"}, "cidr /32"),
    (
        "two elements",
        Rule(["event.detail.l[0].a == 'x'", "event.detail.l[1].b == '2'"]),
        {"l": ELEMENTS},
        "both in one",
    ),
    (
        "any two elements",
        Rule(["contains(event.detail.l[].a, 'x')", "contains(event.detail.l[].b, '2')"]),
        {"l": ELEMENTS},
        "both in one",
    ),
    (
        "two filters",
        Rule(["event.detail.l[?a == 'x']", "event.detail.l[?b == '2']"]),
        {"l": ELEMENTS},
        "both in one",
    ),
    (
        "two tags",
        Rule(["tag(event.detail.t, 'A') == '1'", "tag(event.detail.t, 'B') == '2'"]),
        {"t": [{"Key": "A", "Value": "1"}, {"Key": "B", "Value": "2"}]},
        "both in one",
    ),
    (
        "a trigger that looks into a list",
        Rule(["event.detail.l[1].b == '2'"], {**CUSTOM, "detail": {"l": {"a": ["x"]}}}),
        {"l": ELEMENTS},
        "both in one",
    ),
    (
        "a trigger that wants another element of a list",
        Rule(["contains(event.detail.l, 'b')"], {**CUSTOM, "detail": {"l": ["a"]}}),
        {"l": ["a", "b"]},
        "the values in common",
    ),
    (
        "a trigger whose value has a dotted name",
        Rule(
            ["contains(['y', 'z'], event.detail.a.b)"],
            {**CUSTOM, "detail": {"a": {"b": ["x", "z"]}}},
        ),
        {"a": {"b": "y"}, "a.b": "x"},
        "the values in common",
    ),
    (
        "two metrics",
        Rule(["alarm.dimensions.A == '1'", "alarm.dimensions.B == '1'"], ALARM),
        {"alarmName": "x", "state": STAMP, "configuration": {"metrics": METRICS}},
        "both in one",
    ),
    (
        "a contributor's dimension",
        Rule(["alarm.dimensions.A == '1'"], ALARM),
        {"state": STAMP, "alarmContributor": {"attributes": {"A": "1"}}},
        "its metrics",
    ),
    (
        "an alarm's empty name",
        Rule(["alarm.name != ''"], ALARM),
        {"alarmName": "", "state": STAMP},
        "",
    ),
    (
        "no role of a user",
        Rule(["actor.role != 'x'"], CLOUDTRAIL),
        {"userIdentity": {"sessionContext": {"sessionIssuer": {"type": "User", "userName": "x"}}}},
        "anything-but x",
    ),
    ("absent is not x", Rule(["event.detail.state != 'running'"], STATE), {}, "anything-but"),
    ("null is not x", Rule(["event.detail.state != 'running'"], STATE), {"state": None}, ""),
    (
        "a number is no text",
        Rule(["actor.type != '1'"], CLOUDTRAIL),
        {"userIdentity": {"type": 1}},
        "",
    ),
    (
        "the number read as null",
        Rule(["alarm.name != 1"], ALARM),
        {"alarmName": 1, "state": STAMP},
        "",
    ),
    (
        "in a filter, no failure",
        Rule(["event.detail.l[?!(a > 5)]"], GUARDDUTY),
        {"l": [{"a": "x"}]},
        "numeric",
    ),
    ("the empty text", Rule(["!event.detail.a"]), {"a": ""}, "exists: false"),
    ("an empty list is false", Rule(["!event.detail.a"]), {"a": []}, "null"),
    ("failed is not `not`", Rule([{"not": "starts_with(event.detail.a, 'x')"}]), {"a": "y"}, ""),
    ("an empty name", Rule(["event.detail.\"\".a == 'x'"]), {"": {"a": "x"}}, "detail..a"),
    ("a dot at the end", Rule(["event.detail.\"a.\" == 'x'"]), {"a.": "x"}, "detail.a."),
    ("a name like $or", Rule(["event.detail.\"$or\" == 'x'"]), {"$or": "x"}, "$or"),
    (
        "an operator's name",
        Rule([{"any": ["event.detail.prefix == 'x'", "event.detail.a == 'y'"]}]),
        {"prefix": "x"},
        "$or",
    ),
    (
        "never below a trigger's leaf",
        Rule(["event.detail.a.b == 'x'"], {**CUSTOM, "detail": {"a": ["z"]}}),
        {"a": {"b": "x"}},
        "",
    ),
    ("severity", Rule(["event.detail.severity >= 7"], GUARDDUTY), {"severity": 7.0}, ""),
]
#: those on which the trigger's own pattern says no: nothing can be lost
UNMATCHED = {"never below a trigger's leaf"}


@pytest.mark.parametrize(
    ("rule", "detail"), [row[1:3] for row in TRAPS], ids=[row[0] for row in TRAPS]
)
def test_no_trap_loses_its_event(request: pytest.FixtureRequest, rule: Rule, detail: Any) -> None:
    resources = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:x"]
    event = event_of(rule.own, detail, resources=resources)
    name = request.node.callspec.id
    assert taken(rule.plan, rule.stage, event)
    assert Pattern(rule.own).matches(event) is (name not in UNMATCHED)
    assert Pattern(rule.pushed().pattern).matches(event) is (name not in UNMATCHED)


def test_what_the_function_fills_in_is_not_asked() -> None:
    rule = Rule(["event.version == '0'", "!contains(event.resources, 'x')"])
    event = event_of(rule.own, {})
    del event["version"], event["resources"]
    assert taken(rule.plan, rule.stage, event)
    assert rule.pushed().pattern == rule.own


def test_the_trigger_is_never_widened() -> None:
    """Beside `a`, the trigger's "no b" would be asked of a's element alone."""
    own = {**CUSTOM, "detail": {"l": {"b": [{"exists": False}]}}}
    rule = Rule(["event.detail.l.a == 'x'"], own)
    event = event_of(own, {"l": [{"a": "x"}, {"b": 1}]})
    assert not Pattern(own).matches(event)
    assert not Pattern(rule.pushed().pattern).matches(event)
