"""A rule's trigger: what AWS is told to wake it with, and criteria that say the same.

An event may come by roads that bypass the pattern (SNS, a direct invocation, a replay). What
`api` and `alarm` promise is therefore checked by the function too, by criteria that stand
before the rule's own. An `event` pattern is the rule author's own: the function leaves it to
EventBridge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chalicelib.plan import Wire
from opsloop.compiler import api
from opsloop.compiler.wiring import Wiring, literal
from opsloop.patterns import InvalidPattern, Pattern
from opsloop.problems import Fault, Path
from opsloop.rules.triggers import Alarm, When

#: a topic also tells of the contributors to an alarm of many series; EventBridge tells of
#: those beside the alarm itself, and a rule would act on both
_STATE_CHANGE = "CloudWatch Alarm State Change"


def wiring(when: When) -> Wiring:
    """The wiring of a rule's one trigger; paths of faults start at the trigger's map."""
    if when.event is not None:
        return _event(when.event)
    if when.api:
        return api.wired(when)
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
    made = Wiring(faults=list(_invalid(pattern)))
    made.wake_by(pattern, ("event",))
    return made


def _invalid(pattern: dict[str, Any]) -> Iterator[Fault]:
    try:
        Pattern(pattern)
    except InvalidPattern as invalid:
        found, expected = _reason(invalid.reason)
        quoted = _AS_LIST.search(expected)
        correction = quoted[1] if quoted else None
        path = ("event", *_keys(invalid.path))
        yield Fault(found, expected, correction, path, spelt=correction is not None)


def _reason(reason: str) -> tuple[str, str]:
    """What was found and expected, as far as the reason says it that way."""
    problem, _, expected = reason.partition("expected ")
    problem = problem.removesuffix(": ")
    if not problem.startswith("found "):
        problem = f"found a pattern that EventBridge refuses: {problem}".removesuffix(": ")
    return problem.removeprefix("found "), expected or "a pattern as docs/patterns.md has it"


_AS_LIST = re.compile(r"as in (\[.*\])$")
_KEY = re.compile(r"""\.([^.\["]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]""")


def _keys(path: str) -> Path:
    """`$.detail["a.b"][0]` as the keys that lead there."""
    return tuple(
        int(index) if index else plain or quoted for plain, quoted, index in _KEY.findall(path)
    )


def _alarm(alarm: Alarm) -> Wiring:
    if not alarm.names:
        return Wiring()  # of an alarm to be made: that is refused for now
    made = Wiring(criteria=list(_alarm_criteria(alarm)), faults=list(_ambiguous(alarm)))
    if alarm.via == "topic" and alarm.topic:
        made.wire = {"topic": alarm.topic}
    else:
        made.wake_by(_alarm_pattern(alarm), ("alarm", "names"))
    return made


def _ambiguous(alarm: Alarm) -> Iterator[Fault]:
    """EventBridge's wildcard is `*` alone; `glob()`, which says the same, has `?` as well."""
    for place, name in enumerate(alarm.names):
        if "*" in name and "?" in name:
            found = f"'?' beside '*' in '{name}', where it would stand for any character"
            yield Fault(found, "another '*' in its place", path=("alarm", "names", place))


def _alarm_pattern(alarm: Alarm) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "alarmName": [_as_wildcard(name) if "*" in name else name for name in alarm.names],
        "state": {"value": list(alarm.to)},
    }
    if alarm.from_:
        detail["previousState"] = {"value": list(alarm.from_)}
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": [_STATE_CHANGE],
        "detail": detail,
    }


def _as_wildcard(name: str) -> dict[str, str]:
    """EventBridge reads a backslash as an escape; an alarm's name has it as it is."""
    return {"wildcard": name.replace("\\", "\\\\")}


def _alarm_criteria(alarm: Alarm) -> Iterator[str]:
    if alarm.via == "events":
        yield f"event.\"detail-type\" == '{_STATE_CHANGE}'"
    yield " || ".join(map(_is_named, alarm.names))
    yield f"contains({literal(list(alarm.to))}, alarm.state)"
    if alarm.from_:
        yield f"contains({literal(list(alarm.from_))}, alarm.previous)"


def _is_named(name: str) -> str:
    wanted = literal(name)
    return f"glob(alarm.name, {wanted})" if "*" in name else f"alarm.name == {wanted}"
