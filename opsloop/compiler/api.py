"""`api:` triggers: API calls as CloudTrail tells of them on EventBridge. Called by `triggers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from opsloop.aws.cloudtrail import ApiCall, api_calls
from opsloop.aws.faults import FaultError
from opsloop.compiler.wiring import Wiring, literal
from opsloop.problems import Fault
from opsloop.rules.triggers import When


def wired(when: When) -> Wiring:
    """The calls' events; paths of faults start at the trigger's map."""
    made = Wiring()
    calls: list[ApiCall] = []
    for place, name in enumerate(when.api):
        try:
            calls += _delivered(name, api_calls(name))
        except FaultError as error:
            made.faults.append(replace(error.fault, path=("api", place)))
    if calls:
        made.wake_by(_pattern(calls, when.errors), ("api",))
        made.criteria = list(_criteria(calls, when.errors))
    return made


def _delivered(name: str, calls: Sequence[ApiCall]) -> list[ApiCall]:
    """Those that EventBridge delivers without more ado; raises FaultError where there are none."""
    taken = [call for call in calls if not call.read_only and not call.data_event]
    if taken:
        return taken
    if calls[0].data_event:
        found = f"{name}, a data event, which CloudTrail records only where a trail asks for it"
        raise FaultError(Fault(found, "a management event: data events are not yet triggers"))
    found = f"{name}, a call that only reads, which EventBridge delivers only on request"
    raise FaultError(Fault(found, "a call that changes something: others are not yet triggers"))


def _pattern(calls: Sequence[ApiCall], errors: str) -> dict[str, Any]:
    """Each name is paired with its own source: `$or` over the sources where there are several."""
    sources: dict[tuple[str, str, str], set[str]] = {}
    for call in calls:
        key = (call.source, call.detail_type, call.event_source)
        sources.setdefault(key, set()).add(call.event_name)
    branches = [
        {
            "source": [source],
            "detail-type": [detail_type],
            "detail": {
                "eventSource": [event_source],
                "eventName": sorted(names),
                **_error_code(errors),
            },
        }
        for (source, detail_type, event_source), names in sorted(sources.items())
    ]
    return branches[0] if len(branches) == 1 else {"$or": branches}


def _error_code(errors: str) -> dict[str, Any]:
    exists = {"ignore": False, "only": True}.get(errors)
    return {} if exists is None else {"errorCode": [{"exists": exists}]}


def _criteria(calls: Sequence[ApiCall], errors: str) -> Iterator[str]:
    names: dict[str, set[str]] = {}
    for call in calls:
        names.setdefault(call.event_source, set()).add(call.event_name)
    yield " || ".join(_told_by(source, names[source]) for source in sorted(names))
    if errors != "any":
        yield f"event.detail.errorCode {'==' if errors == 'ignore' else '!='} null"


def _told_by(source: str, names: set[str]) -> str:
    named = f"contains({literal(sorted(names))}, event.detail.eventName)"
    return f"event.detail.eventSource == '{source}' && {named}"
