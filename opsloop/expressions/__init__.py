"""The rule language at the desk: text becomes the Plan's syntax trees, or faults."""

from opsloop.expressions.dialect import parse
from opsloop.expressions.faults import BadExpression

__all__ = ["BadExpression", "parse"]
