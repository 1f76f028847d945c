"""Lints of what wakes a rule: patterns and criteria that never or always match.

Called by `run`, through the table. What an event's fields are is the catalogue's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from opsloop.aws.cloudtrail import ApiCall, api_calls
from opsloop.aws.cloudtrail_table import API_CALL
from opsloop.aws.faults import FaultError
from opsloop.aws.names import listing
from opsloop.catalogue.pins import Pins, pins
from opsloop.catalogue.senders import RECORDS
from opsloop.compiler.regions import bound
from opsloop.lint.base import Lint, Seen
from opsloop.lint.claims import criteria
from opsloop.patterns import operators
from opsloop.patterns.branches import Branch, Field
from opsloop.problems import ALWAYS_MET, Fault, Path

#: a path that quotes make a text
_QUOTED = re.compile(r"'((?:event|alarm|actor|resource|facts|params)(?:\.\w+)+)'")
#: every event has them, and of one account and region they are always the same
_SAME = frozenset({"account", "region", "version"})
_SENDERS = frozenset({"source", "detail-type"})
#: what AWS's own sources have in common
_ALL_OF_AWS = ('"', '"a', '"aw', '"aws', '"aws.')


def constant(seen: Seen) -> Iterator[Fault]:
    """Criteria that no event meets, and criteria that say nothing."""
    for criterion in criteria(seen):
        always = criterion.why_never is None
        why = "always met: it reads nothing" if always else f"never met: {criterion.why_never}"
        meant = _QUOTED.sub(r"\1", criterion.text)
        expected = "a criterion on the event, or none" if always else "one that an event can meet"
        unquoted = meant != criterion.text
        yield Fault(
            f"`{criterion.text}`, which is {why}",
            f"`{meant}`, without quotes around the path" if unquoted else expected,
            meant if unquoted else None,
            criterion.path,
            lint=ALWAYS_MET if always else None,
        )


def everything(seen: Seen) -> Iterator[Fault]:
    """A pattern that wakes the function for every event of the bus, or for every alarm."""
    alarm = seen.rule.trigger.alarm
    if alarm is not None and "*" in alarm.names and seen.acts and seen.effects:
        found = f"every alarm of the account, for {seen.effects[0][2]}"
        path: Path = ("when", "alarm", "names", alarm.names.index("*"))
        yield Fault(found, "the alarms that it is meant for, by name", path=path)
    if seen.rule.trigger.event is None or seen.pattern is None:
        return
    for branch in seen.pattern.branches:
        if not any(map(_chooses, branch.fields)):
            found = f"a pattern that lets {_all_of(branch)} through"
            expected = "a source and a detail-type: each event starts the function"
            yield Fault(found, expected, path=("when", "event"))
            return


def undelivered(seen: Seen) -> Iterator[Fault]:
    """API calls in a pattern of the rule's own which EventBridge never delivers by that name."""
    for path, name, calls in _named_calls(seen):
        told = _told(calls, name)
        if calls and not told:
            meant = calls[0].event_name
            found = f"'{name}', which CloudTrail calls {meant}: the pattern never matches"
            yield Fault(found, f"'{meant}'", meant, path)
        elif told and all(call.read_only and not call.data_event for call in told):
            found = f"'{name}', a call that only reads, which EventBridge delivers only on request"
            yield Fault(found, "a call that changes something", path=path)


def unrecorded(seen: Seen) -> Iterator[Fault]:
    """API calls that CloudTrail is not known to tell of, or only where it is asked to."""
    for path, name, calls in _named_calls(seen):
        if not calls:
            found = f"'{name}', a call that this service is not known to have"
            meant = _meant(seen, name)
            expected = f"'{meant}'" if meant else "an operation's name as CloudTrail has it"
            yield Fault(found, expected, meant, path)
        elif (told := _told(calls, name)) and all(call.data_event for call in told):
            found = f"'{name}', a data event, which CloudTrail records only where a trail asks"
            yield Fault(found, "a management event, or such a trail", path=path)


def nowhere(seen: Seen) -> Iterator[Fault]:
    """`regions` that no stage is in."""
    there = {stage["region"] for stage in seen.stages.values()}
    if seen.rule.regions and not there & set(seen.rule.regions):
        found = f"regions {', '.join(seen.rule.regions)}, where no stage is: it deploys nowhere"
        expected = _where(seen, there)
        yield Fault(found, expected, path=("regions",))


def _where(seen: Seen, there: set[str]) -> str:
    """Where such a rule could be; events that AWS has in one region have to be forwarded."""
    listed = ", ".join(sorted(there))
    added = f"a stage in {listing(list(seen.rule.regions))} in rules/opsloop.yaml"
    if any(region in seen.rule.regions for _, _, region in bound(seen.rule.trigger)):
        return f"{added}; or `regions: [{listed}]`, with the events forwarded there"
    return f"one of the stages' regions: {listed}; or {added}"


def _chooses(field: Field) -> bool:
    if field.name in _SAME:
        return False
    if field.name not in _SENDERS:
        return True
    return not any(_takes_all(each) for each in field.operators)


def _takes_all(operator: operators.Operator) -> bool:
    """Whether an operator on a source or a detail-type says nothing, or as good as that."""
    match operator:
        case operators.StartsWith(start=start):
            return start in _ALL_OF_AWS
        case operators.Wildcard(parts=parts):
            return all(part in (*_ALL_OF_AWS, "") for part in parts)
        case operators.Exactly(token=token):
            return token[1:-1] in RECORDS
        case operators.Present() | operators.AnythingBut():
            return True
    return False


def _all_of(branch: Branch) -> str:
    """What such a pattern lets through, in words."""
    kinds = [field for field in branch.fields if field.name == "detail-type"]
    recorded = any(isinstance(one, operators.Exactly) for field in kinds for one in field.operators)
    return "every API call of the account" if recorded else "every event of the bus"


def _named_calls(seen: Seen) -> Iterator[tuple[Path, str, list[ApiCall]]]:
    """The calls that the rule's own pattern names, of the one service that it names."""
    pattern = seen.rule.trigger.event or {}
    detail = pattern.get("detail")
    names = detail.get("eventName") if isinstance(detail, Mapping) else None
    match pins(pattern) if names and "$or" not in pattern else []:
        case [Pins(sources=(source,), detail_types=(kind,))] if kind == API_CALL:
            service = source.removeprefix("aws.")
        case _:
            return
    for place, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str):
            yield ("when", "event", "detail", "eventName", place), name, _calls(service, name)


def _meant(seen: Seen, name: str) -> str | None:
    """The name that was mistyped, of the one service that the pattern names."""
    [service] = [one.removeprefix("aws.") for one in (seen.rule.trigger.event or {})["source"]]
    try:
        api_calls(f"{service}:{name}")
    except FaultError as unknown:
        return (unknown.fault.correction or "").partition(":")[2] or None
    return None


def _told(calls: list[ApiCall], name: str) -> list[ApiCall]:
    """Those of which CloudTrail tells by just this name."""
    return [call for call in calls if call.event_name == name]


def _calls(service: str, name: Any) -> list[ApiCall]:
    try:
        return api_calls(f"{service}:{name}")
    except FaultError:
        return []  # no such call: `unrecorded` says so


LINTS = (
    Lint(
        "OPS201",
        "error",
        finds="A criterion that is false whatever comes, and one that contradicts the trigger or "
        "another criterion of the rule: a state that the pattern does not let through, say.",
        why="The rule is deployed, costs nothing, and never acts. It looks like a quiet day.",
        fix="Criteria of one list have to hold together: for alternatives write `any:`.",
        of_rule=constant,
    ),
    Lint(
        ALWAYS_MET,
        "warning",
        finds="A criterion that reads nothing: neither the event, nor facts, parameters or time. "
        "And in any condition (`if`, `until`, a filter) a number or a text that decides by itself: "
        "`length(facts.running)`, `event.detail.state == 'a' || 'b'`.",
        why="It looks like a condition, and is none. False are `false`, null, and what is empty; "
        "every number is true, 0 as well.",
        fix="Compare it: `length(x) > 0`; a list by itself is true where it is not empty. Else "
        "quotes are missing or too many: a name in single quotes is a text.",
    ),
    Lint(
        "OPS203",
        "warning",
        finds="An `event` pattern of which a branch names neither a source nor a detail-type nor "
        "anything of the detail, or only what all events have. Criteria that EventBridge decides "
        "count: they are in the pattern. Alarms named `*`, where the rule changes something.",
        why="Each event of the bus starts the function, each API call of the account: that costs, "
        "and a burst of events holds up other functions.",
        fix="Name the source and the detail-type. `opsloop explain-plan RULE` shows the pattern.",
        of_rule=everything,
    ),
    Lint(
        "OPS204",
        "error",
        finds="In a pattern of your own, `eventName` with a call that only reads, or with an "
        "operation's name where CloudTrail has another: `DeletePublicAccessBlock` is "
        "`DeleteBucketPublicAccessBlock`.",
        why="The pattern is valid and never matches.",
        fix="`when.api` knows CloudTrail's names, and pairs each with its source. Calls that only "
        "read are not delivered to rules as Chalice makes them.",
        of_rule=undelivered,
    ),
    Lint(
        "OPS205",
        "warning",
        finds="In a pattern of your own, `eventName` with a name that the service is not known to "
        "have, or with a data event.",
        why="A mistyped name never matches. Data events are recorded only where a trail asks for "
        "them, and cost.",
        fix="Correct the name. With a trail that records such data events, silence it.",
        of_rule=unrecorded,
    ),
    Lint(
        "OPS206",
        "warning",
        finds="`regions`, of the rule or its pack, none of which a stage is in.",
        why="Such a rule compiles and is nowhere.",
        fix="Correct the region, add the stage, or take the rule away.",
        of_rule=nowhere,
    ),
)
