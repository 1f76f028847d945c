"""Why a pattern matches an event or does not: a tree of frozen records, and the nearest failure.

Made by Pattern.explain; shown by the command line. Imports branches, matching and leaves.
"""

from dataclasses import dataclass, replace

from opsloop.patterns.branches import Branch, Field
from opsloop.patterns.leaves import Found, Leaf, Leaves
from opsloop.patterns.matching import contradiction, holds_alone
from opsloop.patterns.operators import Absent, Operator
from opsloop.patterns.tokens import json_of

ABSENT = "nothing"
MOST_SHOWN = 5
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """The one line that a person needs: where, what was wanted, what was there."""

    path: str
    wanted: str
    seen: str

    def __str__(self) -> str:
        """`detail.state: wanted "stopped", found "running"`."""
        return f"{self.path}: wanted {self.wanted}, found {self.seen}"


@dataclass(frozen=True, slots=True)
class OperatorExplained:
    """One operator as its author wrote it, and whether a value satisfied it."""

    wanted: str
    held: bool


@dataclass(frozen=True, slots=True)
class FieldExplained:
    """One field: its operators, the values seen there in JSON, whether one satisfied one.

    `apart` names the fields that hold too, but in no common element of an array.
    """

    path: str
    operators: tuple[OperatorExplained, ...]
    seen: tuple[str, ...]
    held: bool
    apart: tuple[str, ...] = ()

    @property
    def failure(self) -> Failure | None:
        """What to tell a person, None where the field holds."""
        if self.held:
            return None
        wanted = " or ".join(operator.wanted for operator in self.operators)
        if self.apart:
            wanted = f"{wanted} in the same array element as {', '.join(self.apart)}"
        return Failure(self.path, wanted, _shown(self.seen))


@dataclass(frozen=True, slots=True)
class BranchExplained:
    """One combination of the alternatives of `$or`; the only one where there is no `$or`."""

    fields: tuple[FieldExplained, ...]

    @property
    def held(self) -> bool:
        """Whether all fields hold together."""
        return not self.failures

    @property
    def failures(self) -> tuple[Failure, ...]:
        """One for each field that does not hold, as the pattern's author ordered them."""
        return tuple(field.failure for field in self.fields if field.failure)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer of Pattern.explain; a pattern matches when one of its branches does."""

    branches: tuple[BranchExplained, ...]

    @property
    def matched(self) -> bool:
        """Whether EventBridge would deliver the event."""
        return self.nearest.held

    @property
    def nearest(self) -> BranchExplained:
        """The branch with the fewest failures, the first of several."""
        return min(self.branches, key=lambda branch: len(branch.failures))

    @property
    def first_failure(self) -> Failure | None:
        """The first failure of the nearest branch, None where the pattern matches."""
        return next(iter(self.nearest.failures), None)


def explain_branch(branch: Branch, leaves: Leaves) -> BranchExplained:
    """The branch field by field.

    Where each field holds alone but not in one element of an array, the one that broke it is told.
    """
    fields = tuple(_explain_field(field, leaves) for field in branch.fields)
    broken = contradiction(branch, leaves.found)
    if broken is None or not all(field.held for field in fields):
        return BranchExplained(fields)
    apart = _in_arrays_before(branch, broken, leaves.found)
    return BranchExplained(
        tuple(
            replace(field, held=False, apart=apart) if field.path == broken.name else field
            for field in fields
        )
    )


def _explain_field(field: Field, leaves: Leaves) -> FieldExplained:
    here = leaves.found.get(field.name, [])
    asked = tuple(
        OperatorExplained(operator.wanted, _held(operator, here)) for operator in field.operators
    )
    seen = tuple(json_of(leaf.token) for leaf in here) or tuple(leaves.shapes.get(field.name, ()))
    return FieldExplained(field.name, asked, seen, holds_alone(field, here))


def _held(operator: Operator, here: list[Leaf]) -> bool:
    if isinstance(operator, Absent):
        return not here
    return any(operator.holds(leaf.token) for leaf in here)


def _in_arrays_before(branch: Branch, broken: Field, found: Found) -> tuple[str, ...]:
    before = branch.walk[: branch.walk.index(broken)]
    return tuple(
        field.name for field in before if any(leaf.position for leaf in found.get(field.name, ()))
    )


def _shown(seen: tuple[str, ...]) -> str:
    if not seen:
        return ABSENT
    shown = [_shortened(value) for value in seen[:MOST_SHOWN]]
    more = len(seen) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _shortened(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
