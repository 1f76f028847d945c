"""Hypothesis strategies: an event, and a rule that is likely to take it.

Criteria are drawn with the event at hand: their paths and their literals are the event's own as
often as not, so that a good part of them is met, and what the pattern then loses is seen.
Of an AWS event the fields that AWS documents hold one value; everything else is anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from chalicelib.plan import Condition, Plan, Stage
from opsloop.compiler.pushdown.known import SINGLE
from opsloop.expressions import compile_condition, compile_expr
from opsloop.local.plans import bare_plan, bare_stage
from opsloop.patterns import InvalidPattern, Pattern

Steps = tuple[str | int, ...]

KEYS = ["a", "b", "items", "state", "tags", "Key", "Value", "a.b", "prefix", "é", "", "c d"]
TEXTS = ["", "a", "A", "ab", "abc", "prod", "5", "10.0.0.1", "10.1.2.3", "192.168.0.9", "::1"]
TEXTS += [
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "010.0.0.1",
    'a"',
    '"',
    "*",
    "a*b",
    "\\",
    "K",
    "\u212a",
]
TEXTS += ["ſ", "ß", "İ", "true", "null", "running", "RUNNING", "i-0", "😀", "a\nb"]
NUMBERS: list[Any] = [0, 1, -1, 5, 5.0, 0.1, 0.5, -0.0, 7.5, 100, 10**12]
#: numbers that EventBridge compares by their text alone
LONG = [2**53 + 1, 10**30, -(2**60) - 1]
SIGNS = ["==", "!=", "<", "<=", ">", ">="]
TYPES = {
    "aws.ec2": "AWS API Call via CloudTrail",
    "aws.cloudwatch": "CloudWatch Alarm State Change",
}
OWN_TEXTS = ["", "my.app", "aws.partner/x", *TYPES]
ALARM = "CloudWatch Alarm State Change"
SHAPES = [
    ("event", "detail", "configuration", "metrics", 0, "metricStat", "metric", "dimensions", "a"),
    *(("event", "detail", *name.split(".")) for name in " ".join(SINGLE.values()).split()),
]

texts = st.sampled_from(TEXTS)
keys = st.sampled_from(KEYS)


@dataclass(frozen=True, repr=False)
class World:
    """One event, and one rule: its plan, its own pattern, its criteria."""

    event: dict[str, Any]
    plan: Plan
    stage: Stage
    own: dict[str, Any]
    criteria: list[Condition]
    written: list[Any]

    def __repr__(self) -> str:
        each = self.plan["each"]
        told = {"event": self.event, "own": self.own, "criteria": self.written}
        return json.dumps(told | {"each": each and each["of"]["text"]}, indent=1)


def values(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any JSON."""
    lists, maps = st.lists(scalars, max_size=3), st.dictionaries(keys, scalars, max_size=3)
    inner = scalars | lists | maps
    return scalars | lists | st.dictionaries(keys, inner, max_size=3) | st.lists(inner, max_size=3)


def put(detail: dict[str, Any], path: str, value: Any) -> None:
    """A documented field."""
    *way, last = path.split(".")
    for step in way:
        detail = detail.setdefault(step, {})
    detail[last] = value


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event as EventBridge carries it."""
    source = draw(st.sampled_from(["my.app", "my.app", *TYPES]))
    kind = TYPES.get(source, "Something")
    numbers = NUMBERS if source in TYPES else NUMBERS + LONG
    scalars = texts | st.sampled_from(numbers) | st.booleans() | st.none()
    documented = SINGLE.get(kind, "").split()
    roots = {path.split(".")[0] for path in documented} | {"eventID", "eventTime"}
    detail = draw(st.dictionaries(keys.filter(lambda key: key not in roots), values(scalars)))
    for path in draw(st.lists(st.sampled_from(documented), max_size=6)) if documented else ():
        if path not in ("eventID", "eventTime", "state.timestamp"):
            put(detail, path, draw(scalars))
    event = {
        "version": "0",
        "id": "1",
        "detail-type": kind,
        "source": source,
        "account": draw(st.sampled_from(["123456789012", "210987654321"])),
        "time": "2026-03-01T12:00:00Z",
        "region": draw(st.sampled_from(["eu-west-1", "us-east-1"])),
        "resources": draw(st.lists(texts, max_size=2)),
        "detail": detail,
    }
    if kind == ALARM:
        _alarmed(draw, event)
    return event


def _alarmed(draw: st.DrawFn, event: dict[str, Any]) -> None:
    """What an alarm's event cannot be without, and its metrics."""
    event["resources"] = ["arn:alarm", *event["resources"]]
    put(event["detail"], "state.timestamp", "2026-03-01T12:00:00.000+0000")
    dimensions = st.dictionaries(keys, texts | st.integers(0, 1), max_size=3)
    metric = st.builds(lambda each: {"metricStat": {"metric": {"dimensions": each}}}, dimensions)
    if draw(st.booleans()):
        event["detail"]["configuration"] = {"metrics": draw(st.lists(metric, max_size=3))}
    if draw(st.booleans()):
        event["detail"]["alarmContributor"] = {"attributes": draw(dimensions)}


def places(value: Any, way: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every place of an event with what stands there."""
    yield way, value
    below: Any = ()
    if isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    for key, inner in below:
        yield from places(inner, (*way, key))


def path_of(way: Steps) -> str:
    """A path as an expression has it."""
    first, *rest = way
    tail = (f"[{key}]" if isinstance(key, int) else f".{json.dumps(key)}" for key in rest)
    return f"{first}{''.join(tail)}"


def literal(value: Any) -> str:
    """A JSON literal."""
    return "`" + json.dumps(value).replace("`", "\\`") + "`"


ROOTS = ["account", "region", "event.source", 'event."detail-type"', "event.version", "event.time"]
NAMED = ["alarm.name", "alarm.state", "alarm.previous", "alarm.arn", "alarm.reason", "actor.type"]
NAMED += ["actor.arn", "actor.role", "actor.service", "actor.ip", "actor.name", "resource.id"]
NAMED += [
    "alarm.dimensions.a",
    "alarm.dimensions.b",
    "alarm.dimensions.Key",
    "params.p",
    "params.q",
]
LETS = {
    "l": "event.detail.a",
    "m": "event.detail.items[?a == 'a'].b",
    "n": "event.detail.state == 'a'",
}


class Writer:
    """Writes expressions about one event."""

    def __init__(self, draw: st.DrawFn, event: dict[str, Any], element: Any) -> None:
        self.draw = draw
        self.seen = [
            (way, value) for way, value in places({"event": event}) if len(way) > 2 or way == ()
        ]
        self.seen = [(way, value) for way, value in self.seen if way]
        self.element = element

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def place(self) -> tuple[str, Any]:
        """A path and, where it is known, what stands there."""
        match self.pick(
            ["there"] * 6 + ["filter", "each", "root", "named", "let", "shape", "wild"]
        ):
            case "there" if self.seen:
                way, value = self.pick(self.seen)
                return path_of(way), value
            case "filter" if self.seen:
                return self.filtered()
            case "each" if self.element is not None:
                way, value = self.pick([*places(self.element, ("e",))])
                return path_of(way), value
            case "root":
                return self.pick(ROOTS), "eu-west-1"
            case "named":
                return self.pick(NAMED), self.pick(TEXTS)
            case "let":
                return self.pick([*LETS]), "a"
            case "shape":
                return path_of(self.pick(SHAPES)), None
        way = ("event", "detail", *self.draw(st.lists(keys, min_size=1, max_size=3)))
        return path_of(way), None

    def filtered(self) -> tuple[str, Any]:
        """An element of a list that is there, or its elements."""
        lists = [(way, value) for way, value in self.seen if isinstance(value, list) and value]
        if not lists:
            return "event.detail.items[]", None
        way, value = self.pick(lists)
        inner, leaf = self.pick([*places(self.pick(value), ("@",))])
        condition = f"{path_of(inner)} {self.pick(SIGNS)} {literal(leaf)}"
        end = self.pick(["", " | [0]", "[].a"])
        key = self.pick(KEYS[:6])
        forms = [f"{path_of(way)}[?{condition}]{end}", f"{path_of(way)}[].{key}"]
        forms += [f"{path_of(way)}[*].{key} | [0]", f"{path_of(way)}[:1]", f"{path_of(way)}[-1]"]
        return f"({self.pick(forms)})", leaf

    def value(self, near: Any) -> Any:
        """A literal: what stands there, or something like it."""
        if self.draw(st.booleans()) and not isinstance(near, dict | list):
            return near
        return self.draw(texts | st.sampled_from(NUMBERS) | st.booleans() | st.none())

    def text(self, near: Any) -> str:
        """A text, or a part of the one that stands there."""
        if isinstance(near, str) and self.draw(st.booleans()):
            begin = self.draw(st.integers(0, len(near)))
            return near[begin : self.draw(st.integers(begin, len(near)))]
        return str(near) if isinstance(near, str) else self.draw(texts)

    def atom(self) -> str:
        """One thing that may be true."""
        path, near = self.place()
        sort = ["compare"] * 4 + [
            "truth",
            "text",
            "glob",
            "list",
            "in",
            "cidr",
            "case",
            "tag",
            "regex",
        ]
        match self.pick(sort):
            case "truth":
                return path
            case "text":
                name = self.pick(["starts_with", "ends_with", "contains"])
                return f"{name}({path}, {literal(self.text(near))})"
            case "glob":
                end = self.pick(["*", "?", "", "*?*", "a*"])
                return f"glob({path}, {literal(self.pick(['', '*', '?']) + self.text(near) + end)})"
            case "list":
                listed = [self.value(near) for _ in range(self.draw(st.integers(0, 3)))]
                return f"contains({literal(listed)}, {path})"
            case "in":
                return f"contains({path}, {literal(self.value(near))})"
            case "cidr":
                return f"in_cidr({path}, {literal(self.networks())})"
            case "case":
                return self.cased(path, near)
            case "tag":
                return f"tag({path}, 'a') {self.pick(SIGNS[:2])} {literal(self.value(near))}"
            case "regex":
                return f"regex({path}, {self.pick(REGEXES)})"
        return self.comparison(path, near)

    def comparison(self, path: str, near: Any) -> str:
        sides = [path, literal(self.value(near))]
        if self.draw(st.integers(0, 5)) == 0:
            sides.reverse()
        if self.draw(st.integers(0, 9)) == 0:
            sides[1] = self.place()[0]
        return f"{sides[0]} {self.pick(SIGNS)} {sides[1]}"

    def cased(self, path: str, near: Any) -> str:
        case = self.pick(["lower", "upper"])
        text = self.text(near)
        text = literal(text.lower() if case == "lower" else text.upper())
        forms = [f"{case}({path}) == {text}", f"{case}({path}) != {text}"]
        forms += [f"starts_with({case}({path}), {text})", f"contains([{text}], {case}({path}))"]
        return str(self.pick(forms))

    def networks(self) -> Any:
        nets = ["10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "::/0", "192.168.0.0/255.255.0.0", "::1/128"]
        one = self.pick(nets)
        return self.pick([one, [one, self.pick(nets)], []])

    def expression(self, depth: int = 2) -> str:
        """Atoms joined."""
        match self.pick(["atom"] * (4 if depth else 1) + ["and", "or", "not", "is"] * bool(depth)):
            case "and":
                return f"({self.expression(depth - 1)} && {self.expression(depth - 1)})"
            case "or":
                return f"({self.expression(depth - 1)} || {self.expression(depth - 1)})"
            case "not":
                return f"!({self.expression(depth - 1)})"
            case "is":
                sign, word = self.pick(["==", "!="]), self.pick(["true", "false"])
                return f"({self.expression(depth - 1)}) {sign} {word}"
        return self.atom()

    def condition(self, depth: int = 2) -> Any:
        """What `if` may hold."""
        match self.pick(["text"] * 4 + ["any", "all", "not"] * bool(depth)):
            case "not":
                return {"not": self.condition(depth - 1)}
            case ("any" | "all") as key:
                return {key: [self.condition(depth - 1) for _ in range(self.pick([1, 2]))]}
        return self.expression()


REGEXES = ["'^a'", "'^ab*'", "'^(a|b)'", "'prod$'", "'^10[.]'", "'(?i)^a'", "'(?m)^a'"]


def variants(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The event with one value of its detail changed in a way that has fooled somebody."""
    documented = {path.split(".")[0] for path in SINGLE.get(event["detail-type"], "").split()}
    for way, value in places(event["detail"]):
        if way and way[0] not in documented:
            for changed in (None, [value], [[value]], [value, "zz"], {"a": value}, [{"a": value}]):
                yield {**event, "detail": _changed(event["detail"], way, changed)}
            yield {**event, "detail": _changed(event["detail"], way, ...)}
            if len(way) > 1 and all(isinstance(key, str) for key in way[:2]):
                dotted = {**event["detail"], f"{way[0]}.{way[1]}": value}
                yield {**event, "detail": dotted}


def _changed(value: Any, way: Steps, new: Any) -> Any:
    """A copy with another value at a place; without it where that is `...`."""
    if not way:
        return new
    key, *rest = way
    if isinstance(value, list):
        copy: Any = list(value)
    else:
        copy = dict(value)
    if rest or new is not ...:
        copy[key] = _changed(value[key], tuple(rest), new)
    else:
        del copy[key]
    return copy


@st.composite
def owns(draw: st.DrawFn, event: dict[str, Any]) -> dict[str, Any]:
    """A rule's own pattern, which the event matches as often as not."""
    own: dict[str, Any] = {"source": [event["source"]]}
    if draw(st.integers(0, 4)):
        own["detail-type"] = [event["detail-type"]]
    detail: dict[str, Any] = {}
    for key, value in draw(st.permutations(sorted(event["detail"].items())))[
        : draw(st.integers(0, 2))
    ]:
        _own_field(draw, detail, key, value)
    if detail:
        own["detail"] = detail
    if draw(st.integers(0, 5)) == 0:
        own["$or"] = [{"region": ["eu-west-1"]}, {"detail": {"b": [{"exists": True}]}}]
    return own


def _own_field(draw: st.DrawFn, own: dict[str, Any], key: str, value: Any) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0]
    if isinstance(value, dict) and value:
        inner = own.setdefault(key, {})
        for name in draw(st.lists(st.sampled_from(sorted(value)), max_size=2, unique=True)):
            _own_field(draw, inner, name, value[name])
        if not inner:
            del own[key]
        return
    scalar = value[0] if isinstance(value, list) and value else value
    if isinstance(scalar, dict | list):
        scalar = None
    lists = [[scalar], [scalar, "a"], [{"exists": True}], [scalar, {"prefix": "a"}]]
    lists += [[{"exists": False}], [{"anything-but": ["zz"]}], ["a", "ab", "prod"]]
    own[key] = draw(st.sampled_from(lists))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """An event and a rule."""
    event = draw(events())
    plan, stage = bare_plan(), bare_stage("dev")
    stage["params"] = {"p": "a", "q": 5}
    plan["let"] = {name: compile_expr(text) for name, text in LETS.items()}
    own = draw(owns(event))
    try:
        Pattern(own)
    except InvalidPattern:
        own = {"source": [event["source"]]}
    plan["wire"] = {"pattern": own}
    element = _fan(draw, event, plan)
    writer = Writer(draw, event, element)
    written = [writer.condition() for _ in range(draw(st.integers(1, 3)))]
    criteria = [compile_condition(each) for each in written]
    plan["criteria"] = {"event": {"all": criteria}, "facts": None}
    return World(event, plan, stage, own, criteria, written)


def _fan(draw: st.DrawFn, event: Mapping[str, Any], plan: Plan) -> Any:
    """Sometimes a rule has `each`; an element of it."""
    found = [*places({"event": event})]
    lists = [(way, value) for way, value in found if isinstance(value, list) and value]
    if not lists or draw(st.integers(0, 2)):
        return None
    way, elements = draw(st.sampled_from(lists))
    end = draw(st.sampled_from(["", "[]", "[*]", "[?@]"]))
    plan["each"] = {"of": compile_expr(f"{path_of(way)}{end}"), "as_name": "e"}
    return draw(st.sampled_from(elements))
