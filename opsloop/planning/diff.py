"""The difference of two states: units added, changed and removed, fact by fact. Pure.

What either side does not know is no difference. A rule that is gone and one that is new are one
that was renamed, where both do the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from opsloop.aws.statement import Condition
from opsloop.planning.permissions import Gain, Permission, compared
from opsloop.planning.safeguards import Loosening, loosened
from opsloop.planning.state import Facts, Path, State, Unit

Action = Literal["add", "change", "destroy", "rename"]

#: by whose name its function is known
_ROLE: Path = ("function", "role")


class _Absent:
    """Neither null nor false: the fact does not hold."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, before and after."""

    path: Path
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class UnitDiff:
    """What happens to one unit. For a rename, `was` is its old name."""

    action: Action
    unit: Unit
    changes: tuple[Change, ...] = ()
    permissions: tuple[Gain, ...] = ()
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Bolder:
    """A rule that is held back less than before, or may be."""

    rule: str
    loosened: tuple[Loosening, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that happens to a stage. A stage's settings may loosen rules that do not change."""

    units: tuple[UnitDiff, ...]
    bolder: tuple[Bolder, ...] = ()

    def count(self, *actions: Action) -> int:
        """How many units are added, changed or destroyed; what is renamed is made anew."""
        return sum(one.action in actions for one in self.units)

    def __bool__(self) -> bool:
        return bool(self.units)


#: whether a fact is one to compare
Of = Callable[[Change], bool]


def _everything(_change: Change) -> bool:
    return True


def difference(before: State, after: State, *, of: Of = _everything) -> Difference:
    """From one state to the other, in reading order of what there will be."""
    renamed = dict(_renamed(before, after))
    gone = {("rule", old) for old in renamed.values()}
    found = [
        _one(before, unit, renamed.get(unit.name) if unit.kind == "rule" else None, of)
        for unit in after.units.values()
    ]
    found += [
        UnitDiff("destroy", unit, _changes(unit, Unit(unit.kind, unit.name), of), _lost(unit))
        for key, unit in before.units.items()
        if key not in after.units and key not in gone
    ]
    units = tuple(one for one in found if one is not None)
    return Difference(units, tuple(_bolder(before, after, renamed)))


def _bolder(before: State, after: State, renamed: Mapping[str, str]) -> Iterator[Bolder]:
    """Rules that were there before, by whatever name."""
    for unit in after.units.values():
        old = before.units.get((unit.kind, renamed.get(unit.name, unit.name)))
        if old and old.held and unit.held and (found := loosened(old.held, unit.held)):
            yield Bolder(unit.name, found)


def applied(facts: Facts, changes: tuple[Change, ...]) -> dict[Path, Any]:
    """The facts after these changes."""
    changed = {change.path: change.after for change in changes}
    return {path: one for path, one in ({**facts, **changed}).items() if one is not ABSENT}


def _one(before: State, unit: Unit, was: str | None, of: Of) -> UnitDiff | None:
    old = before.units.get(("rule", was) if was else unit.key)
    if old is None:
        empty = Unit(unit.kind, unit.name)
        return UnitDiff("add", unit, _changes(empty, unit, of), _gains(empty, unit))
    if was is not None:
        old = called(old, unit.name)
    changes, gains = _changes(old, unit, of), _gains(old, unit)
    if was is not None:
        return UnitDiff("rename", unit, changes, gains, was)
    return UnitDiff("change", unit, changes, gains) if changes or gains else None


def _changes(old: Unit, new: Unit, of: Of) -> tuple[Change, ...]:
    paths = dict.fromkeys([*new.facts, *old.facts])
    both = (
        Change(path, old.facts.get(path, ABSENT), new.facts.get(path, ABSENT)) for path in paths
    )
    return tuple(
        one
        for one in both
        if one.before != one.after and old.known(one.path) and new.known(one.path) and of(one)
    )


def _gains(old: Unit, new: Unit) -> tuple[Gain, ...]:
    """Of the policies that are to be there: what others hold is not a deployment's to change."""
    if "policies" in old.unknown | new.unknown:
        return ()
    names = set(new.policies)
    return tuple(compared(_united(old, names), _united(new, names)))


def _lost(unit: Unit) -> tuple[Gain, ...]:
    return () if "policies" in unit.unknown else tuple(compared(_united(unit, None), frozenset()))


def _united(unit: Unit, names: set[str] | None) -> frozenset[Permission]:
    some = (one for name, one in unit.policies.items() if names is None or name in names)
    return frozenset().union(*some)


def _renamed(before: State, after: State) -> Iterator[tuple[str, str]]:
    """New name and old, where it is plain which rule became which."""
    old = _by_content(before, after)
    for content, name in _by_content(after, before).items():
        if content in old:
            yield name, old[content]


def _by_content(state: State, other: State) -> dict[str, str]:
    """The rules that only one state has, by what they do, where no two do the same."""
    alone = {
        unit.name: unit.content
        for key, unit in state.units.items()
        if unit.content and _ROLE in unit.facts and key not in other.units
    }
    often = Counter(alone.values())
    return {content: name for name, content in alone.items() if often[content] == 1}


def called(unit: Unit, name: str) -> Unit:
    """The unit as it would be under another name: its function, its role, its journal's keys."""
    function = str(unit.facts[_ROLE])
    wanted = function.removesuffix(unit.name) + name

    names = {unit.name: name, f"app.{unit.name}": f"app.{name}"}

    def text(said: str) -> str:
        return names.get(said) or said.replace(function, wanted)

    facts = {tuple(map(text, path)): _mapped(one, text) for path, one in unit.facts.items()}
    policies = {
        text(policy): frozenset(_permission(one, text) for one in permissions)
        for policy, permissions in unit.policies.items()
    }
    return replace(unit, name=name, facts=facts, policies=policies)


def _mapped(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(one, text) for key, one in value.items()}
    if isinstance(value, list):
        return [_mapped(one, text) for one in value]
    return text(value) if isinstance(value, str) else value


def _permission(one: Permission, text: Callable[[str], str]) -> Permission:
    tests = tuple(
        (operator, key, tuple(map(text, values))) for operator, key, values in one.condition.tests
    )
    return replace(one, resource=text(one.resource), condition=Condition(tests))
