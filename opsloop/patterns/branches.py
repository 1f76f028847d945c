"""What a pattern is compiled into: branches of fields, each with its operators.

Called by the compiler, which makes them, and by all that match or explain. Imports operators.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from opsloop.patterns.operators import Absent, Operator


@dataclass(frozen=True, slots=True)
class Field:
    """A dotted name, and what may stand there: one operator has to hold."""

    name: str
    operators: tuple[Operator, ...]
    may_be_absent: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """A pattern with one alternative of each `$or` chosen: all its fields have to hold."""

    fields: tuple[Field, ...]
    walk: tuple[Field, ...]


def branch_of(operators: Mapping[str, tuple[Operator, ...]]) -> Branch:
    """The branch as written, and in the order in which AWS's engine asks: by UTF-16 unit."""
    fields = tuple(
        Field(name, found, any(isinstance(operator, Absent) for operator in found))
        for name, found in operators.items()
    )
    return Branch(fields, tuple(sorted(fields, key=_utf16)))


def _utf16(field: Field) -> bytes:
    return field.name.encode("utf-16-be", "surrogatepass")
