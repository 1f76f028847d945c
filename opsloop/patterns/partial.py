"""Whether a pattern matches an event of which only some fields are known: never, surely, maybe.

Called by who foresees events, as `compiler.chains` does. Imports branches, pattern and tokens.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from opsloop.patterns.branches import Branch, Field
from opsloop.patterns.pattern import Pattern
from opsloop.patterns.tokens import token_of

# What stands under a dotted name: one of these scalars. None of any: the field is absent.
Known: TypeAlias = Mapping[str, tuple[Any, ...]]


def open_fields(pattern: Pattern, known: Known) -> frozenset[str] | None:
    """The fields on which a match still hangs; empty for a sure match, None for none at all.

    A field that is not in `known` may hold anything. Of several branches the one that asks least.
    """
    tokens = {name: tuple(map(token_of, values)) for name, values in known.items()}
    found = (_of_branch(branch, tokens) for branch in pattern.branches)
    return min((one for one in found if one is not None), key=len, default=None)


_Tokens: TypeAlias = Mapping[str, tuple[str | None, ...]]


def _of_branch(branch: Branch, known: _Tokens) -> frozenset[str] | None:
    hanging = set()
    for field in branch.fields:
        held = _holds(field, known)
        if held is False:
            return None
        if held is None:
            hanging.add(field.name)
    return frozenset(hanging)


def _holds(field: Field, known: _Tokens) -> bool | None:
    """None where it may and may not."""
    if field.name not in known:
        return None
    tokens = known[field.name]
    if not tokens:
        return field.may_be_absent
    held = {any(operator.holds(str(token)) for operator in field.operators) for token in tokens}
    return held.pop() if len(held) == 1 else None
