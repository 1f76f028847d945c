"""Hypothesis strategies: an event, and a rule that is likely to take it.

Of an AWS event the fields that AWS documents hold one value, and its numbers are doubles;
everything else is anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from chalicelib.plan import Condition, Plan, Stage
from opsloop.compiler.pushdown.known import SINGLE
from opsloop.expressions import compile_condition, compile_expr
from opsloop.local.plans import bare_plan, bare_stage
from opsloop.patterns import InvalidPattern, Pattern
from tests.compiler.pushdown.places import LONG, Steps, Variants, path_of, places
from tests.compiler.pushdown.writing import LETS, OFTEN, PARAMS, Writer, keys, scalars, texts

ALARM = "CloudWatch Alarm State Change"
TYPES = {"aws.ec2": "AWS API Call via CloudTrail", "aws.cloudwatch": ALARM}
#: of these the run side wants more than any value
_TIMES = ("eventID", "eventTime", "state.timestamp")


@dataclass(frozen=True, repr=False)
class World:
    """One event, and one rule: its plan, its own pattern, its criteria."""

    event: dict[str, Any]
    plan: Plan
    stage: Stage
    own: dict[str, Any]
    criteria: list[Condition]
    written: list[Any]
    variants: Variants

    def __repr__(self) -> str:
        each = self.plan["each"]
        told = {"event": self.event, "own": self.own, "criteria": self.written}
        return json.dumps(told | {"each": each and each["of"]["text"]}, indent=1)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """An event and a rule."""
    event = draw(events())
    plan, stage = bare_plan(), bare_stage("dev")
    stage["params"] = dict(PARAMS)
    plan["let"] = {name: compile_expr(text) for name, text in LETS.items()}
    own = draw(owns(event))
    plan["wire"] = {"pattern": own}
    writer = Writer(draw, event, _fan(draw, event, plan))
    written = [writer.condition() for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3])))]
    criteria = [compile_condition(each) for each in written]
    plan["criteria"] = {"event": {"all": criteria}, "facts": None}
    variants = Variants(event, writer.ways, writer.literals)
    return World(event, plan, stage, own, criteria, written, variants)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event as EventBridge carries it."""
    source = draw(st.sampled_from(["my.app", "my.app", *TYPES]))
    any_scalar = scalars if source in TYPES else scalars | st.sampled_from(LONG)
    kind = TYPES.get(source, "Something")
    event = {
        "version": "0",
        "id": "1",
        "detail-type": kind,
        "source": source,
        "account": draw(st.sampled_from(["123456789012", "210987654321"])),
        "time": "2026-03-01T12:00:00Z",
        "region": draw(st.sampled_from(["eu-west-1", "us-east-1"])),
        "resources": draw(st.lists(texts, max_size=2)),
        "detail": draw(_details(SINGLE.get(kind, "").split(), any_scalar)),
    }
    if kind == ALARM:
        _alarmed(draw, event)
    return event


@st.composite
def _details(
    draw: st.DrawFn, documented: list[str], any_scalar: st.SearchStrategy[Any]
) -> dict[str, Any]:
    roots = {path.split(".")[0] for path in documented}
    free = keys.filter(lambda key: key not in roots)
    detail: dict[str, Any] = draw(st.dictionaries(free, _values(any_scalar)))
    if draw(st.booleans()):
        maps = st.dictionaries(st.sampled_from(OFTEN), any_scalar, min_size=1)
        detail["items"] = draw(st.lists(maps, max_size=3))
    for path in draw(st.lists(st.sampled_from(documented), max_size=6)) if documented else ():
        if path not in _TIMES:
            _put(detail, path, draw(any_scalar))
    return detail


def _values(any_scalar: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """JSON, not deep: Hypothesis is slow at what has no bottom."""
    lists, maps = st.lists(any_scalar, max_size=3), st.dictionaries(keys, any_scalar, max_size=3)
    inner = any_scalar | lists | maps
    deep = st.dictionaries(keys, inner, max_size=3) | st.lists(inner, max_size=3)
    return any_scalar | lists | deep


def _alarmed(draw: st.DrawFn, event: dict[str, Any]) -> None:
    """What an alarm's event cannot be without, and its metrics."""
    event["resources"] = ["arn:alarm", *event["resources"]]
    _put(event["detail"], "state.timestamp", "2026-03-01T12:00:00.000+0000")
    dimensions = st.dictionaries(keys, texts | st.integers(0, 1), max_size=3)
    metric = st.builds(lambda each: {"metricStat": {"metric": {"dimensions": each}}}, dimensions)
    if draw(st.booleans()):
        event["detail"]["configuration"] = {"metrics": draw(st.lists(metric, max_size=3))}
    if draw(st.booleans()):
        event["detail"]["alarmContributor"] = {"attributes": draw(dimensions)}


def _put(detail: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        detail = detail.setdefault(step, {})
    detail[last] = value


@st.composite
def owns(draw: st.DrawFn, event: dict[str, Any]) -> dict[str, Any]:
    """A rule's own pattern, which the event matches as often as not."""
    own: dict[str, Any] = {"source": [event["source"]]}
    if draw(st.integers(0, 4)):
        own["detail-type"] = [event["detail-type"]]
    detail: dict[str, Any] = {}
    fields = st.lists(st.sampled_from(sorted(event["detail"])), max_size=2, unique=True)
    for key in draw(fields) if event["detail"] else ():
        _own_field(draw, detail, key, event["detail"][key])
    if detail:
        own["detail"] = detail
    if draw(st.integers(0, 5)) == 0:
        own["$or"] = [{"region": ["eu-west-1"]}, {"detail": {"b": [{"exists": True}]}}]
    return own if _valid(own) else {"source": [event["source"]]}


def _valid(pattern: dict[str, Any]) -> bool:
    try:
        Pattern(pattern)
    except InvalidPattern:
        return False
    return True


def _own_field(draw: st.DrawFn, own: dict[str, Any], key: str, value: Any) -> None:
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict) and first:
        own[key] = {}
        for name in draw(st.lists(st.sampled_from(sorted(first)), min_size=1, max_size=2)):
            _own_field(draw, own[key], name, first[name])
        return
    scalar = None if isinstance(first, dict | list) else first
    lists: list[list[Any]] = [[scalar], [scalar, "a"], [{"exists": True}], ["a", "ab", "prod"]]
    lists += [[scalar, {"prefix": "a"}], [{"exists": False}], [{"anything-but": ["zz"]}]]
    own[key] = draw(st.sampled_from(lists))


def _fan(draw: st.DrawFn, event: Mapping[str, Any], plan: Plan) -> tuple[Steps, Any]:
    """Sometimes a rule has `each`: where, and an element of it."""
    found = [*places({"event": event})]
    lists = [(way, value) for way, value in found if isinstance(value, list) and value]
    if not lists or draw(st.integers(0, 2)):
        return (), None
    way, elements = draw(st.sampled_from(lists))
    end = draw(st.sampled_from(["", "[]", "[*]", "[?@]"]))
    plan["each"] = {"of": compile_expr(f"{path_of(way)}{end}"), "as_name": "e"}
    return way[2:], draw(st.sampled_from(elements))
