"""A rule's trigger: what AWS is told to wake it with, and the criteria that say the same.

An event may come by roads that bypass the pattern (SNS, a direct invocation, a replay), so
what the trigger promises is also checked by the function, as criteria that stand before the
rule's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.plan import Wire
from opsloop.aws.cloudtrail import ApiCall, api_calls
from opsloop.aws.faults import FaultError
from opsloop.patterns import InvalidPattern, Pattern
from opsloop.problems import Fault, Path
from opsloop.rules.triggers import Alarm, When


@dataclass
class Wiring:
    """What a trigger comes to, with what is wrong with it."""

    wire: Wire = field(default_factory=Wire)
    #: expressions that all have to hold
    criteria: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def wiring(when: When) -> Wiring:
    """The wiring of a rule's one trigger; paths of faults start at the trigger's map."""
    if when.event is not None:
        return _event(when.event)
    if when.api:
        return _api(when)
    if when.alarm is not None:
        return _alarm(when.alarm)
    return Wiring(_plain(when))


def _plain(when: When) -> Wire:
    """A trigger that says all there is to say."""
    if when.schedule is not None:
        return {"schedule": when.schedule}
    if when.topic is not None:
        return {"topic": when.topic}
    return {"manual": dict(when.manual.parameters) if when.manual else {}}


def _event(pattern: dict[str, Any]) -> Wiring:
    return Wiring({"pattern": pattern}, faults=list(_invalid(pattern)))


def _invalid(pattern: dict[str, Any]) -> Iterator[Fault]:
    try:
        Pattern(pattern)
    except InvalidPattern as invalid:
        found, _, expected = invalid.reason.partition(": expected ")
        wanted = expected or "a pattern that EventBridge takes; docs/patterns.md has the language"
        yield Fault(found.removeprefix("found "), wanted, path=("event", *_keys(invalid.path)))


_KEY = re.compile(r"""\.([^.\["]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]""")


def _keys(path: str) -> Path:
    """`$.detail["a.b"][0]` as the keys that lead there."""
    return tuple(
        int(index) if index else plain or quoted for plain, quoted, index in _KEY.findall(path)
    )


def _api(when: When) -> Wiring:
    made = Wiring()
    calls: list[ApiCall] = []
    for place, name in enumerate(when.api):
        try:
            calls += _callable(name, api_calls(name))
        except FaultError as error:
            fault = error.fault
            made.faults.append(
                Fault(fault.found, fault.expected, fault.correction, ("api", place), fault.offset)
            )
    if calls:
        made.wire = {"pattern": _api_pattern(calls, when.errors)}
        made.criteria = list(_api_criteria(calls, when.errors))
    return made


def _callable(name: str, calls: Sequence[ApiCall]) -> list[ApiCall]:
    """Those that EventBridge delivers without more ado; raises FaultError where there are none."""
    taken = [call for call in calls if not call.read_only and not call.data_event]
    if taken:
        return taken
    if calls[0].data_event:
        raise FaultError(
            Fault(
                f"{name}, a data event that CloudTrail records only where a trail asks for it",
                "a management event; data events are not yet among opsloop's triggers",
            )
        )
    raise FaultError(
        Fault(
            f"{name}, a read-only call that EventBridge delivers only on request",
            "a call that changes something; read-only calls are not yet among opsloop's triggers",
        )
    )


def _api_pattern(calls: Sequence[ApiCall], errors: str) -> dict[str, Any]:
    """Each name is paired with its own source: `$or` over the sources where there are several."""
    sources: dict[tuple[str, str, str], list[str]] = {}
    for call in calls:
        key = (call.source, call.detail_type, call.event_source)
        sources.setdefault(key, []).append(call.event_name)
    branches = [
        {
            "source": [source],
            "detail-type": [detail_type],
            "detail": {
                "eventSource": [event_source],
                "eventName": sorted(set(names)),
                **_error_code(errors),
            },
        }
        for (source, detail_type, event_source), names in sorted(sources.items())
    ]
    return branches[0] if len(branches) == 1 else {"$or": branches}


def _error_code(errors: str) -> dict[str, Any]:
    exists = {"ignore": False, "only": True}.get(errors)
    return {} if exists is None else {"errorCode": [{"exists": exists}]}


def _api_criteria(calls: Sequence[ApiCall], errors: str) -> Iterator[str]:
    names = sorted({call.event_name for call in calls})
    yield f"contains({_literal(names)}, event.detail.eventName)"
    if errors != "any":
        yield f"event.detail.errorCode {'==' if errors == 'ignore' else '!='} null"


def _alarm(alarm: Alarm) -> Wiring:
    made = Wiring(criteria=list(_alarm_criteria(alarm)))
    if alarm.via == "topic" and alarm.topic:
        made.wire = {"topic": alarm.topic}
    else:
        made.wire = {"pattern": _alarm_pattern(alarm)}
    return made


def _alarm_pattern(alarm: Alarm) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "alarmName": [{"wildcard": name} if "*" in name else name for name in alarm.names],
        "state": {"value": list(alarm.to)},
    }
    if alarm.from_:
        detail["previousState"] = {"value": list(alarm.from_)}
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": detail,
    }


def _alarm_criteria(alarm: Alarm) -> Iterator[str]:
    yield " || ".join(map(_is_named, alarm.names))
    yield f"contains({_literal(list(alarm.to))}, alarm.state)"
    if alarm.from_:
        yield f"contains({_literal(list(alarm.from_))}, alarm.previous)"


def _is_named(name: str) -> str:
    literal = _literal(name)
    return f"glob(alarm.name, {literal})" if "*" in name else f"alarm.name == {literal}"


def _literal(value: object) -> str:
    """A value as JMESPath's JSON literal."""
    return "`" + json.dumps(value).replace("`", "\\`") + "`"
