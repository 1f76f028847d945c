"""A rule's own pattern, and which of the fields that its criteria ask for can join it.

A field that both name stays the rule's own, unless it is certain that no event that the rule
would take is lost by the narrower list. Called by `merging` and `pushing`. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from opsloop.compiler.pushdown.filters import NOTHING, Branch, Field, Filter, either
from opsloop.compiler.pushdown.known import Known
from opsloop.compiler.pushdown.wanted import ABSENT, PRESENT, Wanted, filtered, takes
from opsloop.patterns import Pattern
from opsloop.patterns.operators import Absent, Operator

Operators = tuple[Operator, ...]


class Own:
    """The trigger's pattern, read once."""

    def __init__(self, pattern: Mapping[str, Any]) -> None:
        branches = Pattern(pattern).branches
        self.pattern = pattern
        self.known = Known.of(branches)
        self._fields: dict[str, set[Operators]] = {}
        self._steps: dict[str, Sequence[str]] = {}
        for field in (field for branch in branches for field in branch.fields):
            self._fields.setdefault(field.name, set()).add(field.operators)
            self._steps[field.name] = field.steps

    def fitting(self, asked: Filter) -> tuple[Filter, list[str]]:
        """What of a filter can stand beside this pattern, and why the rest cannot."""
        notes: list[str] = []
        common = common_fields(asked)
        kept = [self._kept(branch, common, notes) for branch in asked.branches]
        fitting = reduce(either, (Filter((branch,)) for branch in kept), NOTHING)
        return fitting, list(dict.fromkeys(notes))

    def steps(self, name: str) -> Sequence[str] | None:
        """Where a field stands in the pattern, outside of `$or`; None where it does not."""
        value: Any = self.pattern
        for step in self._steps.get(name, ("",)):
            value = value.get(step) if isinstance(value, Mapping) else None
        return self._steps[name] if isinstance(value, list) else None

    def _kept(self, branch: Branch, common: Branch, notes: list[str]) -> Branch:
        kept: dict[str, Field] = {}
        for name, field in branch.items():
            if name in self._fields:
                narrowed = self._narrowed(field) if name in common else None
                if narrowed is not None:
                    kept[name] = narrowed
                elif not self._covers(field):
                    notes.append(f"the trigger's own pattern asks for `{name}` already")
            elif why := self._in_the_way(field):
                notes.append(why)
            else:
                kept[name] = field
        return kept

    def _covers(self, field: Field) -> bool:
        """Whether what is asked is no less than what the pattern asks."""
        values = (value for ops in self._fields[field.place.name] for value in _values(ops))
        return all(_within(value, field.wanted) for value in values)

    def _narrowed(self, field: Field) -> Field | None:
        """The field with a list that is shorter than the pattern's own, and still right."""
        name = field.place.name
        if len(self._fields[name]) > 1 or self.steps(name) is None:
            return None
        [operators] = self._fields[name]
        wanted = _shorter(field, operators, certain=self.known.is_sure(field.place))
        if wanted is None or self._covers(Field(field.place, wanted)):
            return None
        return Field(field.place, wanted)

    def _in_the_way(self, field: Field) -> str | None:
        """What of the pattern keeps a field from standing beside it."""
        name = field.place.name
        for own, lists in self._fields.items():
            if own.startswith(f"{name}.") or name.startswith(f"{own}."):
                return (
                    f"the trigger's own pattern asks for `{own}`, which cannot be beside `{name}`"
                )
            if any(own.startswith(f"{array}.") for array, _ in field.place.elements):
                return f"the trigger's own pattern asks for `{own}`, perhaps of another element"
            absent = any(isinstance(each, Absent) for each in (op for ops in lists for op in ops))
            if absent and _may_share_an_array(own, name):
                return f"the trigger's own pattern asks for no `{own}`, perhaps of another element"
        return None


def common_fields(asked: Filter) -> Branch:
    """The fields that all branches have, with the same list."""
    first, *others = asked.branches or ({},)
    return {
        name: field
        for name, field in first.items()
        if all(other.get(name) == field for other in others)
    }


def _values(operators: Operators) -> list[Any]:
    """The list as it was written."""
    return [json.loads(operator.wanted) for operator in operators]


def _within(value: Any, wanted: Wanted) -> bool:
    """Whether what one value of a list lets through, another list lets through."""
    if isinstance(value, dict) and value != ABSENT:
        return value in wanted.values or PRESENT in wanted.values
    return wanted.takes(value)


def _shorter(field: Field, operators: Operators, *, certain: bool) -> Wanted | None:
    wanted = field.wanted
    if wanted.literal and all(takes(operators, value) for value in wanted.values):
        return wanted
    own = Wanted.of(*_values(operators))
    if not (certain and wanted.single and own.literal):
        return None
    left = filtered(own, wanted.operators)
    return left if left.texts else None


def _may_share_an_array(one: str, other: str) -> bool:
    """Whether two names have a container in common that might be a list; `detail` is none."""
    shared = 0
    for mine, theirs in zip(one.split(".")[:-1], other.split(".")[:-1], strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared > (1 if one.startswith("detail.") else 0)
