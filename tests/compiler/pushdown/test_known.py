"""What is known of events and of the scope's names, held against real events and the run side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import EventError
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise
from opsloop.compiler.pushdown import names
from opsloop.compiler.pushdown.filters import Place
from opsloop.compiler.pushdown.found import Found, Members, Operand, Other
from opsloop.compiler.pushdown.known import ALWAYS, SINGLE, Known
from opsloop.judging import judge
from opsloop.local.plans import bare_plan, bare_stage
from opsloop.patterns import Pattern
from opsloop.patterns.tokens import comparable

EVENTS = Path(__file__).parents[2] / "events"


def payloads() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(EVENTS.glob("*.json")):
        payload = json.loads(path.read_text(encoding="utf-8"))
        if "detail-type" in payload:
            yield path.stem, payload


PAYLOADS = dict(payloads())


def known(**pattern: Any) -> Known:
    return Known.of(
        Pattern({name.replace("_", "-"): value for name, value in pattern.items()}).branches
    )


def at(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(value, list):
            return value
        value = value.get(step) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize("kind", SINGLE)
def test_what_is_single_is_so_in_every_real_event(kind: str) -> None:
    for payload in PAYLOADS.values():
        for field in SINGLE[kind].split() if payload["detail-type"] == kind else ():
            assert not isinstance(at(payload["detail"], field.split(".")), dict | list), field


@pytest.mark.parametrize("kind", sorted({"AWS Service Event via CloudTrail"} ^ SINGLE.keys()))
def test_what_is_single_is_seen_in_real_events(kind: str) -> None:
    details = [one["detail"] for one in PAYLOADS.values() if one["detail-type"] == kind]
    seen = [
        field
        for field in SINGLE[kind].split()
        if any(at(one, field.split(".")) is not None for one in details)
    ]
    assert len(seen) >= len(SINGLE[kind].split()) // 2


def test_aws_sends_only_numbers_that_its_own_engine_compares() -> None:
    """What `numeric` on AWS's own events stands on."""
    numbers: list[str] = []
    for path in EVENTS.glob("*.json"):
        json.loads(
            path.read_text(encoding="utf-8"), parse_int=numbers.append, parse_float=numbers.append
        )
    assert len(numbers) > 100
    assert [number for number in numbers if comparable(number) is None] == []


KNOWN: list[tuple[dict[str, Any], bool, str | None]] = [
    (
        {"source": ["aws.ec2"], "detail_type": ["EC2 Instance State-change Notification"]},
        True,
        "detail.state",
    ),
    ({"source": ["aws.ec2"]}, True, None),
    ({"source": [{"prefix": "aws."}], "detail_type": ["GuardDuty Finding"]}, False, None),
    ({"source": ["my.app"], "detail_type": ["GuardDuty Finding"]}, False, None),
    ({"source": ["aws.partner/x"], "detail_type": ["GuardDuty Finding"]}, False, None),
    ({"source": ["aws.guardduty"], "detail_type": ["GuardDuty Finding"]}, True, "detail.severity"),
    ({"source": ["aws.guardduty"], "detail_type": ["GuardDuty Finding", "Other"]}, True, None),
    ({"source": ["aws.guardduty", "my.app"], "detail_type": ["GuardDuty Finding"]}, False, None),
    ({"detail_type": ["GuardDuty Finding"]}, False, None),
]


@pytest.mark.parametrize(("pattern", "by_aws", "single"), KNOWN)
def test_what_a_pattern_lets_one_know(pattern: Any, by_aws: bool, single: str | None) -> None:
    found = known(**pattern)
    assert found.by_aws is by_aws
    assert {*ALWAYS} < found.single
    assert (single in found.single) if single else found.single == {*ALWAYS, "replay-name"}


def test_all_alternatives_of_a_pattern_count() -> None:
    kinds = ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"]
    alternatives = [{"source": ["aws.cloudwatch"], "detail-type": [kind]} for kind in kinds]
    found = Known.of(Pattern({"$or": alternatives}).branches)
    assert found.by_aws
    assert "detail.alarmName" in found.single
    other = Known.of(Pattern({"$or": [*alternatives, {"source": ["my.app"]}]}).branches)
    assert not other.by_aws


PATHS = {
    "account": ("account",),
    "region": ("region",),
    **{f"alarm.{one}": ("alarm", one) for one in ("name", "arn", "state", "previous", "reason")},
    **{f"actor.{one}": ("actor", one) for one in ("type", "arn", "role", "service", "ip")},
    "alarm.dimensions.InstanceId": ("alarm", "dimensions", "InstanceId"),
    "alarm.dimensions.TableName": ("alarm", "dimensions", "TableName"),
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_name_is_read_where_its_operand_says(path: tuple[str, ...]) -> None:
    read = operand(path)
    assert isinstance(read, Found)
    seen = 0
    for payload in PAYLOADS.values():
        value = scoped(payload, path)
        if value is not None:
            seen += 1
            places = [one.place for one in read.alternatives]
            assert value in [leaf for place in places for leaf in leaves(payload, place)]
    assert seen


@pytest.mark.parametrize("name", ["time", "partition", "resource", "steps", "rule"])
def test_a_name_that_is_worked_out_is_none_of_the_event(name: str) -> None:
    assert names.found(name) == Other(f"`{name}` no pattern can work out")


def operand(path: tuple[str, ...]) -> Operand:
    read = names.found(path[0])
    for key in path[1:]:
        assert isinstance(read, Members)
        read = read.member(key)
    return read


def scoped(payload: dict[str, Any], path: tuple[str, ...]) -> Any:
    """What the run side reads for a name."""
    try:
        [event] = normalise(payload)
    except EventError:
        return None
    value = scope_of(event, path[0])
    for key in path[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def scope_of(event: Event, name: str) -> Any:
    [judged] = judge(bare_plan(), bare_stage("dev"), event)
    return judged.scope.get(name)


def leaves(value: Any, place: Place) -> list[Any]:
    """All that EventBridge finds under a name."""
    found = [value]
    for step in place.steps:
        found = [one[step] for one in flat(found) if isinstance(one, dict) and step in one]
    return list(flat(found))


def flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from flat(value)
        else:
            yield value
