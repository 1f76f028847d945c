"""Rules made from the published schema: of the right shape, so that what they say is looked at.

What the schema leaves open (expressions, templates, parameters) is said with words that mean
something, and often with the very calls of the shipped rules. Called by the fuzzer.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from opsloop.rules import schema
from tests.compiler.fuzz_words import SAID, SCALARS, VALUES, WORDS
from tests.compiler.projects import ROOT

SCHEMA: dict[str, Any] = json.loads(schema.render())
SECTIONS = ("when", "let", "if", "facts", "guard", "then", "verify", "on_failure")
NAMES = st.sampled_from(["a", "b", "tags", "instance"])
TREES = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "rules").glob("*/*.yaml"))]
RULES = [tree for tree in TREES if "when" in tree]
EXPRESSIONS = st.sampled_from(
    [
        *("event.detail.state == 'running'", "resource.id", "a", "length(tags) > 0", "true"),
        *("event.detail.requestParameters.bucketName", "facts.tags", "facts.a[?b == 'c']", "time"),
        *("tag(facts.tags, 'stop') == 'nightly'", "steps.a.result.x", "age(time) > duration('5m')"),
        *("targets", "instance", "b.c", "alarm.dimensions.InstanceId", "actor.role", "params.x"),
    ]
)
TEMPLATES = st.sampled_from(
    [
        *("Hello", "${resource.id}", "${a} and ${b}", "${error.message}", "${facts.tags}", "$${a}"),
        *("${secret('ssm:/a')}", "${shell_quote(a)}", "${instance.id}", "${steps.a.status}"),
    ]
)
#: what the schema says by one of these names, it says only in words
OPEN = {
    "Expression": EXPRESSIONS | SAID,
    "Template": TEMPLATES | SAID.map(str),
    "Value": TEMPLATES | VALUES,
    "Plain": VALUES,
}
EVENTS = [rule["when"]["event"] for rule in RULES if "event" in rule["when"]]
API = ["ec2:RunInstances", "s3:PutBucketAcl", "iam:*", "ec2:Describe*", "nothing:AtAll", "s3:*"]
WINDOW = ["Mon-Fri 08:00-18:00", "Sat,Sun 00:00-24:00", "22:00-06:00", "Mon 25:00-26:00"]
#: what a key's pattern would take too long to guess
GUIDED: dict[str, SearchStrategy[Any]] = {
    "event": st.sampled_from(EVENTS) | st.dictionaries(WORDS, VALUES, max_size=3),
    "api": st.sampled_from(API) | st.lists(st.sampled_from(API), min_size=1, max_size=3),
    "schedule": st.sampled_from(["rate(5 minutes)", "cron(0 8 ? * MON-FRI *)", "rate(x)"]),
    "timezone": st.sampled_from(["Europe/Berlin", "UTC", "Mars/Base"]),
    "regions": st.lists(st.sampled_from(["us-east-1", "eu-west-1", "mars-1"]), max_size=2),
    "rate": st.sampled_from(["5/1h", "1/10s", ["2/1h", "9/1d"], "0/1h", "many"]),
    "window": st.fixed_dictionaries(
        {"only": st.sampled_from(WINDOW)}, optional={"timezone": st.just("Europe/Berlin")}
    ),
    "as": NAMES,
    "id": NAMES,
}
#: what stands beside another key only, or is not there yet
BESIDE = {
    **dict.fromkeys(("bus", "create", "timezone", "via"), "alarms and events of any kind"),
    **dict.fromkeys(("as", "at_once", "steps"), "for_each"),
    **dict.fromkeys(("timeout", "retry", "on_error", "with", "for_each"), "do"),
    **dict.fromkeys(("hold", "every", "until"), "check"),
    "errors": "api",
    "topic": "via",
}
PLAIN = ["5m", "30s", "2h", "words"]


def _below(tree: Any, key: str) -> list[Any]:
    """Every map below that has the key."""
    if isinstance(tree, list):
        return [found for one in tree for found in _below(one, key)]
    if not isinstance(tree, dict):
        return []
    return ([tree] if key in tree else []) + _below(list(tree.values()), key)


#: what and with what: calls that are right by themselves
CALLS = [
    {name: one[name] for name in ("do", "with", "pick") if name in one}
    for one in _below(RULES, "do")
]


def rules(section: str) -> SearchStrategy[dict[str, Any]]:
    """Shipped rules in which one section is another, made from the schema."""
    made = _of(SCHEMA["properties"][section], section)
    return st.builds(lambda rule, other: _with(rule, section, other), st.sampled_from(RULES), made)


def _with(rule: dict[str, Any], section: str, made: Any) -> dict[str, Any]:
    """Names that the rest of the rule reads stay, so that the rest is looked at as well."""
    named = rule.get(section, {}) if section in ("let", "facts") else {}
    return {**rule, section: {**named, **made} if named else made}


@cache
def _strategy(name: str) -> SearchStrategy[Any]:
    """By a definition's name."""
    return OPEN[name] if name in OPEN else _of(SCHEMA["$defs"][name], "")


def _of(node: dict[str, Any], key: str) -> SearchStrategy[Any]:
    if key in GUIDED:
        return GUIDED[key]
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return st.deferred(lambda: _strategy(name))
    if "anyOf" in node:
        return st.one_of([_of(one, key) for one in node["anyOf"]])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    return _typed(node, key)


def _typed(node: dict[str, Any], key: str) -> SearchStrategy[Any]:
    match node.get("type"):
        case "object":
            return _object(node)
        case "array":
            least = node.get("minItems", 0)
            return st.lists(_of(node.get("items", {}), key), min_size=least, max_size=least + 1)
        case "string":
            examples = [one for one in node.get("examples", ()) if isinstance(one, str)]
            return st.sampled_from([*(examples * 16 or PLAIN * 6), "x", ""])
        case "integer":
            return st.sampled_from([1, 2, 3, 5, 10, 50, 100, 0, -1])
        case "boolean":
            return st.booleans()
    return SCALARS


def _object(node: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    known = {name: _of(one, name) for name, one in node.get("properties", {}).items()}
    named = [_of(one, "") for one in node.get("patternProperties", {}).values()]
    if not known:
        values = named[0] if named else _of(node.get("additionalProperties") or {}, "")
        return st.dictionaries(NAMES, values, max_size=2)
    kinds = [one["required"][0] for one in node.get("oneOf", ())]
    return _drawn(known, list(node.get("required", ())), kinds)


@st.composite
def _drawn(
    draw: DrawFn,
    known: dict[str, SearchStrategy[Any]],
    always: list[str],
    kinds: list[str],
) -> dict[str, Any]:
    """The keys that are needed, one of the kinds, and some that may be there."""
    chosen = [*always, *([draw(st.sampled_from(kinds))] if kinds else [])]
    free = sorted(known.keys() - {*always, *kinds})
    chosen += draw(st.lists(st.sampled_from(free), max_size=3, unique=True)) if free else []
    made = {name: draw(known[name]) for name in chosen if name in known}
    careful = draw(st.sampled_from([True] * 9 + [False]))
    if "do" in made and careful:
        made |= draw(st.sampled_from(CALLS))
    if not {"stop", "fail"}.isdisjoint(made) and careful:
        made.setdefault("if", "resource.id != null")
    wrong = made.keys() - known if careful else set[str]()
    wrong |= {key for key, other in BESIDE.items() if careful and other not in made}
    return {key: value for key, value in made.items() if key not in wrong}
