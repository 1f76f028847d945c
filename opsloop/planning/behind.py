"""What was deployed may not be what the checkout says. That is no drift, and is told apart. Pure.

A rule that was edited since is held against the version that runs, as far as its plan says: its
trigger. Its permissions are not in the package, so they are not compared, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.plan import Plan, Stage
from opsloop.planning import terms
from opsloop.planning.deployed import Deployed
from opsloop.planning.diff import difference
from opsloop.planning.expected import rule_facts, wiring
from opsloop.planning.state import State, Unit

_WIRED = ("trigger", "topic", "invoker", "rule")
_SHARED = ("stage", "package")


def as_deployed(wanted: State, found: Deployed, stage: Stage) -> State:
    """The state to hold a stage against: the checkout's, where that is what runs."""
    shared = [_is_other(wanted, found.state, kind) for kind in _SHARED]
    settings, _ = shared
    units = {
        key: _of(unit, found.plans.get(unit.name), stage, anyway=settings)
        for key, unit in wanted.units.items()
    }
    edited = [unit.name for key, unit in units.items() if unit is not wanted.units[key]]
    return State(units, notes=tuple(_notes(wanted, found.state, edited, shared)))


def _of(unit: Unit, plan: Plan | None, stage: Stage, *, anyway: bool) -> Unit:
    edited = plan is not None and terms.content(plan) != unit.content
    if plan is not None and edited:
        kept = {path: one for path, one in unit.facts.items() if path[0] not in _WIRED}
        facts = {**kept, **wiring(plan, stage, unit.name), **rule_facts(plan)}
        return replace(unit, facts=facts, unknown=unit.unknown | {"policies"})
    if anyway and unit.kind == "rule":
        return replace(unit, unknown=unit.unknown | {"policies"})
    return unit


def _is_other(wanted: State, found: State, kind: str) -> bool:
    """Whether the deployed settings, or the deployed code, are known not to be the checkout's."""
    some = [
        State({key: unit for key, unit in one.units.items() if key[0] == kind})
        for one in (found, wanted)
    ]
    return all(one.units for one in some) and bool(difference(*some))


def _notes(wanted: State, found: State, edited: list[str], shared: list[bool]) -> Iterator[str]:
    settings, code = shared
    if settings:
        yield "the stage's settings are deployed in another version: permissions are not compared"
    elif edited:
        yield (
            f"deployed in another version than the checkout's: {', '.join(edited)}; their triggers "
            "are held against the version that runs, their permissions are not compared"
        )
    if code:
        yield (
            "the deployed code is not the checkout's: what looks changed by hand may wait to be "
            "deployed; `--against REV` takes the revision that was"
        )
    others = sorted(unit.name for key, unit in found.units.items() if key not in wanted.units)
    if others:
        yield f"deployed, and not in the checkout: {', '.join(others)}; `opsloop plan` has them"
