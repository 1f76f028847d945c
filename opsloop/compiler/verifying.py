"""How a rule checks that it helped, lowered to one read, a condition, and times.

`{alarm: OK}` becomes a look at the alarm that woke the rule; `check` names a read action, or
a fact that is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.plan import Verify
from opsloop.compiler import given
from opsloop.compiler.bench import Bench
from opsloop.compiler.calls import Calls
from opsloop.compiler.flow import answer_of
from opsloop.compiler.names import Scope
from opsloop.expressions.types import Names, Type
from opsloop.problems import Fault, Path
from opsloop.rules.guards import Verify as Model
from opsloop.rules.model import Rule

_SILENT = Model()
#: seconds, of a rule that says nothing
WITHIN, EVERY, HOLD = _SILENT.within, _SILENT.every, _SILENT.hold
_ALARM = "aws.cloudwatch.describe_alarms"
_ALARM_WITH = {"AlarmNames": ["${alarm.name}"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
_PATH: Path = ("verify",)


def read_of(rule: Rule) -> tuple[str, Mapping[str, Any]] | None:
    """The call that verification repeats, with its parameters; None where there is none."""
    verify = rule.verify
    if verify is None:
        return None
    if verify.alarm is not None:
        return _ALARM, _ALARM_WITH
    if verify.check in rule.facts:
        fact = rule.facts[verify.check]
        return fact.do, fact.with_
    return verify.check or "", verify.with_ or {}


def lowered(rule: Rule, bench: Bench, scope: Scope, calls: Calls) -> Verify | None:
    """The verification of the plan; `bench` is told what is wrong with it."""
    verify, read = rule.verify, read_of(rule)
    if verify is None or read is None:
        return None
    faults = list(_shape(rule, verify))
    if not faults and verify.check not in rule.facts and verify.alarm is None:
        faults = [_at_check(fault) for fault in calls.check_fact(*read)]
    bench.say(faults, _PATH)
    do, parameters = read
    fact = rule.facts.get(verify.check or "")
    names, result = scope.in_verify(), answer_of(do)
    pick = None if fact is None or fact.pick is None else fact.pick
    path = ("facts", verify.check or "") if fact is not None else _PATH
    value = bench.value(dict(parameters), (*path, "with"), names)
    bench.say(given.check(do, parameters, value, names), (*path, "with"))
    return {
        "do": do,
        "with": value,
        "pick": None if pick is None else bench.pick(pick, (*path, "pick"), names, result),
        "until": bench.expr(
            _until(verify),
            ("verify", "until"),
            _with_result(verify, scope, names, result),
            decides=True,
        ),
        "hold": verify.hold,
        "within": verify.within,
        "every": verify.every,
    }


def _until(verify: Model) -> Any:
    if verify.alarm is None:
        return verify.until if verify.until is not None else "false"
    state = "(result.MetricAlarms || result.CompositeAlarms)[0].StateValue"
    return f"{state} == '{verify.alarm}'"


def _with_result(verify: Model, scope: Scope, names: Names, result: Type | None) -> Names:
    """`result` is what the read answers; of a fact, what it picks."""
    if verify.check is not None and verify.check in scope.rule.facts:
        result = scope.known.facts.get(verify.check)
    return {**names, "result": result}


def _shape(rule: Rule, verify: Model) -> Iterator[Fault]:
    if (verify.alarm is None) == (verify.check is None):
        yield Fault("'alarm' and 'check' together, or neither", "one of 'alarm' and 'check'")
    if verify.alarm is not None and rule.trigger.kind != "alarm":
        expected = "'check', for a rule that no alarm wakes"
        yield Fault("'alarm' in a rule that no alarm wakes", expected, path=("alarm",), key=True)
    if verify.check is not None and verify.until is None:
        yield Fault("'check' without 'until'", "'until': what has to hold of `result`")
    for key in ("with_", "until"):
        if verify.alarm is not None and getattr(verify, key) is not None:
            name = key.rstrip("_")
            yield Fault(
                f"'{name}' beside 'alarm'", "it beside 'check' only", path=(name,), key=True
            )
    if verify.check in rule.facts and verify.with_ is not None:
        yield Fault("'with' beside a fact", "nothing: a fact has its own", path=("with",), key=True)


def _at_check(fault: Fault) -> Fault:
    """A fault of a call, whose `do` is `check` here."""
    if fault.path[:1] == ("do",):
        return Fault(fault.found, fault.expected, None, ("check",), fault.offset)
    return fault
