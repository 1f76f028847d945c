"""The rule language at the desk: text becomes the Plan's syntax trees, or faults.

`compile_expr`, `compile_condition` and `compile_value` are what the compiler uses.
"""

from opsloop.expressions.check import check
from opsloop.expressions.dialect import parse
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.references import expressions, member_references, references
from opsloop.expressions.templates import compile_condition, compile_expr, compile_value

__all__ = [
    "BadExpression",
    "check",
    "compile_condition",
    "compile_expr",
    "compile_value",
    "expressions",
    "member_references",
    "parse",
    "references",
]
