"""What a pattern is compiled into: branches of fields, each with its operators.

Called by the compiler, which makes them, and by all that match or explain. Imports operators.
"""

from dataclasses import dataclass, field
from functools import reduce

from opsloop.patterns.operators import Absent, Operator


@dataclass(frozen=True, slots=True)
class Field:
    """A field's steps as written, and what may stand there: one operator has to hold."""

    steps: tuple[str, ...]
    operators: tuple[Operator, ...]
    name: str = field(init=False)
    may_be_absent: bool = field(init=False)

    def __post_init__(self) -> None:
        """Join the steps as AWS does: empty ones at the start leave no dot."""
        name = reduce(lambda name, step: f"{name}.{step}" if name else step, self.steps)
        absent = any(isinstance(operator, Absent) for operator in self.operators)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "may_be_absent", absent)


@dataclass(frozen=True, slots=True)
class Branch:
    """A pattern with one alternative of each `$or` chosen: all its fields have to hold.

    `fields` are in their author's order, `walk` is the order in which AWS's engine asks them: by
    UTF-16 unit. It matters to `exists: false` inside arrays.
    """

    fields: tuple[Field, ...]
    walk: tuple[Field, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Put the walk in its order."""
        object.__setattr__(self, "walk", tuple(sorted(self.fields, key=_utf16)))


def _utf16(of: Field) -> bytes:
    return of.name.encode("utf-16-be", "surrogatepass")
