"""Whether one branch of a pattern holds on the leaves of an event.

Called by Pattern. Imports branches, arrays and leaves.
"""

from opsloop.patterns.arrays import (
    ANYWHERE,
    Positions,
    States,
    forget,
    narrow,
    still_to_come,
    without,
)
from opsloop.patterns.branches import Branch, Field
from opsloop.patterns.leaves import Found, Leaf


def contradiction(branch: Branch, found: Found) -> Field | None:
    """The field at which the branch fails, None where it holds.

    Most events have no array below a pattern's names; then each field stands for itself.
    """
    arrays = False
    for field in branch.walk:
        leaves = found.get(field.name, [])
        if not holds_alone(field, leaves):
            return field
        arrays = arrays or _in_array(leaves)
    return _walk(branch, found) if arrays else None


def holds_alone(field: Field, leaves: list[Leaf]) -> bool:
    """Whether the field could hold if it were the pattern's only one."""
    for leaf in leaves:
        for operator in field.operators:
            if operator.holds(leaf.token):
                return True
    return field.may_be_absent and (not leaves or _in_array(leaves))


def _in_array(leaves: list[Leaf]) -> bool:
    return any(leaf.position for leaf in leaves)


def _hits(field: Field, leaves: list[Leaf]) -> list[Leaf]:
    return [leaf for leaf in leaves if any(op.holds(leaf.token) for op in field.operators)]


def _walk(branch: Branch, found: Found) -> Field | None:
    leaves = [found.get(field.name, []) for field in branch.walk]
    states = ANYWHERE
    for field, here, later in zip(branch.walk, leaves, still_to_come(leaves), strict=True):
        states = forget(_after(field, here, states), later)
        if not states:
            return field
    return None


def _after(field: Field, leaves: list[Leaf], states: States) -> States:
    left = narrow(states, Positions(_hits(field, leaves)))
    return left | without(states, Positions(leaves)) if field.may_be_absent else left
