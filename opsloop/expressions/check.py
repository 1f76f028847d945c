"""What is wrong with an expression that can be read: names, functions, types.

Called by `templates` and the compiler, with the names in scope. Only what can never be
right is a fault: where nothing is known of a value, nothing is said about it, and where what
is known may be out of date, the fault is a doubt.
"""

from __future__ import annotations

from chalicelib.plan import Expr, Node
from opsloop.expressions.checker import Checker
from opsloop.expressions.dialect import Located, parse
from opsloop.expressions.types import Names, Type
from opsloop.problems import Fault


def check(
    tree: Node,
    text: str,
    names: Names,
    *,
    rooted: bool = True,
    root: Type | None = None,
    decides: bool = False,
) -> list[Fault]:
    """All faults, in the order of the text; of what `decides`, also that it always does.

    Where not `rooted`, the expression's root is a value of its own (a fact's response, of which
    `root` is known), in which bare words are fields; `$name` still reads the names.
    """
    if not isinstance(tree, Located):
        tree = parse(text)
    checker = Checker(text, names)
    visit = checker.condition if decides else checker.visit
    visit(tree, checker.scope if rooted else root)
    return sorted(checker.faults, key=lambda fault: fault.offset)


def infer(
    expr: Expr, names: Names, *, rooted: bool = True, root: Type | None = None
) -> Type | None:
    """What is known of the value that an expression gives; its faults are `check`'s to tell."""
    checker = Checker(expr["text"], names)
    return checker.visit(expr["tree"], checker.scope if rooted else root)
