"""What is wrong with an expression that can be read: names, functions, types.

Called by `templates` and the compiler, with the names in scope. Only what can never be
right is a fault: where nothing is known of a value, nothing is said about it.
"""

from __future__ import annotations

from chalicelib.plan import Node
from opsloop.expressions.checker import Checker
from opsloop.expressions.dialect import Located, parse
from opsloop.expressions.types import Names
from opsloop.problems import Fault


def check(tree: Node, text: str, names: Names, *, rooted: bool = True) -> list[Fault]:
    """All faults, in the order of the text.

    Where not `rooted`, the expression's root is a value of its own (a fact's response), in
    which bare words are fields; `$name` still reads the names.
    """
    if not isinstance(tree, Located):
        tree = parse(text)
    checker = Checker(text, names)
    checker.visit(tree, checker.scope if rooted else None)
    return sorted(checker.faults, key=lambda fault: fault.offset)
