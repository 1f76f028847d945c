"""What was changed by hand on a stage, thing by thing, and how to mend it. Pure.

What a rule says is no drift: that is a plan's. Here is what stands around it in AWS, held
against what compiled output asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.plan import Stage
from opsloop.deploy.names import event_rule_name, function_name
from opsloop.output import AWS, DIFFERS, OK, UNDEPLOYED
from opsloop.planning.diff import ABSENT, Change
from opsloop.planning.lines import label
from opsloop.planning.mending import mended
from opsloop.planning.permissions import Gain, compared
from opsloop.planning.state import Path, State, Unit, Unread

#: what a rule says, and which Python deployed it, is a plan's to tell
_NOT_BY_HAND = ("rule",)
_RUNTIME: Path = ("function", "runtime")
_STATE: Path = ("trigger", "state")
#: the fact without which a thing is not there at all, and the groups that are then gone with it
_THINGS: Mapping[Path, tuple[str, ...]] = {
    ("function", "handler"): (
        "function",
        "environment",
        "tag",
        "concurrency",
        "failures",
        "invoker",
        "topic",
    ),
    ("trigger", "state"): ("trigger",),
    ("role", "trust"): ("role", "attached", "policies"),
    ("table", "keys"): ("table", "expiry", "backups"),
    ("queue", "retention"): ("queue",),
}
_RESOURCES = {
    "trigger": "EventBridge rule",
    "target": "EventBridge rule",
    "targets": "EventBridge rule",
    "log": "log group",
    "role": "role",
    "attached": "role",
    "policies": "role",
    "table": "table",
    "expiry": "table",
    "backups": "table",
    "queue": "queue",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was deployed. `permissions` is what an edited policy gained."""

    resource: str
    change: Change
    mend: str
    permissions: tuple[Gain, ...] = ()

    @property
    def what(self) -> str:
        """Which of its settings."""
        if len(self.change.path) == 1:
            return "all of it"
        return "state" if self.change.path == _STATE else label(self.change.path)

    def as_dict(self) -> dict[str, Any]:
        """For programs; what does not hold is not there."""
        sides = {"expected": self.change.before, "found": self.change.after}
        there = {key: one for key, one in sides.items() if one is not ABSENT}
        return {"resource": self.resource, "what": self.what, **there, "mend": self.mend}


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What `opsloop drift` found. `against` is the deployed revision, where one is said."""

    stage: Stage
    against: str | None
    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    #: false where AWS has nothing of the stage at all
    deployed: bool = True

    @property
    def exit_code(self) -> int:
        """Whether anything drifted, as far as everything could be read."""
        if self.unread:
            return AWS
        if not self.deployed:
            return UNDEPLOYED
        return DIFFERS if self.findings else OK

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "stage": self.stage["stage"],
            "account": self.stage["account"],
            "region": self.stage["region"],
            "against": self.against,
            "deployed": self.deployed,
            "drift": [one.as_dict() for one in self.findings],
            "notes": list(self.notes),
            "unread": [{"what": one.what, "why": one.why} for one in self.unread],
        }


def deploying(stage: Stage) -> list[str]:
    """The commands that deploy a stage, in their order."""
    name = stage["stage"]
    first = (f"opsloop infra --stage {name}", f"chalice deploy --stage {name}")
    return [*first, f"opsloop wire --stage {name}"]


def findings(expected: State, found: State, stage: Stage) -> list[Finding]:
    """What differs, by resource; of one that is gone, that alone."""
    there = list(_findings(expected, found, stage))
    resources = list(dict.fromkeys(one.resource for one in there))
    return sorted(there, key=lambda one: resources.index(one.resource))


def _findings(expected: State, found: State, stage: Stage) -> Iterator[Finding]:
    for key, unit in expected.units.items():
        there = found.units.get(key)
        if unit.kind in ("rule", "waker", "table", "queue"):
            yield from _of(unit, there or Unit(unit.kind, unit.name), stage)


def _of(unit: Unit, found: Unit, stage: Stage) -> Iterator[Finding]:
    gone: set[str] = set()
    for sign, groups in _THINGS.items():
        if sign in unit.facts and sign not in found.facts and found.known(sign):
            gone.update(groups)
            change = Change((sign[0],), "there", ABSENT)
            yield Finding(
                _resource(unit, sign[0], stage), change, mended(unit, found, change, stage)
            )
    for change in _changes(unit, found):
        if change.path[0] not in gone:
            resource = _resource(unit, change.path[0], stage)
            yield Finding(resource, change, mended(unit, found, change, stage))
    if "policies" not in gone:
        yield from _policies(unit, found, stage)


def _changes(unit: Unit, found: Unit) -> Iterator[Change]:
    for path in dict.fromkeys([*unit.facts, *found.facts]):
        one = Change(path, unit.facts.get(path, ABSENT), found.facts.get(path, ABSENT))
        known = unit.known(path) and found.known(path)
        if known and one.before != one.after and path[0] not in _NOT_BY_HAND and path != _RUNTIME:
            yield one


def _policies(unit: Unit, found: Unit, stage: Stage) -> Iterator[Finding]:
    if not unit.known(("policies",)) or not found.known(("policies",)):
        return
    for name in sorted({*unit.policies, *found.policies}):
        before, after = unit.policies.get(name), found.policies.get(name)
        if before == after:
            continue
        gains = compared(before or frozenset(), after or frozenset())
        change = Change(("policies", name), _said(before, after), _said(after, before))
        mend = mended(unit, found, change, stage)
        yield Finding(_resource(unit, "policies", stage), change, mend, tuple(gains))


def _said(one: frozenset[Any] | None, other: frozenset[Any] | None) -> Any:
    """What only one of them allows."""
    return ABSENT if one is None else sorted(str(each) for each in one - (other or frozenset()))


def _resource(unit: Unit, group: str, stage: Stage) -> str:
    """What kind of thing it is, and its name."""
    kind = _RESOURCES.get(group, "function")
    if unit.kind in ("table", "queue"):
        return f"{kind} {unit.name}"
    if kind == "EventBridge rule":
        return f"{kind} {event_rule_name(stage['stage'], unit.name)}"
    name = function_name(stage["stage"], unit.name)
    return f"{kind} /aws/lambda/{name}" if kind == "log group" else f"{kind} {name}"
